/**
 * The definitions in force: an item names their hash, an object holds their JSON.
 *
 * Two steps, so that publishing is one write of one item: a function reads either the old or the new definitions,
 * never a mixture, and everything derived can carry the hash it was derived by.
 * @module
 */
import type {
  CurrentDefinitions,
  DefinitionsSource,
  ObjectStore,
} from '#application/shared/ports.ts';
import type { Key, Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { sha256 } from '../crypto/sha256.ts';

/** Partition of the item that names the definitions in force, for grants. */
export const DEFINITIONS_PARTITION = 'DEFINITIONS';

/** Key of the item that names the definitions in force. */
const CURRENT_KEY: Key = { pk: DEFINITIONS_PARTITION, sk: 'CURRENT' };

/** How long definitions are used before the item is read again. */
const CACHE_MS = 30_000;

/** The definitions cannot be read: none were published, or the object is not what its name says. */
export class DefinitionsError extends Error {
  override readonly name = 'DefinitionsError';
}

/** What the definitions are kept in. */
export interface DefinitionsStores {
  readonly table: Table;
  readonly objects: ObjectStore;
}

/**
 * Reads the definitions in force, at most {@link CACHE_MS} old. Concurrent callers share one read; a failed read is
 * not kept. Throws {@link DefinitionsError}.
 */
export const currentDefinitions = (stores: DefinitionsStores, clock: Clock): DefinitionsSource => {
  let known: CurrentDefinitions | undefined;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<CurrentDefinitions> | undefined;
  const refresh = async (): Promise<CurrentDefinitions> => {
    const readAt = clock();
    const hash = await currentHash(stores.table);
    if (known?.hash !== hash) known = await readDefinitions(stores.objects, hash);
    freshUntil = readAt + CACHE_MS;
    return known;
  };
  return {
    current: async () => {
      if (known !== undefined && clock() < freshUntil) return known;
      reading ??= refresh().finally(() => {
        reading = undefined;
      });
      return reading;
    },
  };
};

/**
 * Puts definitions in force: the object first, then the item that names it. Safe to repeat.
 * @returns their hash
 */
export const publishDefinitions = async (
  stores: DefinitionsStores,
  definitions: Definitions,
): Promise<string> => {
  const bytes = new TextEncoder().encode(canonicalJson(definitions));
  const hash = sha256(bytes);
  await stores.objects.put(objectKey(hash), bytes, 'application/json');
  await stores.table.write({ kind: 'put', item: { ...CURRENT_KEY, hash } });
  return hash;
};

const currentHash = async (table: Table): Promise<string> => {
  const [item] = await table.getAll([CURRENT_KEY]);
  const hash = item?.['hash'];
  if (typeof hash !== 'string') throw new DefinitionsError('no definitions are published');
  return hash;
};

const readDefinitions = async (objects: ObjectStore, hash: string): Promise<CurrentDefinitions> => {
  const bytes = await objects.get(objectKey(hash));
  if (bytes === undefined) throw new DefinitionsError(`object ${objectKey(hash)} is missing`);
  if (sha256(bytes) !== hash) throw new DefinitionsError(`object ${objectKey(hash)} was changed`);
  // Only checked definitions are ever published, and the hash shows that these are the ones.
  return { hash, definitions: JSON.parse(new TextDecoder().decode(bytes)) as Definitions };
};

const objectKey = (hash: string): string => `definitions/${hash}.json`;
