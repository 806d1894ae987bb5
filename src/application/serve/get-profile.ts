/**
 * Get profile: the view of the customer behind an identifier, with its freshness.
 *
 * Two reads one after the other: the claim, which names the customer, then the customer with its summary, and the claim's
 * scope beside it. A redirect met on the way adds one. A claim's customer is checked against the units that its scope
 * lists, so a pointer that a crash left behind costs a longer way and never a wrong answer; where the scope was absorbed by
 * another, it counts that the summary shows the value.
 * @module
 */
import type { Pseudonymise } from '#application/identity/read-row.ts';
import { readHolders, readHoldersHere } from '#application/identity/scope-holders.ts';
import { readScopes } from '#application/identity/world.ts';
import { type WholeSummary, wholeSummary } from '#application/profile/parts-apart.ts';
import { type Summary, viewOf } from '#application/profile/summary.ts';
import { ERASED_SORT } from '#application/shared/erasure-items.ts';
import {
  type ClaimItem,
  type CustomerItem,
  claimKey,
  customerKey,
  isLive,
  parseClaimItem,
  parseCustomerItem,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import type { Table } from '#application/shared/table.ts';
import { continuousSources } from '#domain/definitions/continuous-sources.ts';
import type { Definitions, ViewDefinition } from '#domain/definitions/types.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { ProfileView, ViewQuestion } from '#domain/profile/profile-view.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { parseProfileQuery, type QueryProblem } from './profile-query.ts';
import {
  type AppliedPosition,
  type Freshness,
  freshnessOf,
  readPositions,
} from './read-freshness.ts';
import { keysOfValue, type Value } from './value-keys.ts';

/** What reading a profile needs. */
export interface ProfilePorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly pseudonymise: Pseudonymise;
  readonly definitions: () => Promise<{ readonly definitions: Definitions }>;
  /** How far sources have been applied, as of now or somewhat before; read from the table when absent. */
  readonly positions?: () => Promise<readonly AppliedPosition[]>;
  /** Told of a customer as soon as it is named, so that what has to be written of a read is written beside it. */
  readonly onCustomer?: (id: OneId) => void;
}

/** A profile as found. */
export interface FoundProfile {
  readonly customerId: OneId;
  /** Set when the caller asked with an id that now redirects here. */
  readonly askedFor?: OneId;
  /** Revision of the summary, growing. */
  readonly revision: number;
  /** The evidence units that the customer is made of. */
  readonly units: readonly UnitKey[];
  readonly view: ProfileView;
  /** What the view is made of. */
  readonly summary: Pick<Summary, 'units'>;
  readonly freshness: Freshness;
}

/** Why there is no profile to show. */
export type ProfileProblem =
  | QueryProblem
  | { readonly code: 'not-found' }
  /** The id was issued, and nothing that it stood for is left. */
  | { readonly code: 'at-rest' }
  /** The id is of a customer that was erased. */
  | { readonly code: 'erased' }
  /** The value is held by several customers, or by so many that it names nobody. */
  | { readonly code: 'ambiguous'; readonly shared: boolean }
  /** The customer exists and its summary is not written yet. */
  | { readonly code: 'not-yet-visible' };

/** Finds the profile behind `namespace:value`, `namespace:scope:value` or `customerId:one_…`, as of now. */
export const getProfile = async (
  ports: ProfilePorts,
  identifier: string,
): Promise<Result<FoundProfile, ProfileProblem>> => {
  const { definitions } = await ports.definitions();
  const query = parseProfileQuery(identifier, definitions);
  if (!query.ok) return query;
  const { table, clock, positions = () => readPositions(table) } = ports;
  const [found, applied] = await Promise.all([
    find(ports, definitions.view, query.value),
    positions(),
  ]);
  if (!found.ok) return found;
  const sources = Object.keys(definitions.sources);
  const freshness = freshnessOf(applied, clock(), sources, continuousSources(definitions));
  return success({ ...found.value, freshness });
};

type Found = Result<Omit<FoundProfile, 'freshness'>, ProfileProblem>;

const find = async (
  ports: ProfilePorts,
  definition: ViewDefinition,
  query:
    | { readonly customerId: OneId }
    | { readonly namespace: string; readonly scope?: string; readonly value: string },
): Promise<Found> => {
  const { table, clock, onCustomer } = ports;
  const reader = {
    table,
    definition,
    question: { now: clock() },
    ...(onCustomer ? { onCustomer } : {}),
  };
  if ('customerId' in query) return byCustomerId(reader, query.customerId);
  const [inForce, next] = keysOfValue(ports.pseudonymise, query);
  const found = await byIdentifier(reader, query, inForce);
  const isMissing = !found.ok && found.error.code === 'not-found';
  return isMissing && next !== undefined ? byIdentifier(reader, query, next) : found;
};

interface Reader extends Pick<ProfilePorts, 'onCustomer'> {
  readonly table: Table;
  readonly definition: ViewDefinition;
  readonly question: ViewQuestion;
}

/** Redirects followed; commits write them so that one is enough, and more are met only while customers merge. */
const MAX_REDIRECTS = 4;
/** Times a claim is read; the second time when its holders went while they were looked for. */
const MAX_CLAIM_READS = 2;

const byCustomerId = async (reader: Reader, id: OneId): Promise<Found> => {
  reader.onCustomer?.(id);
  const collection = await readCanonical(reader.table, id, reader.onCustomer);
  const found =
    typeof collection === 'object'
      ? present(reader, collection)
      : failure({ code: collection ?? 'not-found' } as const);
  return found.ok && found.value.customerId !== id
    ? success({ ...found.value, askedFor: id })
    : found;
};

const byIdentifier = async (
  reader: Reader,
  value: Value,
  identifier: IdentifierKey,
  reads = 1,
): Promise<Found> => {
  const [item] = await reader.table.getAll([claimKey(identifier)]);
  if (!item) return failure({ code: 'not-found' });
  const claim = parseClaimItem(item);
  if (claim.shared) return failure({ code: 'ambiguous', shared: true });
  const found = await byClaim(reader, value, identifier, claim);
  const isLost = !found.ok && ['not-found', 'at-rest'].includes(found.error.code);
  if (!isLost) return found;
  return reads < MAX_CLAIM_READS
    ? byIdentifier(reader, value, identifier, reads + 1)
    : failure({ code: 'not-found' });
};

const byClaim = async (
  reader: Reader,
  value: Value,
  identifier: IdentifierKey,
  claim: ClaimItem,
): Promise<Found> => {
  const { table, onCustomer } = reader;
  if (claim.customer) onCustomer?.(claim.customer);
  const [target, here] = await Promise.all([
    claim.customer && readCanonical(table, claim.customer, onCustomer),
    readHoldersHere(table, identifier, claim),
  ]);
  if (here === undefined && isShownBy(target, value)) return present(reader, target);
  const units = here ?? (await readHolders(table, identifier, claim));
  return isHeldBy(target, units) ? present(reader, target) : byUnits(reader, units);
};

/** A customer with its summary. */
interface Collection {
  readonly customer: CustomerItem;
  readonly summary: WholeSummary;
}

/** Times a customer is read; again when its parts were being laid anew meanwhile, which takes moments. */
const MAX_CUSTOMER_READS = 4;

const readCustomer = async (
  table: Table,
  id: OneId,
  reads = 1,
): Promise<Collection | 'erased' | undefined> => {
  const items = await allItemsIn(table, { pk: customerKey(id).pk });
  if (items.some(({ sk }) => sk === ERASED_SORT)) return 'erased';
  const customer = items.find((item) => item.sk === 'CUSTOMER');
  const summary = wholeSummary(items);
  if (summary.torn && reads < MAX_CUSTOMER_READS) return readCustomer(table, id, reads + 1);
  return customer && { customer: parseCustomerItem(customer), summary };
};

/** The customer that an id leads to now, after redirects; `undefined` when nobody has it. */
export const canonicalId = async (table: Table, id: OneId): Promise<OneId | undefined> => {
  const found = await readCanonical(table, id);
  return typeof found === 'object' ? found.customer.id : undefined;
};

const readCanonical = async (
  table: Table,
  id: OneId,
  onCustomer?: ProfilePorts['onCustomer'],
): Promise<Collection | 'erased' | undefined> => {
  let found = await readCustomer(table, id);
  for (let hop = 0; hop < MAX_REDIRECTS && typeof found === 'object'; hop++) {
    const { into } = found.customer;
    if (into === undefined) return found;
    onCustomer?.(into);
    found = await readCustomer(table, into);
  }
  return found;
};

/** What a claim's customer led to. */
type Target = Collection | 'erased' | '' | undefined;

const isHeldBy = (target: Target, holders: readonly UnitKey[]): target is Collection => {
  const shown = unitsShown(target);
  return holders.some((unit) => shown?.has(unit));
};

const isShownBy = (target: Target, { namespace, scope, value }: Value): target is Collection =>
  [...(unitsShown(target)?.values() ?? [])].some(
    (entry) =>
      entry.kind === 'party' &&
      entry.part?.row.identifiers.some(
        (it) => it.namespace === namespace && it.scope === scope && it.value === value,
      ),
  );

const unitsShown = (target: Target): Summary['units'] | undefined =>
  typeof target === 'object' ? target.summary.summary?.units : undefined;

// The long way: from the holders over their scope to whoever they belong to now.
const byUnits = async (reader: Reader, units: readonly UnitKey[]): Promise<Found> => {
  const { table } = reader;
  const items = await table.getAll(units.map(unitItemKey));
  const scopes = await readScopes(
    table,
    items.flatMap((item) => (item?.['scope'] as ScopeId) ?? []),
  );
  const owners = scopes
    .flatMap(({ scope }) => scope.customers)
    .filter((customer) => customer.units.some((unit) => units.includes(unit)));
  const [owner, another] = owners;
  if (owner === undefined) return failure({ code: 'not-found' });
  return another ? failure({ code: 'ambiguous', shared: false }) : byCustomerId(reader, owner.id);
};

const present = (
  { definition, question }: Reader,
  { customer, summary: whole }: Collection,
): Found => {
  if (!isLive(customer)) return failure({ code: customer.rests ? 'at-rest' : 'not-found' });
  const { revision, summary, torn } = whole;
  const view = torn ? undefined : summary && viewOf(definition, summary, question);
  return view && summary
    ? success({
        customerId: customer.id,
        units: [...summary.units.keys()],
        revision,
        view,
        summary,
      })
    : failure({ code: 'not-yet-visible' });
};
