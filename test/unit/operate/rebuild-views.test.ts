/**
 * Rebuilding: every view of older definitions is made anew, a part at a time, while changes flow.
 */
import { expect, test } from 'vitest';
import {
  continueRebuild,
  type Rebuild,
  type RebuildOptions,
} from '#application/operate/rebuild-views.ts';
import { viewOf } from '#application/profile/summary.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { summaryKey } from '#application/shared/items.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { NOW, VIEW } from '../../support/builders/profile.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { aReconciledStore } from '../../support/reconciling.ts';

/** The view, with a measure that it did not have. */
const NEWER = {
  ...VIEW,
  measures: [...VIEW.measures, { measure: 'returns', of: 'return', fold: 'count' } as const],
};

const aStore = async (people: number) => {
  const store = aReconciledStore();
  for (let n = 0; n < people; n++)
    await store.parties(party(`crm.contact.${n}`, n + 1, `card#${n}`));
  const returned = { as: 'return', fields: {} };
  await store.facts(fact('pos.receipt.1', 50, ['card#1'], returned));
  await store.maintain();
  const ports = store.portsWith(async () => {});
  const { definitions } = await ports.definitions();
  const newer = { hash: 'h2', definitions: { ...definitions, view: NEWER } };
  const rebuild = (begun?: Rebuild, options: RebuildOptions = {}) =>
    continueRebuild({ ...ports, definitions: async () => newer }, begun, options);
  const measures = async (n: number) => {
    const { summary } = parseSummaryItem(
      await store.item(summaryKey(`one_crm.contact.${n}` as OneId)),
    );
    return summary && viewOf(NEWER, summary, { now: NOW })?.measures;
  };
  return { ...store, rebuild, measures };
};

test('a new measure is there for those whom nothing has touched', async () => {
  const store = await aStore(3);
  const first = await store.rebuild();
  expect(first).toMatchObject({ definitions: 'h2', views: 3, rebuilt: 3, complete: false });
  expect(await store.measures(1)).toMatchObject({ returns: 1 });
  expect(await store.measures(2)).toMatchObject({ returns: 0 });
  const second = await store.rebuild(first);
  expect(second).toMatchObject({ rebuilt: 0, total: 3, complete: true });
  expect(await store.rebuild(second)).toBe(second);
});

test('goes on where it was stopped, and does nothing twice', async () => {
  const store = await aStore(12);
  let rebuild: Rebuild | undefined;
  let calls = 0;
  do {
    let pages = 0;
    const kept: Rebuild | undefined = rebuild && JSON.parse(JSON.stringify(rebuild));
    rebuild = await store.rebuild(kept, { pageSize: 3, mayGoOn: () => pages++ < 1 });
    calls += 1;
  } while (!rebuild.complete && calls < 100);
  expect(rebuild).toMatchObject({ total: 12, complete: true });
  expect(calls).toBeGreaterThan(4);
});

test('a view that somebody writes by the old definitions behind the scan is found by the next pass', async () => {
  const store = await aStore(3);
  const first = await store.rebuild();
  await store.parties(party('crm.contact.1', 60, 'card#1'));
  await store.maintain();
  const second = await store.rebuild(first);
  expect(second).toMatchObject({ rebuilt: 1, complete: false });
  expect(await store.rebuild(second)).toMatchObject({ rebuilt: 0, complete: true });
});

test('a rebuild of definitions that are no longer in force begins anew', async () => {
  const store = await aStore(2);
  const other = { ...(await store.rebuild()), definitions: 'h0', complete: true };
  expect(await store.rebuild(other)).toMatchObject({ definitions: 'h2', total: 0, complete: true });
});
