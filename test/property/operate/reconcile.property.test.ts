/**
 * Laws: after any history, at rest, nothing is named; any three views, customers or claims that are taken away are named,
 * these and no others, and healing brings back what was there; while changes flow nothing whole is named.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { showKey } from '#application/operate/reconcile/finding.ts';
import type { Item } from '#application/shared/table.ts';
import { type Delivered, type History, historyOf } from '../../support/builders/histories.ts';
import { aReconciledStore, namesOf } from '../../support/reconciling.ts';

type Store = ReturnType<typeof aReconciledStore>;

const apply = async (store: Store, batch: Delivered): Promise<void> => {
  const latest = foldToLatest(batch) as Delivered;
  await store.parties(...latest.filter((change) => change.kind === 'party'));
  await store.facts(...latest.filter((change) => change.kind === 'fact'));
};

const storeAfter = async (history: History): Promise<Store> => {
  const store = aReconciledStore();
  for (const batch of history.batches) await apply(store, batch);
  await store.maintain();
  return store;
};

/** Views and customers as they are told, without revisions. */
const told = async (store: Store): Promise<unknown> => [
  store.customers(),
  await Promise.all(store.ids().map(async (id) => [id, await store.view(id)])),
];

const isView = ({ sk }: Item): boolean => sk === 'SUMMARY' || sk === 'CUSTOMER' || sk === 'CLAIM';

// A view without units says nothing, so nobody misses it.
const isMissed = (item: Item): boolean =>
  item.sk !== 'SUMMARY' || !JSON.stringify(item['doc']).includes('\\"u\\":{}');

test('what is taken away is named, exactly, and healed', async () => {
  await fc.assert(
    fc.asyncProperty(historyOf(40, 8, 4), fc.infiniteStream(fc.nat()), async (history, draws) => {
      const store = await storeAfter(history);
      expect(namesOf(await store.pass())).toEqual([]);
      const before = await told(store);
      const views = store.table.dump().filter((item) => isView(item) && isMissed(item));
      const taken = new Set<Item>();
      for (const draw of draws) {
        const item = views[draw % views.length];
        if (item) taken.add(item);
        if (taken.size >= Math.min(3, views.length)) break;
      }
      await store.damage(...[...taken].map(({ pk, sk }) => ({ pk, sk })));
      const part = await store.pass();
      expect(namesOf(part)).toEqual([...taken].map(showKey).sort());
      await store.heal(part);
      // The holders that a shared claim listed find out when it is there again.
      await store.heal(await store.pass());
      expect(namesOf(await store.pass())).toEqual([]);
      store.expectSound();
      expect(await told(store)).toEqual(before);
    }),
    { numRuns: 150, interruptAfterTimeLimit: 20_000 },
  );
});

test('while changes flow nothing is named that is only late', async () => {
  await fc.assert(
    fc.asyncProperty(historyOf(60, 8, 4), async (history) => {
      const store = aReconciledStore();
      const batches = [...history.batches];
      const flow = async () => {
        const batch = batches.shift();
        if (batch) await apply(store, batch);
      };
      while (batches.length > 0) {
        await flow();
        const part = await store.pass({ pageSize: 7, onPage: () => {} }, async () => {
          // The stream passes, and more comes behind it.
          await store.maintain();
          await flow();
        });
        expect(namesOf(part)).toEqual([]);
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
});
