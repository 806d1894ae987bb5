/**
 * Read owners: the customers that units belong to, for readers that do not commit.
 *
 * Where a unit lies and its scope are two reads, and a scope may be absorbed or split between them. Then no scope that was
 * read lists the unit, or two do. Who commits would notice by a version; who only reads, reads anew.
 * @module
 */
import { readScopes } from '#application/identity/world.ts';
import type { ScopeId } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';

/** Where a unit lies, as its item says. */
export interface PlacedUnit {
  readonly unit: UnitKey;
  readonly scope: ScopeId;
}

/** Times that everything is read; after that, what was found counts. */
const OWNER_READS = 4;

/**
 * Reads where units lie, and whose they are.
 * @param places reads the units; asked again when some have moved meanwhile
 * @returns the places of the last reading, and the one customer of each unit that has one
 */
export const readOwners = async <Place extends PlacedUnit>(
  table: Table,
  places: () => Promise<readonly Place[]>,
  reads = OWNER_READS,
): Promise<{
  readonly placed: readonly Place[];
  readonly ownerOf: ReadonlyMap<UnitKey, OneId>;
}> => {
  const placed = await places();
  const units = new Set(placed.map(({ unit }) => unit));
  const scopes = await readScopes(
    table,
    placed.map(({ scope }) => scope),
  );
  const ownerOf = new Map(
    scopes
      .flatMap(({ scope }) => scope.customers)
      .flatMap((customer) => customer.units.map((unit) => [unit, customer.id] as const))
      .filter(([unit]) => units.has(unit)),
  );
  // A row that may create no customer is listed, too, and steady: it is not read anew for having none.
  const listed = scopes
    .flatMap(({ scope }) => [...scope.units.keys()])
    .filter((it) => units.has(it));
  const isWhole = listed.length === units.size && new Set(listed).size === units.size;
  return isWhole || reads === 1 ? { placed, ownerOf } : readOwners(table, places, reads - 1);
};
