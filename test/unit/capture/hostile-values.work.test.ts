/**
 * Cost of foreign input: every reader is linear, so a value of 1 MiB made to defeat it takes no longer than any other.
 */
import { expect, test } from 'vitest';
import { encodePosition } from '#domain/capture/log-position.ts';
import { mapField } from '#domain/capture/map-field.ts';
import { type FieldMapping, NORMALISERS } from '#domain/definitions/types.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';

const MIB = 2 ** 20;
const HOSTILE = ['1', '0', ' ', '-', '.', 'a', '@', 'a.', '1-', 'a@', '\u0301', 'ﷺ', '\ud800'].map(
  (unit) => unit.repeat(MIB / unit.length),
);
const BUDGET_MS = 500;

const elapsed = (work: () => void): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

test.each(NORMALISERS)('normaliser %s takes hostile megabytes in its stride', (normaliser) => {
  const time = elapsed(() => {
    for (const value of HOSTILE) normaliseValue(normaliser, value, 'CN');
  });
  expect(time).toBeLessThan(BUDGET_MS);
});

test.each<FieldMapping['type']>(['text', 'integer', 'boolean', 'date', 'time', 'money', 'code'])(
  'field type %s takes hostile megabytes in its stride',
  (type) => {
    const currency = { value: 'HKD' };
    const mapping = { type, column: 'c', map: {}, zone: 'UTC', currency } as FieldMapping;
    const time = elapsed(() => {
      for (const c of HOSTILE) mapField(mapping, { c }, 'HKD');
    });
    expect(time).toBeLessThan(BUDGET_MS);
  },
);

test.each(['postgresql', 'mysql', 'oracle', 'sqlserver'] as const)(
  'positions of %s take hostile megabytes in their stride',
  (engine) => {
    const time = elapsed(() => {
      for (const value of HOSTILE) encodePosition(engine, value);
    });
    expect(time).toBeLessThan(BUDGET_MS);
  },
);
