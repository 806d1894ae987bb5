/**
 * World: all that a structural change has to know, read before it is planned.
 *
 * Scopes are read before anything is concluded from them, and every version read is a condition of the commit.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import { type ClaimItem, claimKey, type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Action, Table } from '#application/shared/table.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { compares, links, type MergePolicy, rulesOf } from '#domain/identity/merge-policy.ts';
import type { LedgerEntry } from '#domain/identity/one-id.ts';
import type { Scope, UnitChange } from '#domain/identity/scope.ts';
import { append } from '#domain/shared/multimap.ts';
import { isKeyOf, saysTheSame } from './compared-row.ts';
import { compareRows } from './compared-scopes.ts';
import {
  claimsIn,
  decideMembership,
  type Membership,
  type MembershipChange,
} from './membership.ts';
import { holdersIn, listedMembership } from './scope-holders.ts';
import { readScopesAndEnds, type StoredScope } from './scope-store.ts';
import { type Fence, fenceOf, type NoteRead, readNotes, withDecisions } from './unit-notes.ts';

export { readScopes } from './scope-store.ts';

/** A change of the identity graph, with the writes that must happen in the same instant. */
export interface StructuralChange extends UnitChange {
  /** What the unit claims as stored now; absent for a new unit, and for one that is only written about. */
  readonly before?: EvidenceUnit;
  /** The decision that this change is part of. */
  readonly decision?: string;
  /** The scope that the unit's item points to; of a new unit one that somebody laid it for who may be about to commit. */
  readonly scope?: ScopeId;
  /**
   * The unit's own items, given the scope it will be in and what it claims with what operators have decided about it.
   * Their conditions fence the change.
   */
  readonly own: (scope: ScopeId, evidence?: EvidenceUnit) => readonly Action[];
  /**
   * The unit's own items may be written apart from its scope: `after` it, where whoever finds them missing makes up for it,
   * or `before` it, marked as laid, where whoever finds the mark asks the scope whether the commit came.
   */
  readonly apart?: 'before' | 'after';
}

/** What to commit. */
export interface Work {
  readonly changes: readonly StructuralChange[];
  /** Scopes that are evaluated although no change concerns them. */
  readonly scopes?: readonly ScopeId[];
  /** Identifiers whose holders are counted although none comes or goes. */
  readonly identifiers?: readonly IdentifierKey[];
}

/** What was read for a set of changes. */
export interface World {
  /** The changes, with the decisions that new units find. */
  readonly changes: readonly StructuralChange[];
  readonly scopes: readonly StoredScope[];
  /** All scopes as one, as F sees it: with what rows say and are compared by. */
  readonly scope: Scope;
  readonly memberships: readonly Membership[];
  /** Ids whose anchor comes back with these changes. */
  readonly revived: readonly LedgerEntry[];
  /** Notes of an earlier life of new units: of ids at rest, and of decisions. */
  readonly notes: readonly NoteRead[];
  /** New units with no note at rest, and nothing that fences them against an earlier life that ends meanwhile. */
  readonly unfenced: readonly UnitKey[];
  /** The same, of those whose claims are laid first: after that, a look for the note is enough. */
  readonly looked: readonly UnitKey[];
  /** Version of notes that this commit makes: random, so that none is taken for an earlier one. */
  readonly token: number;
}

/**
 * Reads the world of a set of changes.
 * @returns `conflict` when another worker was at one of the claims: read again. `superseded` when a unit is no longer
 * where its item said: read the rows again, too
 */
export const readWorld = async (
  table: Table,
  work: Work,
  policy: MergePolicy,
  token: number,
): Promise<World | 'conflict' | 'superseded'> => {
  const { changes, identifiers: counted = [] } = work;
  const wanted = membershipChanges(changes, counted, policy);
  const claims = claimsIn(
    wanted,
    await table.getAll(wanted.map(({ identifier }) => claimKey(identifier))),
  );
  const isListed = ({ identifier }: MembershipChange) =>
    links(policy, identifier) && !claims.get(identifier)?.shared;
  const decided = await inParallel(
    wanted.filter((change) => !isListed(change)),
    (change) => decideMembership(table, change, claims.get(change.identifier), policy, token),
  );
  const settled = decided.filter((membership) => membership !== undefined);
  if (settled.length < decided.length) return 'conflict';
  const listed = wanted.filter(isListed);
  const scopes = await scopesAround(table, work, settled, listed, claims);
  const holders = holdersIn(scopes, new Set(listed.map(({ identifier }) => identifier)));
  const memberships = [
    ...settled,
    ...listed.map((change) => {
      const { cap } = rulesOf(policy, change.identifier);
      return listedMembership(change, claims.get(change.identifier), holders, cap, token);
    }),
  ];
  const tied = memberships.filter(({ identifier }) => links(policy, identifier));
  if (!isTorn(scopes) && !holdsAll(scopes, changes, tied)) return 'superseded';
  const born = changes.flatMap(({ key, before, after }) => (!before && after ? [key] : []));
  // Read after the scopes: what ends an earlier life from now on writes one of them.
  const { notes, revived, unnoted, decided: noted } = await readNotes(table, born);
  const all = withDecisions(changes, noted);
  if (all !== changes) return readWorld(table, { ...work, changes: all }, policy, token);
  const compared = await compareRows(table, policy, { changes, memberships, scopes }, token);
  if (!compared || isTorn(compared.scopes)) return 'conflict';
  const fencedBy = (fence: Fence) => unnoted.filter((key) => fenceOf(key, memberships) === fence);
  return {
    changes,
    ...compared,
    revived,
    notes,
    unfenced: fencedBy('none'),
    looked: fencedBy('laid'),
    token,
  };
};

const scopesAround = async (
  table: Table,
  { changes, scopes: also = [] }: Work,
  settled: readonly Membership[],
  listed: readonly MembershipChange[],
  claims: ReadonlyMap<IdentifierKey, ClaimItem>,
): Promise<readonly StoredScope[]> => {
  const claimed = listed.flatMap(({ identifier }) => claims.get(identifier)?.scope ?? []);
  const pointers = await scopePointers(table, changes, settled);
  const scopes = await readScopesAndEnds(table, [...new Set([...also, ...pointers, ...claimed])]);
  const awaited = changes.flatMap(({ before, scope }) => (!before && scope ? [scope] : []));
  const ends = new Set([...claimed, ...awaited]);
  return scopes.filter(({ id, scope }) => scope.units.size > 0 || ends.has(id));
};

// Scopes are not read at one instant: a unit in two of them moved from one to the other in between.
const isTorn = (scopes: readonly StoredScope[]): boolean => {
  const units = scopes.flatMap(({ scope }) => [...scope.units.keys()]);
  return new Set(units).size < units.length;
};

// A pointer may have moved between two reads; then a unit is missing from the scopes that should hold it. So is one that was
// taken for new, by a read that was behind, and holds a value that is shared no longer.
const holdsAll = (
  scopes: readonly StoredScope[],
  changes: readonly StructuralChange[],
  memberships: readonly Membership[],
): boolean => {
  const expected = [
    ...changes.flatMap(({ key, before }) => (before ? [key] : [])),
    ...memberships
      .filter(({ claim, shared }) => !(claim?.shared && shared))
      .flatMap(({ holders = [], joins }) => holders.filter((unit) => !joins.includes(unit))),
  ];
  return expected.every((unit) => scopes.some(({ scope }) => scope.units.has(unit)));
};

const membershipChanges = (
  changes: readonly StructuralChange[],
  counted: readonly IdentifierKey[],
  policy: MergePolicy,
): readonly MembershipChange[] => {
  const joins = new Map<IdentifierKey, UnitKey[]>();
  const leaves = new Map<IdentifierKey, UnitKey[]>();
  for (const { key, before, after } of changes) {
    const [old, now] = [comparedIdentifiers(before, policy), comparedIdentifiers(after, policy)];
    for (const identifier of now.difference(old)) append(joins, identifier, key);
    for (const identifier of old.difference(now)) append(leaves, identifier, key);
  }
  const kept = changes.flatMap((change) => keysToWrite(change, policy));
  const all = new Set([...joins.keys(), ...leaves.keys(), ...kept, ...counted]);
  return [...all].map((identifier) => ({
    identifier,
    ...(counted.includes(identifier) ? { recount: true } : {}),
    joins: joins.get(identifier) ?? [],
    leaves: leaves.get(identifier) ?? [],
  }));
};

// A row that says something else may be alike to others now. They hold its keys, so its commit writes their claims.
const keysToWrite = (
  { before, after }: StructuralChange,
  policy: MergePolicy,
): readonly IdentifierKey[] => {
  if (!before?.features || !after?.features || saysTheSame({ before, after })) return [];
  const kept = comparedIdentifiers(before, policy).intersection(comparedIdentifiers(after, policy));
  return [...kept].filter(isKeyOf(policy));
};

const comparedIdentifiers = (
  unit: EvidenceUnit | undefined,
  policy: MergePolicy,
): Set<IdentifierKey> =>
  new Set(
    (unit?.claims ?? [])
      .map((claim) => claim.identifier)
      .filter((identifier) => compares(policy, identifier)),
  );

// A claim that stays shared ties nobody together, and one that is shared no longer does not tie holders that were apart;
// so each of those is asked for its scope.
const scopePointers = async (
  table: Table,
  changes: readonly StructuralChange[],
  memberships: readonly Membership[],
): Promise<readonly ScopeId[]> => {
  const own = changes.flatMap(({ scope }) => (scope ? [scope] : []));
  const loosened = memberships.flatMap((membership) =>
    membership.claim?.shared && !membership.shared ? (membership.holders ?? []) : [],
  );
  const newcomers = new Set(changes.map(({ key }) => key));
  const items = await table.getAll(
    loosened.filter((unit) => !newcomers.has(unit)).map(unitItemKey),
  );
  const theirs = items.flatMap((item) =>
    typeof item?.['scope'] === 'string' ? [item['scope'] as ScopeId] : [],
  );
  return [...own, ...theirs];
};
