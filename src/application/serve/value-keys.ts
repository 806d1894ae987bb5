/**
 * Value keys: under which identifier a value is looked up while the pepper is rotated.
 *
 * Its claim stands under both then, and one of the two is what its scope lists.
 * @module
 */
import type { Pseudonymise } from '#application/identity/read-row.ts';
import { readHolders } from '#application/identity/scope-holders.ts';
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import { type IdentifierKey, identifierKey } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';

/** A value as it is looked up. */
export type Value = Pick<Identifier, 'namespace' | 'scope' | 'value'>;

/** The identifier of a value in force, then the next one while the pepper is rotated. */
export const keysOfValue = (
  pseudonymise: Pseudonymise,
  known: Value,
): readonly [IdentifierKey, ...IdentifierKey[]] => {
  const { namespace, scope, value } = known;
  const key = identifierKey(namespace, scope, pseudonymise(namespace, scope, value));
  return pseudonymise.next ? [key, ...keysOfValue(pseudonymise.next, known)] : [key];
};

/** The identifier under which a value has holders now; that in force when it has none. */
export const keyInUse = async (
  table: Table,
  pseudonymise: Pseudonymise,
  value: Value,
): Promise<IdentifierKey> => {
  const [inForce, next] = keysOfValue(pseudonymise, value);
  if (next === undefined) return inForce;
  const [claim] = await table.getAll([claimKey(inForce)]);
  const held = claim && (await readHolders(table, inForce, parseClaimItem(claim)));
  return held && held.length > 0 ? inForce : next;
};
