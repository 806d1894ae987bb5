/**
 * Scope holders: who holds an identifier that links and is not shared, as the one scope of its holders says.
 *
 * Such an identifier's claim only points to the scope, and the version of the scope fences its holders: whoever joins or
 * leaves them writes it. A claim whose scope does not list its identifier is empty. Somebody laid it who is about to
 * commit, or crashed before; so whoever meets one writes the scope as well, and then the other's commit fails
 * (docs/adr/0054).
 * @module
 */
import { type ClaimItem, MEMBER_PREFIX, type ScopeId } from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import type { Table } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { Scope } from '#domain/identity/scope.ts';
import { append } from '#domain/shared/multimap.ts';
import { type Membership, type MembershipChange, unitsAfter } from './membership.ts';
import { readScopeHere, readScopes, type StoredScope } from './scope-store.ts';

/** Who holds some identifiers, by the scopes that were read. */
export interface ScopeHolders {
  /** Units of identifiers that are not shared. */
  readonly units: ReadonlyMap<IdentifierKey, readonly UnitKey[]>;
  /** The scope of these units. */
  readonly scope: ReadonlyMap<IdentifierKey, ScopeId>;
}

/** Finds the holders of identifiers in scopes. */
export const holdersIn = (
  scopes: readonly StoredScope[],
  identifiers: ReadonlySet<IdentifierKey>,
): ScopeHolders => {
  const units = new Map<IdentifierKey, UnitKey[]>();
  const scope = new Map<IdentifierKey, ScopeId>();
  for (const { id, scope: text } of scopes) {
    for (const [identifier, unit] of holdings(text)) {
      if (!identifiers.has(identifier) || text.shared.has(identifier)) continue;
      append(units, identifier, unit);
      scope.set(identifier, id);
    }
  }
  return { units, scope };
};

const holdings = ({ units }: Scope): readonly (readonly [IdentifierKey, UnitKey])[] =>
  [...units.values()].flatMap(({ key, claims }) =>
    claims.map(({ identifier }) => [identifier, key] as const),
  );

/**
 * An identifier's holders after a change, of one whose claim is not shared. Claim and scope are not read at one instant:
 * when one of them has moved on in between, the commit fails by its condition on the other.
 */
export const listedMembership = (
  change: MembershipChange,
  claim: ClaimItem | undefined,
  before: ScopeHolders,
  cap: number,
  token: number,
): Membership => {
  const listed = before.units.get(change.identifier) ?? [];
  const holders = unitsAfter(listed, change);
  return {
    ...change,
    ...(claim ? { claim } : {}),
    by: listed.length > 0 ? 'scope' : 'nobody',
    holders,
    counted: [],
    shared: holders.length > cap,
    firstVersion: token,
  };
};

/** All holders of an identifier, given its claim. */
export const readHolders = async (
  table: Table,
  identifier: IdentifierKey,
  claim: ClaimItem,
): Promise<readonly UnitKey[]> => {
  if (claim.shared) return [...claim.units, ...(await readMembers(table, identifier))];
  if (claim.scope === undefined) return claim.units;
  const scopes = await readScopes(table, [claim.scope]);
  return holdersIn(scopes, new Set([identifier])).units.get(identifier) ?? [];
};

/** The same in one read, of a value that is not shared; `undefined` when its scope takes more. */
export const readHoldersHere = async (
  table: Table,
  identifier: IdentifierKey,
  claim: ClaimItem,
): Promise<readonly UnitKey[] | undefined> => {
  if (claim.scope === undefined) return claim.units;
  const scope = await readScopeHere(table, claim.scope);
  return scope && (holdersIn([scope], new Set([identifier])).units.get(identifier) ?? []);
};

const readMembers = async (
  table: Table,
  identifier: IdentifierKey,
): Promise<readonly UnitKey[]> => {
  const members = await allItemsIn(table, { pk: `I#${identifier}`, skPrefix: MEMBER_PREFIX });
  return members.map(({ sk }) => sk.slice(MEMBER_PREFIX.length) as UnitKey);
};
