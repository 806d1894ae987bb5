/**
 * Law: whatever was committed, however it arrives, every summary is the view of its customer's live rows. Views are
 * maintained from the table's own changes, a few at a time; nothing is ever recomputed as a whole.
 *
 * The oracle takes the highest version of every row and loops over them.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldToLatest } from '#application/identity/join-changes.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { FactRow } from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import {
  type Delivered,
  type History,
  historyOf,
  liveRowsOf,
} from '../../support/builders/histories.ts';
import { NOW, VIEW, viewOfRows } from '../../support/builders/profile.ts';
import { customersOf } from '../../support/stored-customers.ts';
import { aViewStore } from '../../support/views.ts';

type Store = ReturnType<typeof aViewStore>;

const apply = async (store: Store, batch: Delivered): Promise<void> => {
  const latest = foldToLatest(batch) as Delivered;
  const parties = latest.filter((change) => change.kind === 'party');
  const facts = latest.filter((change) => change.kind === 'fact');
  const { failures } = await store.parties(...parties);
  const { failures: others } = await store.facts(...facts);
  expect([...failures, ...others]).toEqual([]);
};

/** Rows of each unit, as the view takes them. */
const rowsOf = (live: readonly (PartyChange | FactChange)[], units: readonly UnitKey[]) => {
  const parties: PartyRow[] = [];
  const facts: FactRow[] = [];
  for (const { kind, rowKey, version, committedAt, after } of live) {
    if (kind === 'party' && after && units.includes(rowKey as string as UnitKey)) {
      const stamp = { version, ...(committedAt === undefined ? {} : { at: committedAt }) };
      parties.push({ rowKey, fields: after.fields, identifiers: [], stamp });
    }
    if (kind === 'fact' && after?.unit && units.includes(after.unit.key)) {
      facts.push({ rowKey, ...after.contribution });
    }
  }
  return { parties, facts };
};

const expectViews = (store: Store, history: History): void => {
  const live = liveRowsOf(history);
  const items = store.table.dump();
  for (const customer of customersOf(items)) {
    const { parties, facts } = rowsOf(live, customer.units);
    const expected = customer.units.length > 0 ? viewOfRows(parties, facts) : undefined;
    const own = items.filter(({ pk }) => pk === `C#${customer.id}`);
    const { summary: stored } = wholeSummary(own);
    expect(stored && viewOf(VIEW, stored, { now: NOW }), customer.id).toEqual(expected);
  }
};

const run = async (history: History, rarely: number): Promise<Store> => {
  const store = aViewStore();
  for (const [index, batch] of history.batches.entries()) {
    await apply(store, batch);
    if (index % rarely === 0) await store.maintain();
  }
  await store.maintain();
  return store;
};

test('in worlds of few people', async () => {
  await fc.assert(
    fc.asyncProperty(
      historyOf(40, 8, 4),
      fc.integer({ min: 1, max: 5 }),
      async (history, rarely) => {
        const store = await run(history, rarely);
        store.expectSound();
        expectViews(store, history);
      },
    ),
    { numRuns: 150, interruptAfterTimeLimit: 20_000 },
  );
});

test('in worlds where many rows lie under few units, which grow, go and come back', async () => {
  await fc.assert(
    fc.asyncProperty(historyOf(120, 40, 1), async (history) => {
      const store = await run(history, 3);
      store.expectSound();
      expectViews(store, history);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});

test('a replay of everything over live data changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(historyOf(30, 8, 4), async (history) => {
      const store = await run(history, 2);
      const before = store.table.dump();
      for (const change of history.committed) await apply(store, change);
      expect(store.table.dump()).toEqual(before);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
});
