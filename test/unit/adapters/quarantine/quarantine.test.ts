import { expect, test } from 'vitest';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { makeQuarantine } from '#adapters/quarantine/quarantine.ts';
import type { HeldRecord } from '#application/shared/ports.ts';

const RECORD: HeldRecord = {
  bytes: new TextEncoder().encode('{"data":'),
  reason: 'not-json',
  detail: 'text ends early',
  origin: {
    shard: 'shardId-000000000003',
    sequence: '49590338271490256608559692538361571095921575989136588898',
    arrivedAt: 1_795_332_567_483,
  },
};
const DIGEST = '9fdaac440d55895c95202c955d848047b8f42eb5e16b1fba9c70bfde0bd3d805';
const OBJECT = `2026/11/22/not-json/${DIGEST}`;

const quarantineOf = () => {
  const objects = new MemoryObjectStore();
  const table = new MemoryTable();
  return { objects, table, quarantine: makeQuarantine(objects, table) };
};

test('a held record is an object of raw bytes and an item that says why', async () => {
  const { objects, table, quarantine } = quarantineOf();
  await quarantine.hold(RECORD);
  expect(await objects.get(OBJECT)).toEqual(RECORD.bytes);
  expect(table.dump()).toEqual([
    {
      pk: 'QUARANTINE#15',
      sk: `2026-11-22T07:29:27.483Z#${OBJECT}`,
      reason: 'not-json',
      detail: 'text ends early',
      origin: RECORD.origin,
      object: OBJECT,
      bytes: 8,
      expiresAt: null,
    },
  ]);
});

test('a redelivery is held once', async () => {
  const { objects, table, quarantine } = quarantineOf();
  await quarantine.hold(RECORD);
  await quarantine.hold(RECORD);
  const keys = [];
  for await (const key of objects.list('')) keys.push(key);
  expect([keys, table.dump().length]).toEqual([[OBJECT], 1]);
});

test('records are spread over sixteen partitions', async () => {
  const { table, quarantine } = quarantineOf();
  for (let n = 0; n < 400; n++) {
    await quarantine.hold({ ...RECORD, origin: { ...RECORD.origin, sequence: `${n}` } });
  }
  const partitions = new Set(table.dump().map((item) => item.pk));
  expect(partitions.size).toBe(16);
});

test.each([
  ['of any length', 'x'.repeat(10_000), 'x'.repeat(500)],
  ['with half a surrogate pair', 'a\ud800b', 'a\uFFFDb'],
  ['cut inside a surrogate pair', `${'x'.repeat(499)}😀`, `${'x'.repeat(499)}\uFFFD`],
])('a detail %s can be stored', async (_, detail, stored) => {
  const { table, quarantine } = quarantineOf();
  await quarantine.hold({ ...RECORD, detail });
  expect(table.dump()[0]?.['detail']).toBe(stored);
});

test('bytes are kept before the item that names them', async () => {
  const { objects, table } = quarantineOf();
  const broken = Object.assign(Object.create(objects), {
    put: async () => Promise.reject(new Error('no bucket')),
  });
  await expect(makeQuarantine(broken, table).hold(RECORD)).rejects.toThrow('no bucket');
  expect(table.dump()).toEqual([]);
});
