/**
 * Segment profile: the read routes of Segment's Profile API over our customers.
 *
 * Whoever is read is seen like anywhere else: access, masks, consent and the record are those of a profile. Every answer
 * has a member `meta` more, with the OneID, the freshness and the version.
 * @module
 */
import { customerKey, parseCustomerItem, rowItemKey } from '#application/shared/items.ts';
import { lastChangeIn } from '#application/shared/party-row.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { FactRow } from '#domain/profile/facts-partial.ts';
import { callerIdentity } from '#domain/serve/access.ts';
import { decodeCursor, encodeCursor } from '#domain/serve/cursor.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { identifierOfSegment } from '#domain/serve/segment-ids.ts';
import {
  type Entry,
  segmentEvents,
  segmentExternalIds,
  segmentIdentifier,
  segmentLinks,
  segmentPage,
  segmentTraits,
  type Trait,
} from '#domain/serve/segment-profile.ts';
import { shownKinds } from '#domain/serve/shown-kinds.ts';
import { asTraits } from '#domain/serve/traits.ts';
import { must } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { readCustomerRows } from './customer-rows.ts';
import { entryFilter } from './limited-view.ts';
import type { ActivityPorts } from './list-activity.ts';
import {
  type ProfileRequest,
  presentWithheld,
  type SeenCustomer,
  seeCustomer,
  showProfile,
} from './read-profile.ts';

/** Parts of a profile. */
export const SEGMENT_PARTS = ['traits', 'external_ids', 'events', 'metadata', 'links'] as const;
/** A part of a profile. */
export type SegmentPart = (typeof SEGMENT_PARTS)[number];

/** What is asked; what a part does not know, it leaves alone. */
export interface SegmentRequest extends Omit<ProfileRequest, 'identifier'> {
  readonly space: string;
  /** `user_id:u-1` */
  readonly id: string;
  readonly part: SegmentPart;
  readonly limit: number;
  readonly next?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly traitClass?: 'audience' | 'computed_trait' | undefined;
  readonly verbose: boolean;
  /** Epoch milliseconds. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly sort: 'asc' | 'desc';
}

type Body = Readonly<Record<string, unknown>>;
type Answered = Promise<Result<Body, ApiProblem>>;

/** Events are shown for so long, as Segment does; the timeline has all of them. */
const EVENTS_FOR_MS = 14 * 24 * 3_600_000;

/** Reads a part of a profile. */
export const readSegmentProfile = async (
  ports: ActivityPorts,
  request: SegmentRequest,
): Answered => {
  const after = positionIn(ports, request);
  if (after && !after.ok) return after;
  const identifier = identifierOfSegment(request.id);
  const customer = await seeCustomer(ports, { ...request, identifier });
  if (!customer.ok) return customer;
  const shown = showProfile(customer.value, undefined);
  if (!shown.ok) return shown;
  const read = {
    ports,
    request,
    customer: customer.value,
    shown: shown.value,
    after: after?.value,
  };
  return success({ ...(await PARTS[request.part](read)), meta: metaOf(customer.value) });
};

interface Read {
  readonly ports: ActivityPorts;
  readonly request: SegmentRequest;
  readonly customer: SeenCustomer;
  /** The profile as the grant shows it. */
  readonly shown: Body;
  readonly after: string | undefined;
}

const metaOf = (customer: SeenCustomer): Body => {
  const { found } = customer;
  return {
    one_id: found.customerId,
    as_of: found.freshness.asOf,
    lag_ms: found.freshness.lagMs,
    version: found.revision,
    positions: found.freshness.positions,
    ...presentWithheld(customer),
  };
};

const traits = async (read: Read): Promise<Body> => {
  const { request, shown } = read;
  const known = segmentTraits(asTraits(shown)['traits'] as Readonly<Record<string, Body>>)
    .filter(({ name }) => !request.include || request.include.includes(name))
    .filter(({ kind }) => !request.traitClass || request.traitClass === kind);
  const named = new Map(known.map((trait) => [trait.name, trait]));
  const entries = known.map(({ name }) => ({ sortedBy: name, shown: { name } }));
  const { page, cursor } = pageOf(read, entries, 'asc');
  const picked = page.map(({ sortedBy }) => must(named.get(sortedBy), 'trait of a page'));
  const times = request.verbose ? await timesOf(read, picked) : new Map<string, string | null>();
  return {
    traits: Object.fromEntries(
      picked.map(({ name, value, source }) => [
        name,
        request.verbose ? { value, source_id: source, updated_at: times.get(name) ?? null } : value,
      ]),
    ),
    cursor,
  };
};

/** When the rows behind traits were last changed at their source. */
const timesOf = async (
  { ports: { table }, customer: { found } }: Read,
  picked: readonly Trait[],
): Promise<ReadonlyMap<string, string | null>> => {
  const rows = picked.flatMap(({ name }) => {
    const row = found.view.profile[name]?.winner.rowKey;
    return row === undefined ? [] : [{ name, row }];
  });
  const items = await table.getAll(rows.map(({ row }) => rowItemKey(row)));
  return new Map(
    rows.map(({ name }, index) => {
      const item = items[index];
      const at = item && lastChangeIn(item)['at'];
      return [name, typeof at === 'number' ? new Date(at).toISOString() : null];
    }),
  );
};

type Identifiers = Parameters<typeof segmentExternalIds>[0];

const identifiersOf = ({ shown }: Read): Identifiers => (shown['identifiers'] ?? []) as Identifiers;

const externalIds = async (read: Read): Promise<Body> =>
  listOf(
    read,
    segmentExternalIds(identifiersOf(read), (text) => read.ports.sign('external id', text)),
    'asc',
  );

const events = async (read: Read): Promise<Body> => {
  const { request, ports, customer } = read;
  const now = ports.clock();
  const filter = {
    ...request,
    start: Math.max(request.start ?? 0, now - EVENTS_FOR_MS),
    end: request.end ?? Number.POSITIVE_INFINITY,
  };
  const about = {
    id: customer.found.customerId,
    externalIds: identifiersOf(read)
      .filter(({ namespace }) => namespace === 'web-user' || namespace === 'anonymous')
      .map(segmentIdentifier),
  };
  const facts = await visibleFacts(read);
  return listOf(read, segmentEvents(facts, filter, customer.grant, about), request.sort);
};

const links = async (read: Read): Promise<Body> => {
  // A group is what an event is called.
  const isShown = read.customer.grant.treat('web-event.name') === 'clear';
  return listOf(read, isShown ? segmentLinks(await visibleFacts(read)) : [], 'asc');
};

const metadata = async ({ ports: { table }, customer }: Read): Promise<Body> => {
  const { found, definitions, grant } = customer;
  const [item] = await table.getAll([customerKey(found.customerId as OneId)]);
  const { issuedAt, anchor } = parseCustomerItem(must(item, 'ledger entry of a customer'));
  const { view } = found;
  const { showsAllOf } = shownKinds(definitions, grant);
  const latest = view.sources.filter(({ lastSeenAt }) => lastSeenAt === view.lastSeenAt);
  const last = latest.find(({ source }) => showsAllOf(source));
  const first = view.sources.find(({ source }) => anchor.startsWith(`${source}.`));
  return {
    metadata: {
      created_at: new Date(issuedAt).toISOString(),
      updated_at: view.lastSeenAt === null ? null : new Date(view.lastSeenAt).toISOString(),
      expires_at: null,
      first_message_id: null,
      first_source_id: first?.source ?? null,
      last_message_id: null,
      last_source_id: view.lastSeenAt === null ? null : (last?.source ?? null),
    },
  };
};

const PARTS: Readonly<Record<SegmentPart, (read: Read) => Promise<Body>>> = {
  traits,
  external_ids: externalIds,
  events,
  metadata,
  links,
};

const visibleFacts = async ({ ports, customer }: Read): Promise<readonly FactRow[]> => {
  const { found, definitions, grant } = customer;
  const { facts } = await readCustomerRows(ports.table, found.units);
  return facts.filter(entryFilter(definitions, grant));
};

const listOf = (read: Read, entries: readonly Entry[], sort: 'asc' | 'desc'): Body => {
  const { page, cursor } = pageOf(read, entries, sort);
  return { data: page.map(({ shown }) => shown), cursor };
};

const pageOf = (read: Read, entries: readonly Entry[], sort: 'asc' | 'desc') => {
  const { ports, request, customer, after } = read;
  const { space, part, limit } = request;
  const { page, hasMore } = segmentPage(entries, sort, after, limit);
  const last = page.at(-1)?.sortedBy;
  const url = `/v1/spaces/${space}/collections/users/profiles/${customer.found.customerId}/${part}`;
  const next =
    hasMore && last !== undefined ? encodeCursor(ports.sign, queryText(request), last) : '';
  return { page, cursor: { url, has_more: hasMore, next, limit } };
};

// A cursor is good for the same list of the same caller only; the page size may change.
const queryText = (request: SegmentRequest): string => {
  const { part, id, caller, purpose, include, exclude, traitClass, start, end, sort } = request;
  const asked = [
    part,
    id,
    callerIdentity(caller),
    purpose,
    include,
    exclude,
    traitClass,
    start,
    end,
    sort,
  ];
  return JSON.stringify(['segment', ...asked.map((value) => value ?? null)]);
};

const positionIn = (
  { sign }: Pick<ActivityPorts, 'sign'>,
  request: SegmentRequest,
): Result<string, ApiProblem> | undefined =>
  request.next === undefined || request.next === ''
    ? undefined
    : decodeCursor(sign, queryText(request), request.next);
