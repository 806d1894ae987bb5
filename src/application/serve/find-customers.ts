/**
 * Find customers: for a service desk by what a caller says, for a counter by what a customer shows.
 *
 * Whoever is found is read like any other customer, so access, masks, consent and the record are those of a profile.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import { nameTerm, type SearchTerm } from '#domain/profile/search-terms.ts';
import { decideAccess, type Grant } from '#domain/serve/access.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { auditRefusal } from './audited-read.ts';
import { batchProfiles } from './batch-profiles.ts';
import { findOrder } from './find-order.ts';
import { type ActivityPorts, listActivity } from './list-activity.ts';
import { type ProfileRequest, readProfile } from './read-profile.ts';
import { searchCustomers } from './search-customers.ts';

/** A request that names no customer yet. */
export type FindRequest = Omit<ProfileRequest, 'identifier'>;

/** What a search is by. */
export interface SearchBy {
  readonly name?: string | undefined;
  readonly phoneTail?: string | undefined;
  readonly card?: string | undefined;
}

/** What somebody shows at a counter; one of them. */
export interface ShownAtCounter {
  readonly orderNumber?: string | undefined;
  readonly phone?: string | undefined;
  readonly memberCode?: string | undefined;
}

type Profile = Readonly<Record<string, unknown>>;

/** Members of a profile that a search shows. */
const SEARCH_FIELDS = 'name,city,tier,identifiers';

/** Finds customers for a service desk. A card names one; names and phone tails may name several. */
export const findBySearch = async (
  ports: ActivityPorts,
  request: FindRequest,
  by: SearchBy,
): Promise<
  Result<{ readonly data: readonly Profile[]; readonly hasMore: boolean }, ApiProblem>
> => {
  const granted = await mayFind(ports, request);
  if (!granted.ok) return granted;
  const terms = termsOf(by);
  const found =
    terms.length > 0 ? await searchCustomers(ports, terms) : { customers: [], hasMore: false };
  const identifiers = [
    ...(by.card === undefined ? [] : [`member-card:${by.card}`]),
    ...found.customers.map((id) => `customerId:${id}`),
  ];
  const entries = await batchProfiles(ports, { ...request, fields: SEARCH_FIELDS }, identifiers);
  const data = entries.flatMap((entry) => ('profile' in entry ? [entry.profile] : []));
  if (entries.some((entry) => 'problem' in entry && entry.problem.code === 'audit-unavailable'))
    return failure(await auditRefusal(ports.audit, request, NOBODY));
  if (identifiers.length > 0) return success({ data, hasMore: found.hasMore });
  const recorded = await auditRefusal(ports.audit, request, NOBODY);
  return recorded.code === 'not-found' ? success({ data: [], hasMore: false }) : failure(recorded);
};

const termsOf = ({ name, phoneTail }: SearchBy): readonly SearchTerm[] => {
  const plain = name === undefined ? undefined : nameTerm(name);
  return [
    ...(plain === undefined ? [] : [{ kind: 'name', value: plain } as const]),
    ...(phoneTail === undefined ? [] : [{ kind: 'phone-tail', value: phoneTail } as const]),
  ];
};

/** Who is at the counter or on the phone, with the newest orders and service cases. */
export interface AtCounter {
  readonly customer: Profile;
  readonly orders: Profile;
  /** Empty for a caller who may not know of any. */
  readonly cases: Profile;
}

/** Most entries of each list. */
const AT_COUNTER = 20;

/** Finds who is at the counter: all that a desk needs in one answer. */
export const findPickup = async (
  ports: ActivityPorts,
  request: FindRequest,
  shown: ShownAtCounter,
): Promise<Result<AtCounter, ApiProblem>> => {
  const granted = await mayFind(ports, request);
  if (!granted.ok) return granted;
  const identifier = await identifierOf(ports, shown);
  if (!identifier.ok) return failure(await auditRefusal(ports.audit, request, identifier.error));
  const asked = { ...request, identifier: identifier.value };
  const customer = await readProfile(ports, asked);
  if (!customer.ok) return customer;
  const list = (...kinds: string[]) =>
    listActivity(ports, { ...asked, filter: { kinds }, limit: AT_COUNTER });
  const [orders, cases] = await Promise.all([list('order', 'return'), list('case')]);
  if (!orders.ok) return orders;
  if (!cases.ok) return cases;
  return success({ customer: customer.value, orders: orders.value, cases: cases.value });
};

const identifierOf = async (
  { table, definitions }: ActivityPorts,
  { orderNumber, phone, memberCode }: ShownAtCounter,
): Promise<Result<string, ApiProblem>> => {
  if (phone !== undefined) return success(`phone:${phone}`);
  if (memberCode !== undefined) return success(`member-card:${memberCode}`);
  const { definitions: current } = await definitions();
  const owners = await findOrder(table, current, orderNumber ?? '');
  return onlyOwner(owners);
};

const onlyOwner = ([owner, another]: readonly OneId[]): Result<string, ApiProblem> => {
  if (owner === undefined) return failure(NOBODY);
  return another ? failure(SEVERAL) : success(`customerId:${owner}`);
};

// A token that is bound to one customer finds nobody else.
const mayFind = async (
  ports: ActivityPorts,
  request: FindRequest,
): Promise<Result<Grant, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const granted = decideAccess(definitions.access, request.caller, request.purpose);
  if (granted.ok && granted.value.customer === undefined) return granted;
  const problem = granted.ok ? BOUND : granted.error;
  return failure(await auditRefusal(ports.audit, request, problem));
};

const NOBODY: ApiProblem = { code: 'not-found', detail: 'Nobody is known by it.' };
const SEVERAL: ApiProblem = {
  code: 'ambiguous',
  detail: 'Two sources use this number for orders of different customers.',
};
const BOUND: ApiProblem = {
  code: 'not-permitted',
  detail: 'A token of one customer finds no others.',
};
