/**
 * Law 1, partial images, through the use cases: a party row that arrives in whole and partial changes, in any order,
 * repeated and cut into any batches, claims and says what it says at its source.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRowItem, rowItemKey } from '#application/shared/items.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { claimText } from '#domain/identity/evidence.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline } from '../../support/pipeline.ts';

const ROW = 'member.member.M1' as SourceRowKey;

/** Columns of which several make one value: a phone and the code of its country. */
const columns = fc.record(
  {
    mobile: fc.constantFrom(null, '91234567', '66123456', '+86 139 1234 5678'),
    dial_code: fc.constantFrom(null, '852', '853', '86'),
    mail: fc.constantFrom(null, 'li@example.com', 'Chan@Example.com'),
    name_local: fc.constantFrom(null, '陳大文', '李小明'),
    gender: fc.constantFrom(null, 'M', 'F', '?'),
    brand_enrolled: fc.constantFrom(null, 'AUR', 'BLM'),
  },
  { requiredKeys: [] },
);

const NULLS = {
  brand_enrolled: null,
  birthday: null,
  dial_code: null,
  gender: null,
  home_city: null,
  mail: null,
  mobile: null,
  name_latin: null,
  name_local: null,
  tier: null,
  wechat_unionid: null,
};

interface Drawn {
  readonly operation: 'insert' | 'update' | 'delete';
  readonly data: JsonObject;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  operation: fc.constantFrom(...(['insert', 'update', 'update', 'update', 'delete'] as const)),
  data: columns as fc.Arbitrary<JsonObject>,
});

const textOf = ({ operation, data }: Drawn, n: number): string => {
  const position = `00000002/${(n * 16).toString(16).toUpperCase().padStart(8, '0')}`;
  const row = operation === 'update' ? data : { ...NULLS, ...data };
  const table = { source: 'member', table: 'member' };
  return dmsText({ ...table, operation, position, data: { card_no: 'M1', ...row } });
};

const replay = (changes: readonly Drawn[]): JsonObject | undefined => {
  let row: JsonObject | undefined;
  for (const { operation, data } of changes) {
    if (operation === 'delete') row = undefined;
    else row = operation === 'insert' ? data : { ...row, ...data };
  }
  return row;
};

/** What the row's item says once these batches are in. */
const stored = async (batches: readonly (readonly string[])[]) => {
  const { resolve, table, quarantine } = aPipeline();
  for (const batch of batches) await resolve(...batch);
  expect(quarantine.held()).toEqual([]);
  const [item] = await table.getAll([rowItemKey(ROW)]);
  const { evidence, deleted } = item ? parseRowItem(item) : { evidence: undefined, deleted: true };
  return deleted ? undefined : { claims: evidence?.claims.map(claimText), said: partySaidIn(item) };
};

const batchesOf = (texts: readonly string[], size: number): readonly (readonly string[])[] =>
  texts.length === 0 ? [] : [texts.slice(0, size), ...batchesOf(texts.slice(size), size)];

test('a party row is what its source holds, in any delivery', async () => {
  const history = fc
    .array(drawn, { minLength: 1, maxLength: 7 })
    .map((changes) => ({
      changes,
      texts: changes.map((change, index) => textOf(change, index + 1)),
    }))
    .chain(({ changes, texts }) =>
      fc.record({
        changes: fc.constant(changes),
        order: fc.shuffledSubarray(texts, { minLength: texts.length }),
        again: fc.array(fc.constantFrom(...texts), { maxLength: 3 }),
        size: fc.integer({ min: 1, max: 4 }),
      }),
    );
  await fc.assert(
    fc.asyncProperty(history, async ({ changes, order, again, size }) => {
      const row = replay(changes);
      const whole = row && [textOf({ operation: 'insert', data: row }, 99)];
      expect(await stored(batchesOf([...order, ...again], size))).toEqual(
        whole && (await stored([whole])),
      );
    }),
    { numRuns: 300 },
  );
});
