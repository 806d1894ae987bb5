/**
 * Laws of mapping: it depends on the row and the definitions alone, and a normal form is its own normal form.
 */
import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import type { UpsertRecord } from '#domain/capture/change-record.ts';
import { parseInstant } from '#domain/capture/instant.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import { NORMALISERS, type Region } from '#domain/definitions/types.ts';
import { normalisePhone } from '#domain/identity/normalise-phone.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import {
  aNamespace,
  aSource,
  aTable,
  someDefinitions,
} from '../../support/builders/definitions.ts';

const table = aTable({
  identifiers: NORMALISERS.map((namespace) => ({ namespace, column: namespace, verified: true })),
  fields: {
    text: { type: 'text', column: 'text' },
    integer: { type: 'integer', column: 'integer' },
    boolean: { type: 'boolean', column: 'boolean' },
    date: { type: 'date', column: 'date' },
    time: { type: 'time', column: 'time', zone: 'Asia/Hong_Kong' },
    money: { type: 'money', column: 'money', currency: { column: 'currency' } },
    code: { type: 'code', column: 'code', map: { a: 'b' } },
  },
});
const source = aSource({}, [table]);
const { namespaces } = someDefinitions(
  [source],
  NORMALISERS.map((normalise, index) => aNamespace(normalise, index + 1, { normalise })),
);

const COLUMNS = [...NORMALISERS, ...Object.keys(table.fields), 'currency'];

const plausible = fc.oneof(
  fc.constantFrom(
    '91234567',
    '+86 139 1234 5678',
    'li@example.com',
    '1990-05-03',
    'M',
    '12.50',
    'HKD',
    '',
    null,
  ),
  fc.constantFrom(
    '2024-07-29T00:58:17Z',
    '2024-07-29 08:58:17',
    12.5,
    7,
    true,
    'a',
    'N/A',
    '0000-00-00',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const row = fc.dictionary(fc.constantFrom(...COLUMNS), plausible) as fc.Arbitrary<JsonObject>;

const recordOf = (columns: JsonObject): UpsertRecord => ({
  source: 'pos',
  table: 'receipt',
  rowKey: sourceRowKey('pos', 'receipt', ['R1']),
  version: rowVersion(1, 'load', '', 0),
  operation: 'upsert',
  row: columns,
});

const reversed = (columns: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(columns).reverse());

test('mapping gives the same for the same columns in any order, and can be stored', () => {
  fc.assert(
    fc.property(row, (columns) => {
      const mapped = mapRow(recordOf(columns), source, table, namespaces);
      const again = mapRow(recordOf(reversed(columns)), source, table, namespaces);
      expect(canonicalJson(again)).toBe(canonicalJson(mapped));
    }),
    { numRuns: 500 },
  );
});

test('identifiers are without duplicates and in the order of priority', () => {
  fc.assert(
    fc.property(row, (columns) => {
      const mapped = mapRow(recordOf(columns), source, table, namespaces);
      if (!mapped.ok) return;
      const ranks = mapped.value.identifiers.map(
        ({ namespace }) => namespaces[namespace]?.priority ?? 0,
      );
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      const keys = mapped.value.identifiers.map(({ namespace, value }) => `${namespace}:${value}`);
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { numRuns: 300 },
  );
});

test.each(NORMALISERS)('the normal form of %s is its own normal form', (normaliser) => {
  const raw = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        'İ',
        'ß',
        'ΐ',
        'ﷺ',
        'K',
        '１',
        '-',
        ' ',
        '@',
        '.',
        '+',
        '8',
        '5',
        '2',
        '9',
      ),
    }),
    fc.constantFrom('91234567', '+86 139 1234 5678', 'Li@Example.com', '1990/5/3', 'female'),
  );
  fc.assert(
    fc.property(raw, (text) => {
      const once = normaliseValue(normaliser, text, 'HK');
      if (once !== undefined) expect(normaliseValue(normaliser, once, 'HK')).toBe(once);
    }),
    { numRuns: 500 },
  );
});

/** The oracle is the library's full parser, which the shorter way for home mobiles must never contradict. */
test('phones normalise to what the full parser says', () => {
  const region = fc.constantFrom<Region>('CN', 'HK', 'MO', 'SG');
  const digits = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 7, maxLength: 13 }),
    fc
      .string({ unit: fc.constantFrom(...'0123456789'), minLength: 10, maxLength: 10 })
      .map((rest) => `1${rest}`),
    fc
      .tuple(
        fc.constantFrom('6', '8', '9', '5'),
        fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 7, maxLength: 7 }),
      )
      .map((parts) => parts.join('')),
  );
  const prefix = fc.constantFrom('', '', '+86', '+852', '+853', '+65');
  const services = ['TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'UAN', 'PAGER', 'VOICEMAIL'];
  fc.assert(
    fc.property(region, prefix, digits, (defaultCountry, code, national) => {
      const text = code + national;
      if (text.startsWith('00')) return;
      const parsed = parsePhoneNumberFromString(text, { extract: false, defaultCountry });
      const valid = parsed?.isValid() === true && !services.includes(parsed.getType() ?? '');
      expect(normalisePhone(text, defaultCountry)).toBe(valid ? parsed?.number : undefined);
    }),
    { numRuns: 3000 },
  );
});

/** The oracle is Intl itself: clocks of the zone show, at the instant found, the reading that was given. */
test('a wall-clock reading and its instant agree in every zone, whatever its daylight saving', () => {
  const zone = fc.constantFrom(
    'Asia/Hong_Kong',
    'Asia/Shanghai',
    'America/New_York',
    'Europe/London',
    'Australia/Lord_Howe',
  );
  const minute = fc.integer({
    min: Date.UTC(1950, 0, 1) / 60_000,
    max: Date.UTC(2035, 0, 1) / 60_000,
  });
  fc.assert(
    fc.property(zone, minute, (timeZone, at) => {
      const shown = new Date(at * 60_000).toLocaleString('sv-SE', { timeZone });
      const found = parseInstant(shown, timeZone);
      expect(new Date(found ?? 0).toLocaleString('sv-SE', { timeZone })).toBe(shown);
      expect(found).toBeLessThanOrEqual(at * 60_000);
    }),
    { numRuns: 500 },
  );
});
