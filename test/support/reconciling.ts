/**
 * Reconciling in tests: a store with views, whose table can be damaged behind the system's back and compared.
 */
import { memoryScan } from '#adapters/memory/scan.ts';
import { showKey } from '#application/operate/reconcile/finding.ts';
import { type Healed, heal } from '#application/operate/reconcile/heal.ts';
import {
  continuePass,
  newPass,
  type PassOptions,
  type PassPart,
} from '#application/operate/reconcile/reconcile.ts';
import type { Key } from '#application/shared/table.ts';
import { POLICY } from './builders/evidence.ts';
import { NOW } from './builders/profile.ts';
import { aViewStore, VIEW_DEFINITIONS } from './views.ts';

/** A store with views that can be reconciled; `meanwhile` happens while the stream settles. */
export const aReconciledStore = () => {
  const store = aViewStore();
  const { table } = store;
  const clock = () => NOW;
  const definitions = async () => ({
    hash: 'h1',
    definitions: { ...VIEW_DEFINITIONS, namespaces: POLICY },
  });
  const portsWith = (meanwhile: () => Promise<unknown>) => ({
    table,
    clock,
    scan: memoryScan(table),
    definitions,
    sleep: async () => {
      await meanwhile();
    },
  });
  return {
    ...store,
    portsWith,
    /** Takes items away without the system knowing. */
    damage: async (...keys: readonly Key[]): Promise<void> => {
      for (const key of keys) await table.write({ kind: 'delete', key });
      store.take();
    },
    pass: (
      options: Partial<PassOptions> = {},
      meanwhile: () => Promise<unknown> = async () => {},
    ): Promise<PassPart> =>
      continuePass(portsWith(meanwhile), newPass(3), { settleMs: 1, ...options }),
    heal: (part: PassPart): Promise<readonly Healed[]> =>
      heal({ table, clock, definitions }, part.differences),
  };
};

/** Keys of what a pass names, sorted. */
export const namesOf = ({ differences }: PassPart): readonly string[] =>
  differences.map(({ key }) => showKey(key)).sort();
