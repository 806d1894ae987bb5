/**
 * Work of F, in look-ups: linear in the number of units, and bounded for one component however large it is.
 */
import { expect, test } from 'vitest';
import { partition } from '#domain/identity/partition.ts';
import { POLICY, unit } from '../../support/builders/evidence.ts';
import { lookUpsOf } from '../../support/look-ups.ts';

const NONE = new Set<never>();

/** Customers of four units with three values each. */
const customers = (count: number) =>
  Array.from({ length: count * 4 }, (_, index) => {
    const customer = Math.floor(index / 4);
    return unit(`u${index}`, `card#${customer}`, `phone#${customer}`, `email#${index}`);
  });

/** One component: every unit shares an e-mail address with the next. */
const line = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    unit(`u${String(index).padStart(5, '0')}`, `email#${index}`, `email#${index + 1}`),
  );

const workOn = (units: ReturnType<typeof customers>): number =>
  lookUpsOf(() => void partition(units, NONE, POLICY));

test('ten times the customers are ten times the work', () => {
  expect(workOn(customers(1_000)) / workOn(customers(100))).toBeLessThan(10.5);
});

test('a component ten times as large is ten times the work, below and above the bound', () => {
  expect(workOn(line(190)) / workOn(line(19))).toBeLessThan(13);
  expect(workOn(line(10_000)) / workOn(line(1_000))).toBeLessThan(10.5);
});

test('a unit costs the same in a crowd of ten thousand as in one of ten, but for a small factor', () => {
  expect(workOn(line(10_000)) / 10_000 / (workOn(line(10)) / 10)).toBeLessThan(3);
});
