/**
 * Membership: who holds an identifier, and whether that makes it shared.
 *
 * Up to its cap the holders of an identifier that links are in one scope, which lists them (scope-holders.ts). A blocking
 * key, whose holders may be anywhere, lists them in its claim, and every change of the list is fenced by the claim's
 * version. Above the cap a claim is only marked shared and further holders get items of their own, so five thousand
 * joins do not contend. Whether it is still shared after a holder leaves needs a count; the claim is marked `cooling`
 * before the count, and a join waits for the mark to go, so no holder can slip in between count and commit.
 * @module
 */

import {
  type ClaimItem,
  claimKey,
  MEMBER_PREFIX,
  memberKey,
  parseClaimItem,
} from '#application/shared/items.ts';
import type { Action, Item, Table } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { type MergePolicy, rulesOf } from '#domain/identity/merge-policy.ts';

/** Holders that an identifier gains and loses with one commit. */
export interface MembershipChange {
  readonly identifier: IdentifierKey;
  readonly joins: readonly UnitKey[];
  readonly leaves: readonly UnitKey[];
  /** Whether it is shared may have changed although nobody comes or goes: its cap is another. */
  readonly recount?: boolean;
}

/** An identifier's holders after a change. */
export interface Membership extends MembershipChange {
  /** The claim as it was read, and as the commit must find it. */
  readonly claim?: ClaimItem;
  /** What lists its holders until now; `nobody` when the claim is missing, or empty (scope-holders.ts). */
  readonly by: 'claim' | 'scope' | 'nobody';
  /** All holders after the change; `undefined` when it stays shared and nobody counted. */
  readonly holders?: readonly UnitKey[];
  /** Holders with items of their own, of those that were counted. */
  readonly counted: readonly UnitKey[];
  readonly shared: boolean;
  /** Version of a claim that is new: random, so that one deleted meanwhile is not taken for it. */
  readonly firstVersion: number;
}

/**
 * Works out the holders after a change of an identifier that is shared, or a blocking key.
 * @returns `undefined` when another worker was at the claim; read everything again
 */
export const decideMembership = async (
  table: Table,
  change: MembershipChange,
  claim: ClaimItem | undefined,
  policy: MergePolicy,
  token: number,
): Promise<Membership | undefined> => {
  const { cap } = rulesOf(policy, change.identifier);
  if (!claim?.shared) {
    const holders = unitsAfter(claim?.units ?? [], change);
    return {
      ...change,
      ...(claim ? { claim } : {}),
      by: 'claim',
      holders,
      counted: [],
      shared: holders.length > cap,
      firstVersion: token,
    };
  }
  const stays = change.recount ? await isAbove(table, change, claim, cap) : true;
  if (change.leaves.length === 0 && claim.cooling === undefined && stays) {
    return { ...change, claim, by: 'claim', counted: [], shared: true, firstVersion: token };
  }
  return countAgain(table, change, claim, cap, token);
};

// A look without a mark: only what may be shared no longer is worth one.
const isAbove = async (
  table: Table,
  { identifier }: MembershipChange,
  claim: ClaimItem,
  cap: number,
): Promise<boolean> => {
  if (claim.units.length > cap) return true;
  const members = await membersUpTo(table, identifier, cap + 1);
  return claim.units.length + members.length > cap;
};

/** Units after some have left and others joined. */
export const unitsAfter = (
  units: readonly UnitKey[],
  change: MembershipChange,
): readonly UnitKey[] => {
  const leaves = new Set(change.leaves);
  return [...new Set([...units.filter((unit) => !leaves.has(unit)), ...change.joins])];
};

const countAgain = async (
  table: Table,
  change: MembershipChange,
  claim: ClaimItem,
  cap: number,
  token: number,
): Promise<Membership | undefined> => {
  const cooled = await cool(table, change, claim, token);
  if (!cooled) return undefined;
  const counted = await membersUpTo(table, change.identifier, cap + change.leaves.length + 1);
  const holders = unitsAfter([...claim.units, ...counted], change);
  if (holders.length <= cap && counted.length > MAX_MOVED) {
    await absorb(table, change.identifier, cooled, counted.slice(0, MAX_MOVED));
    return undefined;
  }
  return {
    ...change,
    claim: cooled,
    by: 'claim',
    holders,
    counted,
    shared: holders.length > cap,
    firstVersion: token,
  };
};

/** Holders that one commit moves between the list and items of their own. */
export const MAX_MOVED = 40;

// A value whose cap was raised far may have more items of its own than one commit can delete. A shared one may list any
// number, so they come to the list some at a time, and whoever was about to commit reads again.
const absorb = (
  table: Table,
  identifier: IdentifierKey,
  claim: ClaimItem,
  some: readonly UnitKey[],
): Promise<unknown> =>
  table.transact([
    {
      kind: 'update',
      key: claimKey(identifier),
      set: { units: [...new Set([...claim.units, ...some])] },
      add: { ver: 1 },
      when: { equals: [['ver'], claim.version] },
    },
    ...some.map((unit): Action => ({ kind: 'delete', key: memberKey(identifier, unit) })),
  ]);

// A mark that is there serves whoever finds it: while the claim's version stands, nobody joins. So of several who count at
// once, the first commit goes through; each with a mark of its own, they could hinder one another for ever.
const cool = async (
  table: Table,
  { identifier }: MembershipChange,
  claim: ClaimItem,
  token: number,
): Promise<ClaimItem | undefined> => {
  if (claim.cooling !== undefined) return claim;
  const marked = await table.write({
    kind: 'update',
    key: claimKey(identifier),
    set: { cooling: String(token) },
    add: { ver: 1 },
    when: { equals: [['ver'], claim.version] },
  });
  return marked ? { ...claim, version: claim.version + 1, cooling: String(token) } : undefined;
};

const membersUpTo = async (
  table: Table,
  identifier: IdentifierKey,
  limit: number,
): Promise<readonly UnitKey[]> => {
  const { items } = await table.query({
    pk: claimKey(identifier).pk,
    skPrefix: MEMBER_PREFIX,
    limit,
  });
  return items.map((item) => item.sk.slice(MEMBER_PREFIX.length) as UnitKey);
};

/** The claims of these identifiers, whose items come in their order. */
export const claimsIn = (
  wanted: readonly MembershipChange[],
  items: readonly (Item | undefined)[],
): ReadonlyMap<IdentifierKey, ClaimItem> =>
  new Map(
    wanted.flatMap(({ identifier }, index) => {
      const item = items[index];
      return item ? [[identifier, parseClaimItem(item)] as const] : [];
    }),
  );
