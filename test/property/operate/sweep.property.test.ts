/**
 * Law: after a reload, however its records and the older ones arrive and repeat, and whenever sweeps run in between, a
 * sweep at the end leaves exactly the rows that the source has.
 *
 * The oracle is the source itself: a map that events change, some of which nobody captured.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryScan } from '#adapters/memory/scan.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import type { StreamMessage } from '#application/operate/ports.ts';
import { surveyTable, sweepTable } from '#application/operate/sweep-generation.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { must } from '#domain/shared/assert.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { fact, factGone, party, partyGone } from '../../support/builders/rows.ts';
import { aViewStore } from '../../support/views.ts';

const CONTACT = aTable({ table: 'contact', key: ['no'], kind: 'party', as: 'party' });
const RECEIPT = aTable({ table: 'receipt', key: ['shop', 'no'] });
const DEFINITIONS = someDefinitions([
  aSource({ source: 'crm' }, [CONTACT]),
  aSource({ source: 'pos' }, [RECEIPT]),
]);
const TABLES = [
  { source: 'crm', table: CONTACT, generation: 2 },
  { source: 'pos', table: RECEIPT, generation: 2 },
];

type Change = PartyChange | FactChange;

interface Event {
  readonly row: number;
  readonly gone: boolean;
  readonly claims: readonly string[];
  /** Whether capture was running. */
  readonly captured: boolean;
}

const event = (captured: fc.Arbitrary<boolean>): fc.Arbitrary<Event> =>
  fc.record({
    row: fc.nat(9),
    gone: fc.boolean(),
    claims: fc.array(
      fc.tuple(fc.constantFrom('card', 'phone'), fc.nat(3)).map(([name, n]) => `${name}#${n}`),
      { maxLength: 2 },
    ),
    captured,
  });

const isParty = (row: number): boolean => row < 4;
// A dot and a percent sign in a key travel there and back.
const nameOf = (row: number): string =>
  isParty(row) ? `crm.contact.${row}` : `pos.receipt.HK%2E1.${row}%25`;

const changeOf = ({ row, gone, claims }: Event, n: number, version: Change['version']): Change => {
  const made = isParty(row)
    ? gone
      ? partyGone(nameOf(row), n)
      : party(nameOf(row), n, ...claims)
    : gone
      ? factGone(nameOf(row), n)
      : fact(nameOf(row), n, claims);
  return { ...made, version };
};

/** What the source has in the end, and every record that was captured on the way. */
const historyOf = (before: readonly Event[], after: readonly Event[]) => {
  const source = new Map<number, Event>();
  const records: Change[] = [];
  const happen = (one: Event, n: number, generation: number) => {
    if (one.gone) source.delete(one.row);
    else source.set(one.row, one);
    const version = rowVersion(generation, 'cdc', String(n), 1);
    if (one.captured) records.push(changeOf(one, n, version));
  };
  for (const [index, one] of before.entries()) happen(one, index + 1, 1);
  const loaded = [...source.values()];
  for (const one of loaded) records.push(changeOf(one, 500, rowVersion(2, 'load', '', 0)));
  for (const [index, one] of after.entries()) happen(one, 1_000 + index, 2);
  return { source, records };
};

const apply = async (store: ReturnType<typeof aViewStore>, batch: readonly Change[]) => {
  const latest = foldToLatest(batch) as readonly Change[];
  const parties = await store.parties(...latest.filter((change) => change.kind === 'party'));
  const facts = await store.facts(...latest.filter((change) => change.kind === 'fact'));
  expect([...parties.failures, ...facts.failures]).toEqual([]);
};

/** A tombstone from the stream, as the resolver reads it. */
const changesOf = ({ bytes, partitionKey }: StreamMessage): readonly Change[] => {
  const decoded = decodeChange(bytes, DEFINITIONS);
  if (!decoded.ok || decoded.value.kind !== 'changes') throw new Error('not understood');
  return decoded.value.records.map(({ rowKey, version, source, table }): Change => {
    expect(rowKey).toBe(partitionKey);
    const kind = table === 'contact' ? 'party' : 'fact';
    return { kind, rowKey, version, source, sequences: [] };
  });
};

const liveIn = ({ table }: ReturnType<typeof aViewStore>): readonly string[] =>
  table
    .dump()
    .flatMap((item) => {
      if (item.sk === 'BUCKET') return liveContributionsIn(item).map(({ rowKey }) => rowKey);
      const isRow = item.sk === 'ROW' && item['deleted'] !== true && item['unit'] === undefined;
      return isRow ? [item.pk.slice(2)] : [];
    })
    .sort();

test('leaves exactly what the source has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event(fc.boolean()), { maxLength: 20, size: 'max' }),
      fc.array(event(fc.constant(true)), { maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      async (before, after, draws) => {
        const draw = (below: number) => must(draws.next().value, 'draw') % below;
        const { source, records } = historyOf(before, after);
        const store = aViewStore();
        const ports = { table: store.table, scan: memoryScan(store.table) };
        const queue = records.flatMap((record) => (draw(4) === 0 ? [record, record] : [record]));
        const sweep = async () => {
          for (const request of TABLES) {
            const publish = async (messages: readonly StreamMessage[]) => {
              for (const message of messages)
                queue.splice(draw(queue.length + 1), 0, ...changesOf(message));
            };
            for await (const _ of sweepTable(ports, publish, request));
          }
        };
        const drain = async () => {
          while (queue.length > 0) {
            const batch = Array.from({ length: 1 + draw(3) }, () =>
              queue.splice(draw(queue.length || 1), 1),
            ).flat();
            await apply(store, batch);
            if (draw(6) === 0 && queue.length > 0) await sweep();
          }
        };
        await drain();
        await sweep();
        await drain();
        expect(liveIn(store)).toEqual([...source.keys()].map(nameOf).sort());
        store.expectSound();
        for (const request of TABLES)
          expect(await surveyTable(ports, request)).toMatchObject({ old: 0 });
      },
    ),
    { numRuns: 200, interruptAfterTimeLimit: 25_000 },
  );
});
