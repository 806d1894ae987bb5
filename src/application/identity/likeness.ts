/**
 * Likeness: which rows a change ties to others because they are alike, and which scopes it may set apart.
 *
 * A change is weighed against all that hold its keys. A key that is shared no longer makes all its holders candidates of
 * one another; one that becomes shared may have tied what it ties no more.
 * @module
 */
import type { ScopeId } from '#application/shared/items.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { UnitChange } from '#domain/identity/scope.ts';
import { edgesAcross } from '#domain/identity/scored-graph.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type ComparedRow, isKeyOf, type Reads, readRows } from './compared-row.ts';
import type { Membership } from './membership.ts';
import { readScopes, type StoredScope } from './scope-store.ts';

/** Rows that something is tied to: which they are, and where they point to. */
export interface Ties {
  readonly units: readonly UnitKey[];
  readonly pointers: readonly ScopeId[];
}

/** Changes, and who holds what after them. */
export interface ChangedHolders {
  readonly changes: readonly (UnitChange & { readonly before?: EvidenceUnit })[];
  readonly memberships: readonly Membership[];
}

/** Finds the rows that a set of changes is tied to. */
export const tiesOfChanges = async (
  table: Reads,
  policy: MergePolicy,
  { changes, memberships }: ChangedHolders,
): Promise<Ties> => {
  const changed = new Map(changes.flatMap(({ key, after }) => (after ? [[key, after]] : [])));
  const live = memberships.filter(
    ({ identifier, shared }) => !shared && isKeyOf(policy)(identifier),
  );
  const others = toBeWeighed(live, changed);
  const named = [...others].flatMap(([unit, of]) => [unit, ...of]);
  const rows = await readRows(
    table,
    named.filter((unit) => !changed.has(unit)),
  );
  return tiesAmong(others, changed, rows, policy);
};

type Weighed = ReadonlyMap<UnitKey, ReadonlySet<UnitKey>>;

const toBeWeighed = (
  memberships: readonly Membership[],
  changed: ReadonlyMap<UnitKey, unknown>,
): Weighed => {
  const pairs = memberships.flatMap(({ claim, holders = [] }) =>
    holders
      .filter((unit) => claim?.shared || changed.has(unit))
      .map((unit) => ({ unit, others: holders.filter((other) => other !== unit) })),
  );
  return new Map(
    [...groupBy(pairs, ({ unit }) => unit)].map(([unit, of]) => [
      unit,
      new Set(of.flatMap(({ others }) => others)),
    ]),
  );
};

const tiesAmong = (
  others: Weighed,
  changed: ReadonlyMap<UnitKey, EvidenceUnit>,
  rows: ReadonlyMap<UnitKey, ComparedRow>,
  policy: MergePolicy,
): Ties => {
  const evidence = (unit: UnitKey) => changed.get(unit) ?? rows.get(unit)?.evidence;
  const alike = [...others].flatMap(([unit, of]) => {
    const [own, all] = [evidence(unit), [...of].flatMap((one) => evidence(one) ?? [])];
    const edges = own ? edgesAcross(own, all, policy) : [];
    return edges.length > 0 ? [unit, ...edges] : [];
  });
  const units = [...new Set(alike)].filter((unit) => rows.has(unit));
  return { units, pointers: units.flatMap((unit) => rows.get(unit)?.scope ?? []) };
};

/** Scopes with two holders of a key that becomes shared: it may be what holds them together. */
export const scopesSetApart = async (
  table: Reads,
  policy: MergePolicy,
  memberships: readonly Membership[],
): Promise<readonly StoredScope[]> => {
  const crossed = memberships.filter(
    ({ identifier, claim, shared }) =>
      shared && claim?.shared === false && isKeyOf(policy)(identifier),
  );
  if (crossed.length === 0) return [];
  const holdersOf = crossed.map(({ holders = [] }) => holders);
  const rows = await readRows(table, holdersOf.flat());
  const scopes = await readScopes(
    table,
    [...rows.values()].map(({ scope }) => scope),
  );
  return scopes.filter(({ scope }) =>
    holdersOf.some((holders) => holders.filter((unit) => scope.units.has(unit)).length > 1),
  );
};
