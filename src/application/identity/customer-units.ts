/**
 * Customer units: which units a customer is made of, read from the scope that holds its anchor.
 *
 * Units and customers stand in a scope and nowhere else. A customer's own item names the anchor of its id, whose item leads
 * to the scope; whoever knows the scope already reads that alone.
 * @module
 */
import {
  customerKey,
  isLive,
  parseCustomerItem,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { ContentionError } from './restructure.ts';
import { readScopes, type StoredScope, scopesAmong } from './scope-store.ts';

/** The units of a customer, at one version of one scope. */
export interface CustomerUnits {
  readonly units: readonly UnitKey[];
  /** Where they were listed; absent for an id that redirects or rests, which has none. */
  readonly listed?: Listing;
}

/** A version of a scope. Of one scope, the higher version is the later one. */
export interface Listing {
  readonly scope: ScopeId;
  readonly version: number;
}

/** A customer whose units are asked for. */
export interface CustomerAsked {
  readonly id: OneId;
  /** A scope that may hold it, or lead to the one that does. */
  readonly scope?: ScopeId | undefined;
}

/** Times that customers are looked for whose scope does not know them: they went to another one in between. */
const MAX_LOOKUPS = 8;

type Reads = Pick<Table, 'getAll'>;

/**
 * Reads the units of customers, strongly consistent. An id without an item, and one that no scope knows, are left out.
 * @throws ContentionError when commits lead a customer to another scope all the while, which ends
 */
export const readCustomerUnits = async (
  table: Reads,
  asked: readonly CustomerAsked[],
): Promise<ReadonlyMap<OneId, CustomerUnits>> => {
  const found = new Map(
    listedIn(await readScopes(table, pointersOf(asked)), new Set(asked.map(({ id }) => id))),
  );
  let seen: string | undefined;
  for (let lookup = 0; lookup < MAX_LOOKUPS; lookup++) {
    const open = asked.map(({ id }) => id).filter((id) => !found.has(id));
    if (open.length === 0) return found;
    const looked = await lookUp(table, open);
    for (const [id, units] of looked.known) found.set(id, units);
    // What shows the same twice is not on its way: nothing leads there.
    if (looked.seen === seen) return found;
    seen = looked.seen;
  }
  throw new ContentionError('commits move customers');
};

const pointersOf = (asked: readonly CustomerAsked[]): readonly ScopeId[] =>
  asked.flatMap(({ scope }) => scope ?? []);

/** The customers of scopes, of those wanted, with their units. */
export const listedIn = (
  scopes: readonly StoredScope[],
  wanted: ReadonlySet<OneId>,
): readonly (readonly [OneId, CustomerUnits])[] =>
  scopes.flatMap(({ id: scope, version, scope: { customers } }) =>
    customers
      .filter(({ id }) => wanted.has(id))
      .map(({ id, units }) => [id, { units, listed: { scope, version } }] as const),
  );

// From the anchor of the id to its scope; one that is live and not there moved on while it was looked for.
const lookUp = async (
  table: Reads,
  ids: readonly OneId[],
): Promise<{
  readonly known: readonly (readonly [OneId, CustomerUnits])[];
  /** What was read of those that are not known. */
  readonly seen: string;
}> => {
  const items = await table.getAll(ids.map(customerKey));
  const entries = items.flatMap((item) => (item ? [parseCustomerItem(item)] : []));
  const live = entries.filter(isLive);
  const anchors = await table.getAll(live.map(({ anchor }) => unitItemKey(anchor)));
  const scopes = await readScopes(
    table,
    anchors.flatMap((item) => (item?.['scope'] as ScopeId | undefined) ?? []),
  );
  const none = entries
    .filter((entry) => !isLive(entry))
    .map(({ id }) => [id, { units: [] }] as const);
  const known = [...none, ...listedIn(scopes, new Set(live.map(({ id }) => id)))];
  const seen = JSON.stringify([live, scopes.map(({ id, version }) => [id, version])]);
  return { known, seen };
};

/** The units of every customer of a table, from all of its items. Only what reads the table as a whole may ask so. */
export const customersIn = (items: readonly Item[]): ReadonlyMap<OneId, readonly UnitKey[]> =>
  new Map(
    [...scopesAmong(items).values()].flatMap(({ customers }) =>
      customers.map(({ id, units }) => [id, units] as const),
    ),
  );
