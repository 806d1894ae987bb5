/**
 * World: all that a structural change has to know, read before it is planned.
 *
 * Scopes are read before anything is concluded from them, and every version read is a condition of the commit.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import {
  claimKey,
  decisionsKey,
  FACT_UNIT_PREFIX,
  restingKey,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import { underNote } from '#application/shared/review-items.ts';
import type { Action, Item, Key, Table } from '#application/shared/table.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  sameEvidence,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { compares, isDecision, links, type MergePolicy } from '#domain/identity/merge-policy.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import type { Scope, UnitChange } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { append } from '#domain/shared/multimap.ts';
import { isKeyOf } from './compared-row.ts';
import { compareRows } from './compared-scopes.ts';
import {
  claimsIn,
  decideMembership,
  type Membership,
  type MembershipChange,
} from './membership.ts';
import { readScopes, type StoredScope } from './scope-store.ts';

export { readScopes } from './scope-store.ts';

/** A change of the identity graph, with the writes that must happen in the same instant. */
export interface StructuralChange extends UnitChange {
  /** What the unit claims as stored now; absent for a new unit, and for one that is only written about. */
  readonly before?: EvidenceUnit;
  /** The decision that this change is part of. */
  readonly decision?: string;
  /** The scope that the unit's item points to; absent for a new unit. */
  readonly scope?: ScopeId;
  /**
   * The unit's own items, given the scope it will be in and what it claims with what operators have decided about it.
   * Their conditions fence the change.
   */
  readonly own: (scope: ScopeId, evidence?: EvidenceUnit) => readonly Action[];
}

/** What to commit. */
export interface Work {
  readonly changes: readonly StructuralChange[];
  /** Scopes that are evaluated although no change concerns them. */
  readonly scopes?: readonly ScopeId[];
  /** Identifiers whose holders are counted although none comes or goes. */
  readonly identifiers?: readonly IdentifierKey[];
}

/** A note about a unit that is not there, in the version that the commit must find. */
export interface NoteRead {
  readonly key: Key;
  readonly version: number;
  /** The new life ends what it noted. */
  readonly ends: boolean;
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
  /** New units with no note at rest, which no claim's version fences against an earlier life that ends meanwhile. */
  readonly unfenced: readonly UnitKey[];
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
  const { changes, scopes: also = [], identifiers: counted = [] } = work;
  const wanted = membershipChanges(changes, counted, policy);
  const born = changes.flatMap(({ key, before, after }) => (!before && after ? [key] : []));
  const identifiers = wanted.map(({ identifier }) => identifier);
  const items = await table.getAll([
    ...identifiers.map(claimKey),
    ...born.map(restingKey),
    ...born.map(decisionsKey),
  ]);
  const claims = claimsIn(identifiers, items);
  const resting = items.slice(identifiers.length);
  const decided = withDecisions(changes, born, resting.slice(born.length));
  if (decided !== changes) return readWorld(table, { ...work, changes: decided }, policy, token);
  const memberships = await inParallel(wanted, (change) =>
    decideMembership(table, change, claims.get(change.identifier), policy, token),
  );
  const settled = memberships.filter((membership) => membership !== undefined);
  if (settled.length < wanted.length) return 'conflict';
  const tied = settled.filter(({ identifier }) => links(policy, identifier));
  const scopes = await readScopes(table, [...also, ...(await scopePointers(table, changes, tied))]);
  if (!isTorn(scopes) && !holdsAll(scopes, changes, tied)) return 'superseded';
  const known = { changes, memberships: settled, scopes };
  const compared = await compareRows(table, policy, known, token);
  if (!compared || isTorn(compared.scopes)) return 'conflict';
  return {
    changes,
    ...compared,
    revived: born.flatMap((anchor, index) => restingEntries(anchor, resting[index])),
    notes: [
      ...resting.slice(0, born.length).flatMap((item) => noteRead(item, true)),
      ...resting.slice(born.length).flatMap((item) => noteRead(item, false)),
    ],
    unfenced: born.filter((key, index) => resting[index] === undefined && !isFenced(key, settled)),
    token,
  };
};

const noteRead = (item: Item | undefined, ends: boolean): readonly NoteRead[] =>
  item ? [{ key: { pk: item.pk, sk: item.sk }, version: item['ver'] as number, ends }] : [];

// A decision outlives the rows it is about; a unit that comes back takes up those that are noted, and no other.
const withDecisions = (
  changes: readonly StructuralChange[],
  born: readonly UnitKey[],
  noted: readonly (Item | undefined)[],
): readonly StructuralChange[] => {
  const notes = new Map(born.map((unit, index) => [unit, noted[index]]));
  const decided = changes.map((change) =>
    change.after && notes.has(change.key)
      ? { ...change, after: underNote(change.after, notes.get(change.key)) }
      : change,
  );
  const isSame = ({ after }: StructuralChange, index: number) =>
    !after || sameEvidence(after, must(changes[index]?.after, 'evidence'));
  return decided.every(isSame) ? changes : decided;
};

// A party's own item is fenced by the version of its row. A claim that is missing now may have come and gone meanwhile.
const isFenced = (key: UnitKey, memberships: readonly Membership[]): boolean =>
  !key.startsWith(FACT_UNIT_PREFIX) ||
  memberships.some(
    ({ claim, holders, joins }) => claim && holders !== undefined && joins.includes(key),
  );

// Scopes are not read at one instant: a unit in two of them moved from one to the other in between.
const isTorn = (scopes: readonly StoredScope[]): boolean => {
  const units = scopes.flatMap(({ scope }) => [...scope.units.keys()]);
  return new Set(units).size < units.length;
};

// A pointer may have moved between two reads; then a unit is missing from the scopes that should hold it.
const holdsAll = (
  scopes: readonly StoredScope[],
  changes: readonly StructuralChange[],
  memberships: readonly Membership[],
): boolean => {
  const newcomers = new Set(changes.map(({ key }) => key));
  const expected = [
    ...changes.flatMap(({ key, before }) => (before ? [key] : [])),
    ...memberships
      .filter(({ claim, shared }) => !(claim?.shared && shared))
      .flatMap(({ holders }) => (holders ?? []).filter((unit) => !newcomers.has(unit))),
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
  if (!before?.features || !after?.features || saysTheSame(before, after)) return [];
  const kept = comparedIdentifiers(before, policy).intersection(comparedIdentifiers(after, policy));
  return [...kept].filter(isKeyOf(policy));
};

const saysTheSame = (a: EvidenceUnit, b: EvidenceUnit): boolean => {
  const said = ({ features, claims }: EvidenceUnit) =>
    JSON.stringify([features, claims.filter(({ identifier }) => !isDecision(identifier))]);
  return said(a) === said(b);
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

// A claim that stays shared ties nobody together; any other names the one scope of all its holders. A claim that is
// shared no longer ties holders together that were apart, so each of them is asked for its scope.
const scopePointers = async (
  table: Table,
  changes: readonly StructuralChange[],
  memberships: readonly Membership[],
): Promise<readonly ScopeId[]> => {
  const own = changes.flatMap(({ scope }) => (scope ? [scope] : []));
  const tied = memberships.flatMap(({ claim }) => (claim?.shared ? [] : (claim?.scope ?? [])));
  const loosened = memberships.flatMap((membership) =>
    membership.claim?.shared && !membership.shared ? (membership.holders ?? []) : [],
  );
  const newcomers = new Set(changes.map(({ key }) => key));
  const items = await table.getAll(
    loosened.filter((unit) => !newcomers.has(unit)).map(unitItemKey),
  );
  const theirs = items.flatMap((item) => (item ? [item['scope'] as ScopeId] : []));
  return [...new Set([...own, ...tied, ...theirs])];
};

const restingEntries = (anchor: UnitKey, item: Item | undefined): readonly LedgerEntry[] =>
  ((item?.['entries'] ?? []) as readonly (readonly [string, number])[]).map(([id, issuedAt]) => ({
    id: id as OneId,
    anchor,
    issuedAt,
  }));
