import { expect, test } from 'vitest';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { type ImportPorts, importState } from '#application/operate/transfer/import-state.ts';
import {
  STATE_BUCKET_NAMES,
  type StateManifest,
  type StateStores,
} from '#application/operate/transfer/state.ts';
import { stateHash, type WireItem } from '#application/operate/transfer/wire-item.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { addChecksums, formatChecksum } from '#domain/shared/checksum.ts';

const KEYS = { pepper: 'p', oneIdKey: 'o', erasureKey: 'e' };
const ITEMS = ['R#pos.receipt.1', 'K#s', 'U#~u#0'].map(
  (pk, n) => ({ pk: { S: pk }, sk: { S: ['ROW', 'SCOPE', 'BUCKET'][n] } }) as WireItem,
);
const MANIFEST: StateManifest = {
  format: 1,
  exportedAt: '2026-11-30T00:00:00.000Z',
  keys: KEYS,
  items: ITEMS.length,
  objects: 0,
  state: formatChecksum(ITEMS.map(stateHash).reduce(addChecksums, 0)),
};

/** Ports on memory, and what was done through them. */
const portsOf = (manifest: StateManifest | undefined, store: (item: WireItem) => boolean) => {
  const done: string[] = [];
  const table: WireItem[] = [];
  const ports: ImportPorts = {
    items: async function* () {
      yield table;
    },
    putAll: async (items) => {
      for (const item of items) {
        done.push(item.pk.S);
        if (store(item)) table.push(item);
      }
    },
    stores: Object.fromEntries(
      STATE_BUCKET_NAMES.map((name) => [name, new MemoryObjectStore()]),
    ) as unknown as StateStores,
    keys: KEYS,
    resolving: {
      pause: async () => {
        done.push('pause');
        return true;
      },
      resume: async () => void done.push('resume'),
    },
    files: {
      manifest: async () => manifest,
      items: async function* () {
        yield ITEMS;
      },
      objects: async function* () {
        // None.
      },
    },
    rebuild: () => ({
      table: new MemoryTable(),
      clock: () => 0,
      scan: async () => ({ items: [] }),
      definitions: async () => ({ hash: 'h', definitions: {} as Definitions }),
    }),
  };
  return { ports, done };
};

const everything = () => true;

test('rows come after what they hang together with, and resolving goes on in the end', async () => {
  const { ports, done } = portsOf(MANIFEST, everything);
  expect(await importState(ports)).toEqual(MANIFEST);
  expect(done).toEqual(['pause', 'K#s', 'R#pos.receipt.1', 'U#~u#0', 'resume']);
});

test('when the table is not what the export was, it says so, and resolving stays paused', async () => {
  const { ports, done } = portsOf(MANIFEST, ({ sk }) => sk.S !== 'BUCKET');
  await expect(importState(ports)).rejects.toThrow('the table came to checksum');
  expect(done.at(-1)).not.toBe('resume');
});

test.each([
  ['no export', undefined, 'there is no manifest.json'],
  ['another form', { ...MANIFEST, format: 9 as 1 }, 'form 9 of an export is not known'],
  ['other keys', { ...MANIFEST, keys: { ...KEYS, oneIdKey: 'x' } }, 'export (oneIdKey): copy'],
  ['damaged files', { ...MANIFEST, state: '000000000000' }, 'the files came to checksum'],
])('%s: refused before anything is touched', async (_, manifest, why) => {
  const { ports, done } = portsOf(manifest, everything);
  await expect(importState(ports)).rejects.toThrow(why);
  expect(done).toEqual([]);
});

test('a table with rows is refused', async () => {
  const { ports } = portsOf(MANIFEST, everything);
  await importState(ports);
  await expect(importState(ports)).rejects.toThrow('the table holds rows already');
});
