import { expect, test } from 'vitest';
import {
  currentDefinitions,
  publishDefinitions,
} from '#adapters/definitions/current-definitions.ts';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';

const EMPTY: Definitions = { sources: {}, namespaces: {}, view: { profile: [], measures: [] } };
const OTHER: Definitions = {
  ...EMPTY,
  view: { profile: [{ field: 'name', sources: ['crm'] }], measures: [] },
};
/** SHA-256 of `{"namespaces":{},"sources":{},"view":{"measures":[],"profile":[]}}`. */
const EMPTY_HASH = 'e1032c5ef1a20d25bf7d789d54bf3b8d9546f6bfeb5d7a760123f8b0d36f9ca8';

const world = () => {
  const meter = makeMeter();
  const stores = { table: new MemoryTable({ meter }), objects: new MemoryObjectStore() };
  const time = { now: 1_000_000 };
  return { stores, meter, time, source: currentDefinitions(stores, () => time.now) };
};

test('published definitions are an object under their hash, and the current ones', async () => {
  const { stores, source } = world();
  expect(await publishDefinitions(stores, EMPTY)).toBe(EMPTY_HASH);
  const bytes = await stores.objects.get(`definitions/${EMPTY_HASH}.json`);
  expect(new TextDecoder().decode(bytes)).toBe(
    '{"namespaces":{},"sources":{},"view":{"measures":[],"profile":[]}}',
  );
  expect(stores.table.dump()).toEqual([{ pk: 'DEFINITIONS', sk: 'CURRENT', hash: EMPTY_HASH }]);
  expect(await source.current()).toEqual({ hash: EMPTY_HASH, definitions: EMPTY });
});

test('are read again after 30 s, and only their name when they did not change', async () => {
  const { stores, meter, time, source } = world();
  await publishDefinitions(stores, EMPTY);
  const first = await source.current();
  await publishDefinitions(stores, OTHER);
  const before = meter.readUnits;
  time.now += 29_999;
  expect(await source.current()).toBe(first);
  expect(meter.readUnits - before).toBe(0);
  time.now += 1;
  const second = await source.current();
  expect(second.definitions).toEqual(OTHER);
  time.now += 30_000;
  expect(await source.current()).toBe(second);
  expect(meter.readUnits - before).toBe(2);
});

test('callers at one time share one read', async () => {
  const { stores, meter, source } = world();
  await publishDefinitions(stores, EMPTY);
  const before = meter.requests;
  await Promise.all(Array.from({ length: 20 }, () => source.current()));
  expect(meter.requests - before).toBe(1);
});

test.each([
  ['none published', async () => {}, 'no definitions are published'],
  [
    'the object missing',
    async ({ stores }: ReturnType<typeof world>) => {
      await stores.objects.delete(`definitions/${await publishDefinitions(stores, EMPTY)}.json`);
    },
    `object definitions/${EMPTY_HASH}.json is missing`,
  ],
  [
    'the object changed',
    async ({ stores }: ReturnType<typeof world>) => {
      const hash = await publishDefinitions(stores, EMPTY);
      await stores.objects.put(`definitions/${hash}.json`, new TextEncoder().encode('{}'));
    },
    `object definitions/${EMPTY_HASH}.json was changed`,
  ],
] as const)('with %s, reading fails and is tried again', async (_, prepare, message) => {
  const made = world();
  await prepare(made);
  await expect(made.source.current()).rejects.toMatchObject({ name: 'DefinitionsError', message });
  await publishDefinitions(made.stores, EMPTY);
  expect((await made.source.current()).hash).toBe(EMPTY_HASH);
});
