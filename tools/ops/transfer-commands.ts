/**
 * The operator commands that carry a whole state from one place to another.
 * @module
 */
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { makeStateReader, makeStateWriter } from '#adapters/files/state-folder.ts';
import { exportState } from '#application/operate/transfer/export-state.ts';
import { importState } from '#application/operate/transfer/import-state.ts';
import {
  type KeyPrints,
  STATE_BUCKET_NAMES,
  StateError,
  type StateStores,
  type TransferNews,
} from '#application/operate/transfer/state.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { progress } from './progress.ts';
import { refuseWhileRekeying } from './rekey-command.ts';
import type { Target } from './target.ts';

const exportAll: Command = async (target, { out, keys }, note) => {
  if (out === undefined || keys.length > 0) throw new OpsError('Say where to: export --out DIR.');
  const table = target.table();
  await refuseWhileRekeying(table);
  return sayingWhy(async () => {
    const manifest = await exportState(
      {
        table,
        items: target.wireItems(),
        audit: target.wireItems('audit-table'),
        stores: storesOf(target),
        keys: await printsOf(target),
        resolving: target.resolving(),
        files: await makeStateWriter(out),
        clock: Date.now,
      },
      telling(),
    );
    const { items, objects, state } = manifest;
    note(`state:${state}`);
    console.log(`${items} items and ${objects} objects are in ${out}; state ${state}`);
  });
};

const importAll: Command = async (target, { in: folder, keys }, note) => {
  if (folder === undefined || keys.length > 0)
    throw new OpsError('Say where from: import --in DIR.');
  const table = target.table();
  return sayingWhy(async () => {
    const { items, state, exportedAt } = await importState(
      {
        items: target.wireItems(),
        putAll: target.putWireItems(),
        stores: storesOf(target),
        keys: await printsOf(target),
        resolving: target.resolving(),
        files: makeStateReader(folder),
        rebuild: () => {
          const stores = { table, objects: target.objects('definitions-bucket') };
          const { current } = currentDefinitions(stores, Date.now);
          return { table, clock: Date.now, scan: target.pages(), definitions: current };
        },
      },
      telling(),
    );
    note(`state:${state}`);
    console.log(`${items} items of ${exportedAt} are here; state ${state}, as exported`);
  });
};

const sayingWhy = async (work: () => Promise<void>): Promise<number> => {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof StateError) throw new OpsError(`${error.message}.`);
    throw error;
  }
};

const storesOf = (target: Target): StateStores =>
  Object.fromEntries(
    STATE_BUCKET_NAMES.map((name) => [name, target.objects(`${name}-bucket`)]),
  ) as unknown as StateStores;

/** What every key makes of the same words. */
const printsOf = async (target: Target): Promise<KeyPrints> => {
  const [pseudonymise, mint, mark] = await Promise.all([
    target.pseudonymiser(),
    target.minter(),
    target.mark(),
  ]);
  return {
    pepper: pseudonymise('key', undefined, 'print'),
    oneIdKey: mint('key.print' as UnitKey, 0),
    erasureKey: mark('customer', 'key.print'),
  };
};

const telling = (): TransferNews => {
  const tell = progress();
  return {
    onItems: (items) => tell(() => `${items} items`),
    onObjects: (objects) => tell(() => `${objects} objects`),
  };
};

/** The commands by name. */
export const TRANSFER_COMMANDS: Readonly<Record<string, Command>> = {
  export: exportAll,
  import: importAll,
};
