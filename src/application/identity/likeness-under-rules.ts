/**
 * Likeness under changed rules: rows of a scope that was evaluated under others may be alike now that were not.
 *
 * Neither row changes, so nothing writes the key that makes them candidates; the commit that ties them does. Otherwise the
 * key could become shared at the same time, unseen by both.
 * @module
 */
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { type MergePolicy, policyMark, rulesOf, scoringOf } from '#domain/identity/merge-policy.ts';
import { edgesAcross } from '#domain/identity/scored-graph.ts';
import { type ComparedRow, keysOf, type Reads, readRows, saysTheSame } from './compared-row.ts';
import type { ChangedHolders, Ties } from './likeness.ts';
import type { Membership } from './membership.ts';
import type { StoredScope } from './scope-store.ts';

/** Whether the rows of a scope were compared under other rules than these, which score. */
export const isUnderOthers = ({ rules }: StoredScope, policy: MergePolicy): boolean =>
  scoringOf(policy) !== undefined && rules !== policyMark(policy);

/** Ties of rows that did not change, and the keys that they rest on. */
export interface RestingTies extends Ties {
  readonly memberships: readonly Membership[];
}

/** Finds the rows that those of some scopes are tied to. */
export const tiesOfScopes = async (
  table: Reads,
  policy: MergePolicy,
  { changes, memberships }: ChangedHolders,
  scopes: readonly StoredScope[],
  token: number,
): Promise<RestingTies> => {
  // What operators decide about a row leaves it to be compared: nobody else does.
  const others = changes.filter((change) => !saysTheSame(change));
  const changed = new Set(others.map(({ key }) => key));
  const units = scopes.flatMap(({ scope }) => [...scope.units.keys()]);
  const own = await readRows(
    table,
    units.filter((unit) => !changed.has(unit)),
  );
  const live = await liveKeys(table, policy, own, memberships, token);
  const rows = await readRows(
    table,
    [...live.values()].flatMap(({ holders = [] }) => holders).filter((unit) => !changed.has(unit)),
  );
  const found = [...own.values()].flatMap((row) => tiesOfRow(row, live, rows, policy));
  const tied = [...new Set(found.map(({ unit }) => unit))];
  const written = new Set(memberships);
  return {
    units: tied,
    pointers: tied.flatMap((unit) => rows.get(unit)?.scope ?? []),
    memberships: [...new Set(found.map(({ by }) => by))].filter((one) => !written.has(one)),
  };
};

type LiveKeys = ReadonlyMap<IdentifierKey, Membership>;

/** Who holds the keys of these rows that are not shared: by the claims, or after what else is written. */
const liveKeys = async (
  table: Reads,
  policy: MergePolicy,
  rows: ReadonlyMap<UnitKey, ComparedRow>,
  memberships: readonly Membership[],
  token: number,
): Promise<LiveKeys> => {
  const written = new Map(memberships.map((one) => [one.identifier, one]));
  const keys = [...new Set([...rows.values()].flatMap(({ evidence }) => keysOf(evidence, policy)))];
  const asked = keys.filter((key) => !written.has(key));
  const items = await table.getAll(asked.map(claimKey));
  const held = asked.flatMap((identifier, index) => {
    const item = items[index];
    return item ? [asItStands(identifier, parseClaimItem(item), token)] : [];
  });
  const all = [...held, ...keys.flatMap((key) => written.get(key) ?? [])];
  // One with more holders than its new cap ties nobody, though it has yet to be marked as shared.
  const isLive = ({ identifier, shared, holders = [] }: Membership) =>
    !shared && holders.length <= rulesOf(policy, identifier).cap;
  return new Map(all.filter(isLive).map((one) => [one.identifier, one]));
};

const asItStands = (
  identifier: IdentifierKey,
  claim: NonNullable<Membership['claim']>,
  token: number,
): Membership => ({
  identifier,
  joins: [],
  leaves: [],
  claim,
  by: 'claim',
  holders: claim.units,
  counted: [],
  shared: claim.shared,
  firstVersion: token,
});

interface RowTie {
  readonly unit: UnitKey;
  readonly by: Membership;
}

const tiesOfRow = (
  { evidence, scope }: ComparedRow,
  live: LiveKeys,
  rows: ReadonlyMap<UnitKey, ComparedRow>,
  policy: MergePolicy,
): readonly RowTie[] => {
  const by = new Map(
    keysOf(evidence, policy)
      .flatMap((key) => live.get(key) ?? [])
      .flatMap((one) => (one.holders ?? []).map((unit) => [unit, one] as const)),
  );
  const others = [...by.keys()].flatMap((unit) => rows.get(unit) ?? []);
  const outside = others.filter((row) => row.scope !== scope).map((row) => row.evidence);
  return edgesAcross(evidence, outside, policy).flatMap((unit) => {
    const membership = by.get(unit);
    return membership ? [{ unit, by: membership }] : [];
  });
};
