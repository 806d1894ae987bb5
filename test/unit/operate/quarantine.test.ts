import { expect, test } from 'vitest';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { makeQuarantine } from '#adapters/quarantine/quarantine.ts';
import { makeQuarantineShelf } from '#adapters/quarantine/quarantine-shelf.ts';
import type { StreamMessage } from '#application/operate/ports.ts';
import {
  deleteQuarantined,
  listQuarantine,
  redriveQuarantine,
} from '#application/operate/quarantine.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const DMS = '{"metadata":{"schema-name":"pos","table-name":"till"}}';
const DEBEZIUM = '{"payload":{"op":"c","source":{"name":"crm","table":"visit"}}}';

/** Record number `n` came `n` seconds after seven. */
const held = (n: number, reason: string, text: string) => ({
  bytes: encode(text),
  reason,
  detail: `detail ${n}`,
  origin: {
    shard: 'shardId-000000000000',
    sequence: String(n),
    arrivedAt: Date.UTC(2026, 10, 22, 7, 0, n),
  },
});

const aQuarantine = async (...records: readonly ReturnType<typeof held>[]) => {
  const objects = new MemoryObjectStore();
  const table = new MemoryTable();
  const { hold } = makeQuarantine(objects, table);
  for (const record of records) await hold(record);
  const sent: StreamMessage[] = [];
  return {
    objects,
    table,
    hold,
    shelf: makeQuarantineShelf(objects, table),
    sent: () => sent.map(({ bytes }) => decode(bytes)).sort(),
    publish: async (messages: readonly StreamMessage[]) => void sent.push(...messages),
  };
};

const THREE = [
  held(1, 'unknown-table', DMS),
  held(2, 'not-json', '{"metadata"'),
  held(3, 'unknown-table', DEBEZIUM),
] as const;

test('the list counts reasons and shows the newest first, with the table that the bytes name', async () => {
  const { shelf } = await aQuarantine(...THREE);
  const { reasons, newest } = await listQuarantine(shelf, 2);
  expect(reasons).toEqual([
    ['unknown-table', 2],
    ['not-json', 1],
  ]);
  expect(newest.map(({ detail, table, reason }) => [detail, table, reason])).toEqual([
    ['detail 3', 'crm.visit', 'unknown-table'],
    ['detail 2', undefined, 'not-json'],
  ]);
});

test.each([
  ['null', undefined],
  ['[]', undefined],
  ['{"metadata":7,"source":{"table":8}}', undefined],
  ['{"metadata":{"schema-name":"pos"}}', 'pos'],
  [DMS, 'pos.till'],
])('%s names the table %s', async (text, table) => {
  const { shelf } = await aQuarantine(held(1, 'wrong-shape', text));
  expect((await listQuarantine(shelf, 1)).newest[0]?.table).toBe(table);
});

test('all of many entries are found, over all partitions and pages', async () => {
  const { shelf } = await aQuarantine(
    ...Array.from({ length: 300 }, (_, n) => held(n % 60, `reason-${n}`, `${n}`)),
  );
  expect((await shelf.entries()).length).toBe(300);
});

test('a redrive by reason puts the raw bytes back and takes the entries away', async () => {
  const { shelf, publish, sent, table, objects } = await aQuarantine(...THREE);
  expect(await redriveQuarantine(shelf, publish, { reason: 'unknown-table' })).toEqual({
    removed: 2,
    withoutBytes: [],
    unknown: [],
  });
  expect(sent()).toEqual([DMS, DEBEZIUM]);
  const left = await shelf.entries();
  expect(left.map(({ reason }) => reason)).toEqual(['not-json']);
  expect(table.dump()).toHaveLength(1);
  expect(await objects.get(left[0]?.object ?? '')).toEqual(encode('{"metadata"'));
});

test('a redrive by key tells which keys there are not', async () => {
  const { shelf, publish, sent } = await aQuarantine(...THREE);
  const key = (await shelf.entries())[1]?.object ?? '';
  const removal = await redriveQuarantine(shelf, publish, { keys: [key, 'no/such/key'] });
  expect(removal).toEqual({ removed: 1, withoutBytes: [], unknown: ['no/such/key'] });
  expect(sent()).toEqual(['{"metadata"']);
});

test('what comes back to quarantine while all is redriven stays there', async () => {
  const { shelf, hold } = await aQuarantine(...THREE);
  let number = 10;
  const publish = async () => hold(held(number++, 'not-json', 'again'));
  expect(await redriveQuarantine(shelf, publish, { all: true })).toMatchObject({ removed: 3 });
  expect(await shelf.entries()).toHaveLength(3);
});

test('nothing is taken away that the stream did not take', async () => {
  const { shelf } = await aQuarantine(...THREE);
  const publish = () => Promise.reject(new Error('throttled'));
  await expect(redriveQuarantine(shelf, publish, { all: true })).rejects.toThrow('throttled');
  expect(await shelf.entries()).toHaveLength(3);
});

test('an entry whose bytes are gone is left and named', async () => {
  const { shelf, objects, publish } = await aQuarantine(THREE[0]);
  const key = (await shelf.entries())[0]?.object ?? '';
  await objects.delete(key);
  expect(await redriveQuarantine(shelf, publish, { all: true })).toEqual({
    removed: 0,
    withoutBytes: [key],
    unknown: [],
  });
  expect(await shelf.entries()).toHaveLength(1);
});

test('deleting takes entry and bytes away and publishes nothing', async () => {
  const { shelf, objects, table } = await aQuarantine(...THREE);
  const key = (await shelf.entries())[0]?.object ?? '';
  expect(await deleteQuarantined(shelf, { keys: [key] })).toMatchObject({ removed: 1 });
  expect(await objects.get(key)).toBeUndefined();
  expect(table.dump()).toHaveLength(2);
});

test('no selection selects nothing', async () => {
  const { shelf } = await aQuarantine(...THREE);
  expect(await deleteQuarantined(shelf, {})).toMatchObject({ removed: 0 });
});
