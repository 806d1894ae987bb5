/**
 * What the DynamoDB table sends: how many requests, how many at once, and how it goes on when some are refused.
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import type { Item, Write } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';

interface Request {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A table on a client that answers as told and remembers what it was asked. */
const tableOn = (answer: (request: Request, index: number) => unknown) => {
  const requests: Request[] = [];
  const waits: number[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const request = { name: command.constructor.name, input: command.input };
      requests.push(request);
      return answer(request, requests.length - 1);
    },
  } as unknown as DynamoDBClient;
  const backoff = async (attempt: number): Promise<void> => {
    waits.push(attempt);
  };
  return { table: new DynamoTable({ client, tableName: 'T', backoff }), requests, waits };
};

type Keys = readonly { readonly pk: { S: string }; readonly sk: { S: string } }[];
const keysOf = ({ input }: Request): Keys =>
  must((input['RequestItems'] as Record<string, { Keys: Keys }>)['T'], 'table').Keys;

const keys = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({ pk: 'P', sk: `${n}` }));

const refusal = (name: string): Error => Object.assign(new Error(name), { name });

const put = (n: number): Write => ({ kind: 'put', item: { pk: 'P', sk: `${n}` } });

test('250 keys, half of them twice, are three requests of at most 100', async () => {
  const { table, requests } = tableOn((request) => ({ Responses: { T: keysOf(request) } }));
  const found = await table.getAll([...keys(250), ...keys(125)]);
  expect(found).toEqual([...keys(250), ...keys(125)]);
  expect(requests.map((request) => keysOf(request).length)).toEqual([100, 100, 50]);
});

test('unprocessed keys are asked for again, with a wait', async () => {
  const { table, requests, waits } = tableOn((request) => {
    const asked = keysOf(request);
    const taken = asked.slice(0, 4);
    const Keys = asked.slice(4);
    return { Responses: { T: taken }, UnprocessedKeys: Keys.length > 0 ? { T: { Keys } } : {} };
  });
  expect(await table.getAll(keys(10))).toEqual(keys(10));
  expect(requests.map((request) => keysOf(request).length)).toEqual([10, 6, 2]);
  expect(waits).toHaveLength(2);
});

test('a store that processes nothing is busy after eight attempts', async () => {
  const { table, requests } = tableOn((request) => ({
    Responses: { T: [] },
    UnprocessedKeys: { T: { Keys: keysOf(request) } },
  }));
  await expect(table.getAll(keys(3))).rejects.toMatchObject({ name: 'TableBusyError' });
  expect(requests).toHaveLength(8);
});

test('a write that met a transaction is repeated', async () => {
  const { table, waits } = tableOn((_, index) => {
    if (index < 2) throw refusal('TransactionConflictException');
    return {};
  });
  expect(await table.write(put(1))).toBe(true);
  expect(waits).toEqual([1, 2]);
});

test('a write that always meets a transaction finds the store busy', async () => {
  const { table, requests } = tableOn(() => {
    throw refusal('TransactionConflictException');
  });
  await expect(table.write(put(1))).rejects.toMatchObject({ name: 'TableBusyError' });
  expect(requests).toHaveLength(8);
});

test('many writes are at most 32 in flight', async () => {
  let inFlight = 0;
  let most = 0;
  const { table, requests } = tableOn(async () => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inFlight--;
    return {};
  });
  await table.writeAll(Array.from({ length: 200 }, (_, n) => put(n)));
  expect([requests.length, most]).toEqual([200, 32]);
});

test('after a failure no write begins, and none goes on behind the caller', async () => {
  let running = 0;
  const { table, requests } = tableOn(async (_, index) => {
    running++;
    await new Promise((resolve) => setTimeout(resolve, index === 5 ? 1 : 10));
    running--;
    if (index === 5) throw refusal('TimeoutError');
    return {};
  });
  const writes = Array.from({ length: 200 }, (_, n) => put(n));
  await expect(table.writeAll(writes)).rejects.toMatchObject({ name: 'TimeoutError' });
  expect([requests.length, running]).toEqual([32, 0]);
});

test('a rule that one of many writes breaks is found before any is sent', async () => {
  const { table, requests } = tableOn(() => ({}));
  const bad: Write = { kind: 'put', item: { pk: 'P', sk: '' } };
  await expect(table.writeAll([put(1), bad])).rejects.toMatchObject({ rule: 'key' });
  expect(requests).toEqual([]);
});

test('reads are strongly consistent', async () => {
  const { table, requests } = tableOn(() => ({ Responses: { T: [] }, Items: [] }));
  await table.getAll(keys(1));
  await table.query({ pk: 'P' });
  expect(requests[0]?.input).toMatchObject({ RequestItems: { T: { ConsistentRead: true } } });
  expect(requests[1]?.input).toMatchObject({ ConsistentRead: true });
});

test.each([
  [{ N: '9007199254740993' }],
  [{ N: '1.5' }],
  [{ B: new Uint8Array([1]) }],
  [{ NS: ['1'] }],
])('a stored value that the port cannot hold, %j, is not read as another', async (stored) => {
  const { table } = tableOn(() => ({ Items: [{ pk: { S: 'P' }, sk: { S: '1' }, x: stored }] }));
  await expect(table.query({ pk: 'P' })).rejects.toMatchObject({ rule: 'value' });
});
