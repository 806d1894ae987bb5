import { expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { decideFacts, factKeys } from '#application/identity/decide-facts.ts';
import { formatContribution, movedAway } from '#application/shared/contributions.ts';
import { bucketKey, rowItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import { fact, factGone, factUnit, rowKey, version } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;

const tableWith = async (bucket: object, number = 0): Promise<Table> => {
  const table = new MemoryTable();
  const place = { unit: CARD, bucket: number };
  await table.write({
    kind: 'put',
    item: { ...rowItemKey(rowKey('pos.1')), v: version(1), ...place },
  });
  await table.write({ kind: 'put', item: { ...bucketKey(CARD, number), ...bucket } });
  return table;
};

const stepOf = async (table: Table, change: ReturnType<typeof fact>, again = false) => {
  const read = await table.getAll(factKeys([change]));
  const [entry] = await decideFacts(table, [change], read, again);
  return entry?.step.step;
};

const there = (n: number) => ({ 'pos/1': formatContribution({ version: version(n) }) });
const UNIT = { claims: ['card#1'], scope: 'k', mayCreate: true, buckets: 1 };

test.each([
  ['was changed later', there(7), 'skip'],
  ['was changed earlier', there(3), 'move'],
  ['was changed by this very change', there(5), 'move'],
  ['has moved on later', { 'pos/1': movedAway(version(7)) }, 'skip'],
  ['is not there yet', {}, 'move'],
])('a row that %s, and is to move', async (_, bucket, step) => {
  const table = await tableWith(bucket);
  expect(await stepOf(table, fact('pos.1', 5, ['email#1']))).toBe(step);
});

test.each([
  ['there', { ...UNIT, ...there(5) }, 'skip'],
  ['there earlier', { ...UNIT, ...there(4) }, 'contribute'],
  ['there under a unit that is gone', there(5), 'skip'],
])('a change that is %s already', async (_, bucket, step) => {
  const table = await tableWith(bucket);
  expect(await stepOf(table, fact('pos.1', 5, ['card#1']))).toBe(step);
});

test('a further bucket is looked at when its unit is not there, or something was refused', async () => {
  for (const [again, step] of [
    [false, 'contribute'],
    [true, 'skip'],
  ] as const) {
    const table = await tableWith(there(5), 3);
    const change = fact('pos.1', 5, ['card#1']);
    expect(await stepOf(table, change, again)).toBe('skip');
    await table.write({ kind: 'put', item: { ...bucketKey(CARD, 0), ...UNIT, buckets: 4 } });
    expect(await stepOf(table, change, again)).toBe(step);
  }
});

test('what needs no look costs no read', async () => {
  const table = await tableWith(UNIT);
  const changes = [
    fact('pos.1', 5, ['card#1']),
    fact('pos.2', 1, ['card#1']),
    fact('pos.3', 1, ['email#1']),
    factGone('pos.1', 6),
  ];
  const read = await table.getAll(factKeys(changes));
  const untouched = interposed(
    table,
    nth(1, 'getAll', (keys) => keys !== '[[]]'),
    () => expect.fail('a read'),
  );
  const steps = await decideFacts(untouched, changes, read, false);
  expect(steps.map(({ step }) => step.step)).toEqual([
    'contribute',
    'register',
    'register',
    'contribute',
  ]);
});
