/**
 * Import of an exported state into a place that has none yet.
 *
 * Objects come first, then what rows hang together with, then the rows. Views are made anew: those of the export name positions in
 * the stream of the table that they were in, and every later change of another table's would look old to them.
 * @module
 */
import { addChecksums, formatChecksum } from '#domain/shared/checksum.ts';
import type { Resolving } from '../ports.ts';
import { continueRebuild, type RebuildPorts } from '../rebuild-views.ts';
import {
  type KeyPrints,
  STATE_BUCKET_NAMES,
  STATE_BUCKETS,
  STATE_FORMAT,
  StateError,
  type StateManifest,
  type StateReader,
  type StateStores,
  type TransferNews,
  type WirePages,
} from './state.ts';
import { carried, stateHash, type WireItem } from './wire-item.ts';

/** What importing needs. */
export interface ImportPorts {
  readonly items: () => WirePages;
  /** Stores items, in place of any others. */
  readonly putAll: (items: readonly WireItem[]) => Promise<void>;
  readonly stores: StateStores;
  readonly keys: KeyPrints;
  readonly resolving: Resolving;
  readonly files: StateReader;
  /** Asked for when the imported definitions are in force. */
  readonly rebuild: () => RebuildPorts;
}

/**
 * Imports a state, makes its views, and sees whether all of it is there. When it fails, resolving stays paused: nothing shall come to
 * half a state.
 * @throws StateError when the folder is no export or damaged, or the place has other keys or rows already; and in the end, when
 * the table is not what the export was: it is to be made anew then
 */
export const importState = async (
  ports: ImportPorts,
  news: TransferNews = {},
): Promise<StateManifest> => {
  const manifest = await manifestFor(ports);
  await refuseRows(ports);
  await refuseDifference(ports.files.items('customer360'), manifest, 'the files');
  const wasOn = await ports.resolving.pause();
  await importObjects(ports, news);
  let items = 0;
  for (const kind of ['first', 'rows'] as const) {
    for await (const page of ports.files.items('customer360')) {
      const some = page.map(carried).flatMap((one) => (one.kind === kind ? [one.item] : []));
      await ports.putAll(some);
      items += some.length;
      news.onItems?.(items);
    }
  }
  await makeViews(ports.rebuild());
  await refuseDifference(ports.items(), manifest, 'the table');
  if (wasOn) await ports.resolving.resume();
  return manifest;
};

const manifestFor = async ({ files, keys }: ImportPorts): Promise<StateManifest> => {
  const manifest = await files.manifest();
  if (manifest === undefined)
    throw new StateError('there is no manifest.json: no export, or one that did not end');
  if (manifest.format !== STATE_FORMAT)
    throw new StateError(`form ${manifest.format} of an export is not known, only ${STATE_FORMAT}`);
  const others = (Object.keys(keys) as (keyof KeyPrints)[]).filter(
    (name) => keys[name] !== manifest.keys[name],
  );
  if (others.length === 0) return manifest;
  throw new StateError(
    `the secrets are others than those of the export (${others.join(', ')}): copy their values first`,
  );
};

/** Kinds of items that only rows bring. */
const OF_ROWS: ReadonlySet<string> = new Set(['ROW', 'BUCKET', 'CLAIM', 'SCOPE', 'CUSTOMER']);

const refuseRows = async ({ items }: ImportPorts): Promise<void> => {
  for await (const page of items())
    if (page.some(({ sk }) => OF_ROWS.has(sk.S)))
      throw new StateError('the table holds rows already: an import wants one that has none');
};

const importObjects = async (
  { files, stores }: ImportPorts,
  { onObjects }: TransferNews,
): Promise<void> => {
  let objects = 0;
  for (const name of STATE_BUCKET_NAMES.filter((bucket) => STATE_BUCKETS[bucket])) {
    for await (const { key, bytes } of files.objects(name)) {
      await stores[name].put(key, bytes);
      objects += 1;
      onObjects?.(objects);
    }
  }
};

const makeViews = async (ports: RebuildPorts): Promise<void> => {
  let rebuild = await continueRebuild(ports, undefined);
  while (!rebuild.complete) rebuild = await continueRebuild(ports, rebuild);
};

const refuseDifference = async (pages: WirePages, { state }: StateManifest, what: string) => {
  let sum = 0;
  for await (const page of pages) sum = page.map(stateHash).reduce(addChecksums, sum);
  const found = formatChecksum(sum);
  if (found !== state)
    throw new StateError(`${what} came to checksum ${found}, and the export says ${state}`);
};
