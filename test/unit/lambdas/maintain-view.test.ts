import type { DynamoDBStreamEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { toAttributes } from '#adapters/dynamodb/marshal.ts';
import { readServable } from '#application/profile/servable.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { Table } from '#application/shared/table.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { interposed } from '../../support/interposed-table.ts';
import { aLambda, CONTEXT, metric } from '../../support/lambda.ts';
import { aViewStore, viewPortsOn } from '../../support/views.ts';

const eventOf = (changes: readonly TableChange[]) =>
  ({
    Records: changes.map(({ before, after }, index) => ({
      eventID: String(index),
      dynamodb: {
        SequenceNumber: String(index + 1),
        ...(before ? { OldImage: toAttributes(before) } : {}),
        ...(after ? { NewImage: toAttributes(after) } : {}),
      },
    })),
  }) as unknown as DynamoDBStreamEvent;

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const handlerOn = async (table: Table, now = 9_000) => {
  const { makeHandler } = await import('../../../lambdas/profile/maintain-view/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const ports = {
    ...viewPortsOn(table),
    lookups: async () => ({
      table,
      pseudonymise: makePseudonymiser('a pepper of more than 32 characters'),
    }),
    clock: () => now,
  };
  return makeHandler(ports, makeTelemetry('profile/maintain-view'));
};

const aChangedStore = async () => {
  const store = aViewStore();
  await store.parties(party('crm.1', 2, 'card#1'));
  await store.facts(fact('pos.1', 5, ['card#1']), fact('pos.2', 6, ['card#1']));
  return store;
};

describe('a batch of table changes', () => {
  test('brings summaries up to date, and counts them', async () => {
    const store = await aChangedStore();
    const handler = await handlerOn(store.table);
    await handler(eventOf(store.take()), CONTEXT);
    expect((await store.view('one_crm.1'))?.measures).toMatchObject({ orders: 2 });
    expect(metric(lines, 'ViewsWritten')).toBe(1);
  });

  test('says how long each change took to become servable, by source', async () => {
    const store = await aChangedStore();
    const handler = await handlerOn(store.table, 9_000);
    await handler(eventOf(store.take()), CONTEXT);
    const waits = lines.filter((line) => 'CommitToServableMs' in line);
    expect(waits.map((line) => [line['source'], line['CommitToServableMs']]).toSorted()).toEqual([
      ['crm', 7_000],
      ['pos', [4_000, 3_000]],
    ]);
  });

  test('keeps the longest of them for the answers', async () => {
    const store = await aChangedStore();
    await (await handlerOn(store.table, 9_000))(eventOf(store.take()), CONTEXT);
    expect(await readServable(store.table, ['crm', 'pos'])).toMatchObject({
      crm: { commitToServableMs: 7_000, changes: 1 },
      pos: { commitToServableMs: 4_000, changes: 2 },
    });
  });

  test('that is ahead of our clock took no time', async () => {
    const store = await aChangedStore();
    await (await handlerOn(store.table, 0))(eventOf(store.take()), CONTEXT);
    expect(lines.find((line) => line['source'] === 'crm')?.['CommitToServableMs']).toBe(0);
  });

  test('a deletion is read from what was there before', async () => {
    const store = await aChangedStore();
    const [customer] = store.table.dump().filter(({ sk }) => sk === 'CUSTOMER');
    await (await handlerOn(store.table))(
      eventOf(customer ? [{ before: customer, sequence: '9' }] : []),
      CONTEXT,
    );
    expect(metric(lines, 'ViewsWritten')).toBe(1);
  });

  test('without anything of ours writes nothing, and says zero', async () => {
    const store = aViewStore();
    await (await handlerOn(store.table))(eventOf([]), CONTEXT);
    expect([store.table.dump(), metric(lines, 'ViewsWritten')]).toEqual([[], 0]);
  });

  test('fails as a whole when the store does, so that it is repeated', async () => {
    const store = await aChangedStore();
    const failing = interposed(
      store.table,
      (call) => call.name === 'writeAll',
      () => Promise.reject(new Error('throttled')),
    );
    const handler = await handlerOn(failing);
    await expect(handler(eventOf(store.take()), CONTEXT)).rejects.toThrow('throttled');
    expect(metric(lines, 'ViewsWritten')).toBeUndefined();
  });
});
