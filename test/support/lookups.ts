/**
 * Lookups of every row, for worlds that keep no views: as many as there can be.
 */
import {
  type LookupPorts,
  lookupsOf,
  removeLookups,
} from '#application/profile/maintain-lookups.ts';
import type { TableChange } from '#application/profile/touched.ts';

/** Writes and removes what a batch of table changes asks for. */
export const keepAllLookups = async (
  ports: LookupPorts,
  changes: readonly TableChange[],
): Promise<void> => {
  for (const { after } of changes)
    for (const key of lookupsOf(ports.pseudonymise, after).values())
      await ports.table.write({ kind: 'put', item: { ...key } });
  await removeLookups(async () => ports, changes);
};
