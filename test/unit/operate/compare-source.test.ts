/**
 * Comparison with a source: rows that only one side has are named, by key, when they are seen twice.
 */
import { expect, test } from 'vitest';
import { memoryScan } from '#adapters/memory/scan.ts';
import { compareWithSource, type SourceRows } from '#application/operate/compare-source.ts';
import { addChecksums, textHash } from '#domain/shared/checksum.ts';
import { fact, factGone, party, partyGone } from '../../support/builders/rows.ts';
import { aViewStore } from '../../support/views.ts';

const rowsOf = (rows: Set<string>, aged: ReadonlySet<string>): SourceRows => {
  const all = (table: string) => [...rows].filter((row) => row.startsWith(`${table}.`));
  const own = (table: string) => all(table).filter((row) => !aged.has(row));
  return {
    tables: ['crm.contact', 'pos.receipt'],
    hash: textHash,
    count: async (table) => ({
      rows: own(table).length,
      checksum: own(table).map(textHash).reduce(addChecksums, 0),
    }),
    keys: async (table) => new Map(all(table).map((row) => [row, !aged.has(row)])),
  };
};

const aStore = async () => {
  const store = aViewStore();
  await store.parties(party('crm.contact.1', 1, 'card#1'), party('crm.contact.2', 2));
  await store.facts(fact('pos.receipt.1', 3, ['card#1']), fact('pos.receipt.2', 4, []));
  // What is gone is not a row, though the registry remembers it.
  await store.parties(partyGone('crm.contact.9', 5));
  await store.facts(fact('pos.receipt.9', 6, ['card#1']));
  await store.facts(factGone('pos.receipt.9', 7), factGone('pos.receipt.8', 8));
  const source = new Set(['crm.contact.1', 'crm.contact.2', 'pos.receipt.1', 'pos.receipt.2']);
  const aged = new Set<string>();
  const compare = (settle = async () => {}) =>
    compareWithSource(
      { table: store.table, scan: memoryScan(store.table) },
      rowsOf(source, aged),
      settle,
    );
  return { ...store, source, aged, compare };
};

test('equal tables have equal counts and checksums', async () => {
  const { compare } = await aStore();
  const compared = await compare();
  expect(compared.map(({ table, source }) => [table, source.rows])).toEqual([
    ['crm.contact', 2],
    ['pos.receipt', 2],
  ]);
  for (const { source, stored, missing, surplus } of compared) {
    expect(stored).toEqual(source);
    expect([missing, surplus]).toEqual([[], []]);
  }
});

test('what only one side has is named', async () => {
  const { source, compare } = await aStore();
  source.delete('pos.receipt.2');
  source.add('pos.receipt.5');
  source.add('crm.contact.7');
  expect(await compare()).toMatchObject([
    { table: 'crm.contact', missing: ['crm.contact.7'], surplus: [] },
    { table: 'pos.receipt', missing: ['pos.receipt.5'], surplus: ['pos.receipt.2'] },
  ]);
});

test('what arrives while the stream settles is not named', async () => {
  const { source, compare, facts } = await aStore();
  source.add('pos.receipt.5');
  source.delete('pos.receipt.2');
  const compared = await compare(async () => {
    await facts(fact('pos.receipt.5', 20, ['card#1']), factGone('pos.receipt.2', 21));
    // And something new, which is late only.
    source.add('pos.receipt.6');
  });
  expect(compared.flatMap(({ missing, surplus }) => [...missing, ...surplus])).toEqual([]);
});

test('a row past its retention is neither missed nor too much, stored or not', async () => {
  const { source, aged, compare } = await aStore();
  source.add('pos.receipt.3');
  aged.add('pos.receipt.3');
  aged.add('pos.receipt.2');
  for (const { missing, surplus } of await compare()) expect([missing, surplus]).toEqual([[], []]);
});
