/**
 * Compared scopes: where rules score pairs, the scopes that a commit takes in because rows are alike, and what their rows
 * say for F to weigh.
 *
 * Rows that share a blocking key are in one scope only when their likeness is worth a link or a look. Whoever changes a
 * row writes the claims of all its keys: of two rows that change at once, the second commit fails and sees the first
 * (docs/adr/0049).
 * @module
 */
import { claimKey, type ScopeId } from '#application/shared/items.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { type MergePolicy, scoringOf } from '#domain/identity/merge-policy.ts';
import { mergeScopes, type Scope } from '#domain/identity/scope.ts';
import { isKeyOf, keysOf, type Reads, readRows } from './compared-row.ts';
import { type ChangedHolders, scopesSetApart, tiesOfChanges } from './likeness.ts';
import { isUnderOthers, tiesOfScopes } from './likeness-under-rules.ts';
import type { Membership } from './membership.ts';
import { readScopes, type StoredScope } from './scope-store.ts';

/** What is known of a set of changes before rows are compared. */
export interface Uncompared extends ChangedHolders {
  readonly scopes: readonly StoredScope[];
}

/** The same, with all that likeness adds. */
export interface Compared {
  /** With the claims of keys that tie scopes, which the commit writes again. */
  readonly memberships: readonly Membership[];
  readonly scopes: readonly StoredScope[];
  /** All scopes as one, rows with their features and blocking keys. */
  readonly scope: Scope;
}

/** Compares the rows of a set of changes. `undefined` when a row moved meanwhile: read everything again. */
export const compareRows = async (
  table: Reads,
  policy: MergePolicy,
  known: Uncompared,
  token: number,
): Promise<Compared | undefined> => {
  if (scoringOf(policy) === undefined) return { ...known, scope: asOne(known.scopes) };
  const ties = await tiesOfChanges(table, policy, known);
  const apart = await scopesSetApart(table, policy, known.memberships);
  const tied = await readScopes(table, ties.pointers);
  const scopes = distinct([...known.scopes, ...apart, ...tied]);
  const all = await comparedUnderRules(
    table,
    policy,
    { ...known, scopes, units: ties.units },
    token,
  );
  const there = new Set(all.scopes.flatMap(({ scope }) => [...scope.units.keys()]));
  if (!all.units.every((unit) => there.has(unit))) return undefined;
  return { ...all, scope: await describeScopes(table, policy, all.scopes, all) };
};

/** Scopes, and the rows that must be in one of them. */
interface Tied extends Uncompared {
  readonly units: readonly UnitKey[];
}

// Each scope that was compared under other rules may bring further ones.
const comparedUnderRules = async (
  table: Reads,
  policy: MergePolicy,
  tied: Tied,
  token: number,
  seen: ReadonlySet<ScopeId> = new Set(),
): Promise<Tied> => {
  const open = tied.scopes.filter((one) => isUnderOthers(one, policy) && !seen.has(one.id));
  if (open.length === 0) return tied;
  const found = await tiesOfScopes(table, policy, tied, open, token);
  const more = {
    changes: tied.changes,
    memberships: [...tied.memberships, ...found.memberships],
    scopes: distinct([...tied.scopes, ...(await readScopes(table, found.pointers))]),
    units: [...tied.units, ...found.units],
  };
  const all = new Set([...seen, ...open.map(({ id }) => id)]);
  return comparedUnderRules(table, policy, more, token, all);
};

const asOne = (scopes: readonly StoredScope[]): Scope =>
  mergeScopes(scopes.map(({ scope }) => scope));

// The first reading of a scope stays: what was concluded from it is fenced by its version.
const distinct = (scopes: readonly StoredScope[]): readonly StoredScope[] => [
  ...new Map(scopes.toReversed().map((stored) => [stored.id, stored])).values(),
];

/**
 * Scopes as one, with what their rows say beside what they claim.
 *
 * Rows are read after the scopes: whoever changes one writes its scope as well, so the commit fails when a row is newer.
 * The same goes for whether a key is shared, when two of its holders are here.
 */
export const describeScopes = async (
  table: Reads,
  policy: MergePolicy,
  scopes: readonly StoredScope[],
  { changes, memberships }: ChangedHolders = { changes: [], memberships: [] },
): Promise<Scope> => {
  const scope = asOne(scopes);
  if (scoringOf(policy) === undefined) return scope;
  const rows = await readRows(table, scope.units.keys());
  const units = new Map(
    [...scope.units].map(([key, unit]) => [key, described(unit, rows.get(key)?.evidence, policy)]),
  );
  const changed = new Set(changes.map(({ key }) => key));
  const unchanged = [...units.values()].filter(({ key }) => !changed.has(key));
  const after = [...unchanged, ...changes.flatMap((change) => change.after ?? [])];
  const written = new Set(memberships.map(({ identifier }) => identifier));
  const keys = heldTwice(after, policy).filter((key) => !written.has(key));
  return { ...scope, units, shared: scope.shared.union(await sharedOf(table, keys)) };
};

const described = (
  unit: EvidenceUnit,
  row: EvidenceUnit | undefined,
  policy: MergePolicy,
): EvidenceUnit => {
  if (row?.features === undefined) return unit;
  const keys = row.claims.filter(({ identifier }) => isKeyOf(policy)(identifier));
  return { ...unit, features: row.features, claims: orderedClaims([...unit.claims, ...keys]) };
};

const heldTwice = (
  units: readonly EvidenceUnit[],
  policy: MergePolicy,
): readonly IdentifierKey[] => {
  const holders = new Map<IdentifierKey, UnitKey>();
  const twice = new Set<IdentifierKey>();
  for (const unit of units) {
    for (const key of keysOf(unit, policy)) {
      if (holders.has(key)) twice.add(key);
      holders.set(key, unit.key);
    }
  }
  return [...twice];
};

const sharedOf = async (
  table: Reads,
  keys: readonly IdentifierKey[],
): Promise<ReadonlySet<IdentifierKey>> => {
  const items = await table.getAll(keys.map(claimKey));
  return new Set(keys.filter((_, index) => items[index]?.['shared'] === true));
};
