import { expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { skipStaleMoves } from '#application/identity/stale-moves.ts';
import { decideFact } from '#application/identity/write-facts.ts';
import { bucketKey, rowItemKey } from '#application/shared/items.ts';
import { fact, factUnit, rowKey, version } from '../../support/builders/rows.ts';
import { interposed } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;
const registry = { ...rowItemKey(rowKey('pos.1')), v: version(1), unit: CARD, bucket: 0 };

/** A change to another unit at version 5, where the row lies with version `n`; `undefined`: not yet. */
const stepFor = async (n: number | undefined, gone = false) => {
  const table = new MemoryTable();
  const row = n === undefined ? {} : { 'pos/1': { v: version(n), ...(gone ? { gone } : {}) } };
  await table.write({ kind: 'put', item: { ...bucketKey(CARD, 0), ...row } });
  const change = fact('pos.1', 5, ['email#1']);
  const [entry] = await skipStaleMoves(table, [{ change, step: decideFact(change, registry) }]);
  return entry?.step.step;
};

test.each([
  ['was changed later', 7, false, 'skip'],
  ['was deleted later', 7, true, 'skip'],
  ['was changed earlier', 3, false, 'move'],
  ['was changed by this very change', 5, false, 'move'],
  ['is not there yet', undefined, false, 'move'],
])('a row that %s', async (_, n, gone, step) => {
  expect(await stepFor(n, gone)).toBe(step);
});

test('without moves nothing is read', async () => {
  const untouched = interposed(
    new MemoryTable(),
    () => true,
    () => expect.fail('a read'),
  );
  const change = fact('pos.1', 5, ['card#1']);
  const entries = [
    { change, step: decideFact(change, registry) },
    {
      change: fact('pos.2', 1, ['card#1']),
      step: decideFact(fact('pos.2', 1, ['card#1']), undefined),
    },
  ];
  expect(await skipStaleMoves(untouched, entries)).toEqual(entries);
});
