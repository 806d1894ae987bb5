/**
 * Membership writes: the items of an identifier, brought to its holders after a change.
 * @module
 */
import {
  type ClaimItem,
  claimKey,
  formatClaimItem,
  memberKey,
  type ScopeId,
} from '#application/shared/items.ts';
import type { Action, Condition, Write } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { MAX_MOVED, type Membership } from './membership.ts';

/** Where an identifier is now. */
export interface Whereabouts {
  readonly scope?: ScopeId | undefined;
  readonly customer?: OneId | undefined;
}

/** The writes that bring an identifier's items to its holders after the change. */
export interface MembershipWrites {
  /** Part of the commit. */
  readonly actions: readonly Action[];
  /** Claims of identifiers that nobody held, to be laid before the commit. */
  readonly laid: readonly Write[];
}

/** Plans the items of an identifier; nothing when its scope goes on listing its holders. */
export const membershipWrites = (
  membership: Membership,
  cap: number,
  where: Whereabouts,
): MembershipWrites => {
  const { claim, holders, shared, identifier } = membership;
  if (staysListed(membership)) return { actions: [], laid: [] };
  if (holders === undefined) return { actions: joinsOfShared(membership), laid: [] };
  if (holders.length === 0 && !claim) return { actions: [], laid: [] };
  if (isNew(membership)) {
    const item = formatClaimItem(identifier, claimAfter(membership, [], where));
    return { actions: [], laid: [{ kind: 'put', item, when: { missing: ['pk'] } }] };
  }
  const listed = shared || where.scope === undefined ? listedHolders(membership, holders, cap) : [];
  const own = new Set(shared ? holders.filter((unit) => !listed.includes(unit)) : []);
  return {
    actions: [
      claimAction(membership, listed, where),
      ...[...own]
        .filter((unit) => !membership.counted.includes(unit))
        .map((unit) => putMember(identifier, unit)),
      ...memberItemsToDelete(membership, own).map(
        (unit): Action => ({ kind: 'delete', key: memberKey(identifier, unit) }),
      ),
    ],
    laid: [],
  };
};

/** Whether the scope of its holders says it all, before and after. */
export const staysListed = ({ by, holders = [], shared }: Membership): boolean =>
  by === 'scope' && !shared && holders.length > 0;

/** Whether it is an identifier that nobody holds and no claim is of. */
export const isNew = ({ by, claim, holders = [], shared }: Membership): boolean =>
  by === 'nobody' && !claim && !shared && holders.length > 0;

// A shared value lists as many as its cap allows; more when its cap was lowered so far that they are too many to move.
const listedHolders = (
  { shared, counted }: Membership,
  holders: readonly UnitKey[],
  cap: number,
): readonly UnitKey[] => {
  if (!shared) return holders;
  const beyond = holders.slice(cap).filter((unit) => !counted.includes(unit));
  return [...holders.slice(0, cap), ...beyond.slice(MAX_MOVED)];
};

// Who leaves may lie beyond what was counted, so its item is named outright.
const memberItemsToDelete = (
  { claim, counted, leaves }: Membership,
  own: ReadonlySet<UnitKey>,
): readonly UnitKey[] => {
  if (!claim?.shared) return [];
  const left = leaves.filter((unit) => !claim.units.includes(unit));
  return [...new Set([...counted.filter((unit) => !own.has(unit)), ...left])];
};

const putMember = (identifier: IdentifierKey, unit: UnitKey): Action => ({
  kind: 'put',
  item: { ...memberKey(identifier, unit) },
});

// A join leaves the claim as it is, so that joins of a shop's own phone number do not wait for each other.
const joinsOfShared = ({ identifier, joins, claim }: Membership): readonly Action[] => [
  {
    kind: 'check',
    key: claimKey(identifier),
    when: { all: [{ equals: [['shared'], true] }, { missing: ['cooling'] }] },
  },
  ...joins
    .filter((unit) => !claim?.units.includes(unit))
    .map((unit) => putMember(identifier, unit)),
];

const claimAction = (
  membership: Membership,
  units: readonly UnitKey[],
  where: Whereabouts,
): Action => {
  const { identifier, claim, holders = [] } = membership;
  const when = claim ? asClaimed(claim) : ({ missing: ['pk'] } as const);
  if (holders.length === 0) return { kind: 'delete', key: claimKey(identifier), when };
  const item = formatClaimItem(identifier, claimAfter(membership, units, where));
  return { kind: 'put', item, when };
};

/** That a claim is as it was read; pointing it elsewhere leaves its version. */
export const asClaimed = ({ version, scope }: ClaimItem): Condition => ({
  all: [
    { equals: [['ver'], version] },
    scope === undefined ? { missing: ['scope'] } : { equals: [['scope'], scope] },
  ],
});

const claimAfter = (
  { claim, shared, firstVersion }: Membership,
  units: readonly UnitKey[],
  { scope, customer }: Whereabouts,
): ClaimItem => ({
  version: (claim?.version ?? firstVersion) + 1,
  ...(scope === undefined ? {} : { scope }),
  units,
  shared,
  ...(customer === undefined || shared ? {} : { customer }),
});
