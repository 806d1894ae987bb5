/**
 * The functions that look after the table as a whole: a part in each invocation, and what they tell.
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { aLambda, CONTEXT, metric } from '../../support/lambda.ts';
import { aReconciledStore } from '../../support/reconciling.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const TICK = {} as ScheduledEvent;
const minutesLeft = (minutes: number): Context => ({
  ...CONTEXT,
  getRemainingTimeInMillis: () => minutes * 60_000,
});

const aStore = async () => {
  const store = aReconciledStore();
  await store.parties(...[1, 2, 3].map((n) => party(`crm.contact.${n}`, n, `card#${n}`)));
  await store.facts(fact('pos.receipt.1', 9, ['card#1']));
  await store.maintain();
  return store;
};
type Store = Awaited<ReturnType<typeof aStore>>;

describe('operate/reconcile', () => {
  const handlerOn = async (store: Store, items = 1_000) => {
    const { makeHandler } = await import('../../../lambdas/operate/reconcile/handler.ts');
    const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
    const limits = { items, settleMs: 1, reserveMs: 60_000 };
    const ports = store.portsWith(async () => {});
    return makeHandler(ports, limits, makeTelemetry('operate/reconcile'));
  };

  test('counts rows, and says zero when all fits', async () => {
    const store = await aStore();
    await (await handlerOn(store))(TICK, minutesLeft(3));
    expect([metric(lines, 'RowsReconciled'), metric(lines, 'ViewDifferences')]).toEqual([4, 0]);
    expect(lines.find(({ message }) => message === 'whole table reconciled')).toBeDefined();
  });

  test('raises its metric by what does not fit, names it, and leaves it as it is', async () => {
    const store = await aStore();
    const keys = [1, 2, 3].map((n) => ({ pk: `C#one_crm.contact.${n}`, sk: 'SUMMARY' }));
    await store.damage(...keys, { pk: 'R#crm.contact.2', sk: 'ROW' });
    await (await handlerOn(store))(TICK, minutesLeft(3));
    expect(metric(lines, 'ViewDifferences')).toBe(4);
    const named = lines.flatMap(({ object }) => (object === undefined ? [] : [object]));
    expect(named.sort()).toEqual([...keys.map(({ pk }) => `${pk} SUMMARY`), 'R#crm.contact ROW']);
    expect(await store.table.getAll(keys)).toEqual([undefined, undefined, undefined]);
  });

  test('goes on in the next invocation, and begins anew when it is through', async () => {
    const store = await aStore();
    const handler = await handlerOn(store, 1);
    const rows: (number | undefined)[] = [];
    // A page holds the whole small table, so the second invocation begins anew.
    for (const _ of [1, 2]) {
      await handler(TICK, minutesLeft(3));
      rows.push(metric(lines, 'RowsReconciled'));
    }
    expect(rows).toEqual([4, 8]);
  });

  test('without time does nothing, and says so', async () => {
    const store = await aStore();
    await (await handlerOn(store))(TICK, minutesLeft(1));
    expect(metric(lines, 'RowsReconciled')).toBe(0);
    expect(lines.find(({ message }) => message === 'part of the table reconciled')).toBeDefined();
  });
});

describe('operate/rebuild-views', () => {
  const handlerOn = async (store: Store, hash: string) => {
    const { makeHandler } = await import('../../../lambdas/operate/rebuild-views/handler.ts');
    const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
    const ports = store.portsWith(async () => {});
    const definitions = async () => ({ ...(await ports.definitions()), hash });
    return makeHandler({ ...ports, definitions }, 60_000, makeTelemetry('operate/rebuild-views'));
  };
  const hashes = (store: Store) =>
    store.table
      .dump()
      .filter(({ sk }) => sk === 'SUMMARY')
      .map((item) => parseSummaryItem(item).summary?.definitions);

  test('makes every old view anew, looks once more, and then rests', async () => {
    const store = await aStore();
    const handler = await handlerOn(store, 'h2');
    await handler(TICK, minutesLeft(3));
    expect(hashes(store)).toEqual(['h2', 'h2', 'h2']);
    expect(metric(lines, 'ViewsRebuilt')).toBe(3);
    await handler(TICK, minutesLeft(3));
    expect(lines.filter(({ message }) => message === 'every view is current')).toHaveLength(1);
    const told = lines.length;
    await handler(TICK, minutesLeft(3));
    // One line of metrics, and nothing to log.
    expect(lines.length).toBe(told + 1);
    expect(metric(lines, 'ViewsRebuilt')).toBe(3);
  });
});
