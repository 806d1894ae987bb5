/**
 * Export of a place's whole state, in open forms: items as DynamoDB's own export has them, objects as they are.
 *
 * Resolving pauses meanwhile, and the change stream keeps what comes, so that all items are of one moment. Reads go on.
 * @module
 */
import { runningErasures } from '#application/shared/erasures.ts';
import type { Table } from '#application/shared/table.ts';
import { addChecksums, formatChecksum } from '#domain/shared/checksum.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Resolving } from '../ports.ts';
import {
  type KeyPrints,
  STATE_BUCKET_NAMES,
  STATE_FORMAT,
  StateError,
  type StateManifest,
  type StateStores,
  type StateWriter,
  type TransferNews,
  type WirePages,
} from './state.ts';
import { stateHash } from './wire-item.ts';

/** What exporting needs. */
export interface ExportPorts {
  readonly table: Table;
  /** All items of the table, and of the audit log. */
  readonly items: () => WirePages;
  readonly audit: () => WirePages;
  readonly stores: StateStores;
  readonly keys: KeyPrints;
  readonly resolving: Resolving;
  readonly files: StateWriter;
  readonly clock: Clock;
}

/**
 * Exports the state.
 * @throws StateError while an erasure is not done: what it removes would be in the export
 */
export const exportState = async (
  ports: ExportPorts,
  news: TransferNews = {},
): Promise<StateManifest> => {
  const [erasure] = await runningErasures(ports.table);
  if (erasure !== undefined)
    throw new StateError(`erasure ${erasure} is not done: export when it is`);
  const wasOn = await ports.resolving.pause();
  try {
    return await exportAtRest(ports, news);
  } finally {
    if (wasOn) await ports.resolving.resume();
  }
};

const exportAtRest = async (ports: ExportPorts, news: TransferNews): Promise<StateManifest> => {
  const { files, keys, clock } = ports;
  const exportedAt = new Date(clock()).toISOString();
  const tally = { items: 0, sum: 0 };
  await files.items('customer360', counted(ports.items(), tally, news));
  await files.items('audit', ports.audit());
  const objects = await exportObjects(ports, news);
  const state = formatChecksum(tally.sum);
  const format = STATE_FORMAT;
  const manifest: StateManifest = {
    format,
    exportedAt,
    keys,
    items: tally.items,
    objects,
    state,
  };
  await files.manifest(manifest);
  return manifest;
};

async function* counted(
  pages: WirePages,
  tally: { items: number; sum: number },
  { onItems }: TransferNews,
): WirePages {
  for await (const page of pages) {
    tally.items += page.length;
    tally.sum = page.map(stateHash).reduce(addChecksums, tally.sum);
    onItems?.(tally.items);
    yield page;
  }
}

const exportObjects = async (
  { stores, files }: ExportPorts,
  { onObjects }: TransferNews,
): Promise<number> => {
  let objects = 0;
  for (const name of STATE_BUCKET_NAMES) {
    for await (const key of stores[name].list('')) {
      const bytes = await stores[name].get(key);
      // It was there a moment ago: what has its time ends.
      if (bytes === undefined) continue;
      await files.object(name, { key, bytes });
      objects += 1;
      onObjects?.(objects);
    }
  }
  return objects;
};
