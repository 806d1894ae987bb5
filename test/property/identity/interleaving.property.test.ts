/**
 * Law: however many workers there are, whichever of their calls takes effect next, and wherever one dies or is throttled,
 * nothing derived in the table differs from what its evidence says: customers, redirects, claims, scopes, pointers,
 * places and lives of units, and every row is there at its highest version.
 *
 * The audit works everything out anew from the evidence stored; a seed replays the interleaving.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldToLatest } from '#application/identity/join-changes.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import { parseRowItem } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import {
  type Delivered,
  type History,
  historyOf,
  liveRowsOf,
} from '../../support/builders/histories.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { Crash, type Faults, Scheduler, seededRandom } from '../../support/scheduler.ts';

const deliver = async (
  store: ReturnType<typeof anIdentityStore>,
  batch: Delivered,
): Promise<void> => {
  const latest = foldToLatest(batch) as Delivered;
  const results = [
    await store.parties(...latest.filter((change) => change.kind === 'party')),
    await store.facts(...latest.filter((change) => change.kind === 'fact')),
  ];
  if (results.some(({ failures }) => failures.length > 0)) throw new Crash('rows failed');
};

/** Delivers a history with several workers; what fails is delivered again. */
const run = async (history: History, seed: number, workers: number, faults: Faults) => {
  const scheduler = new Scheduler(seededRandom(seed), faults);
  const store = anIdentityStore({ turn: scheduler.turn });
  const queue = [...history.batches];
  let deliveries = 0;
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const current = batch;
      deliveries += 1;
      if (deliveries > 100 * history.batches.length) throw new Error('it does not come to an end');
      await scheduler.live(() => deliver(store, current)).catch(() => queue.push(current));
    }
  };
  await scheduler.run(() => Promise.all(Array.from({ length: workers }, work)));
  return store;
};

const versionsOf = (changes: readonly (PartyChange | FactChange)[]) =>
  changes
    .filter((change) => change.kind === 'party' || change.after?.unit)
    .map(({ rowKey, version }) => `${rowKey} ${version}`)
    .toSorted();

const versionsIn = (store: ReturnType<typeof anIdentityStore>) =>
  store.table
    .dump()
    .flatMap((item) => {
      if (isPartyItem(item)) return [`${item.pk.slice(2)} ${parseRowItem(item).version}`];
      if (item.sk !== 'BUCKET') return [];
      return contributionsIn(item).flatMap(({ rowKey, version, fact }) =>
        fact ? [`${rowKey} ${version}`] : [],
      );
    })
    .toSorted();

test.each([
  ['four workers', 4, { crash: 0, throttle: 0 }],
  ['one worker that dies', 1, { crash: 0.03, throttle: 0 }],
  ['three workers that die and are throttled', 3, { crash: 0.01, throttle: 0.02 }],
])('%s', async (_, workers, faults) => {
  await fc.assert(
    fc.asyncProperty(historyOf(25, 6, 3), fc.nat(), async (history, seed) => {
      const store = await run(history, seed, workers, faults);
      store.expectSound();
      expect(versionsIn(store)).toEqual(versionsOf(liveRowsOf(history)));
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
});
