/**
 * List activity: the facts of a customer, newest first, in pages.
 *
 * Read from the contribution buckets under the customer's units, so an entry follows its customer through merge and split
 * like everything else.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import { callerIdentity, type Grant } from '#domain/serve/access.ts';
import {
  type ActivityFilter,
  type ActivityPosition,
  positionOf,
  presentActivity,
} from '#domain/serve/activity.ts';
import { decodeCursor, encodeCursor, type Sign } from '#domain/serve/cursor.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { shownKinds } from '#domain/serve/shown-kinds.ts';
import { must } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { entryFilter } from './limited-view.ts';
import { newestRows } from './newest-rows.ts';
import { aboutCustomer } from './present-profile.ts';
import {
  type ProfileRequest,
  presentWithheld,
  type ReadPorts,
  type SeenCustomer,
  seeCustomer,
} from './read-profile.ts';

/** What listing needs besides reading. */
export interface ActivityPorts extends ReadPorts {
  readonly sign: Sign;
}

/** What is asked of a list. */
export interface ActivityRequest extends ProfileRequest {
  readonly filter: ActivityFilter;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of a list, with who it is about and how fresh it is. */
export type ActivityAnswer = Readonly<Record<string, unknown>>;

/** Lists a customer's facts. */
export const listActivity = async (
  ports: ActivityPorts,
  request: ActivityRequest,
): Promise<Result<ActivityAnswer, ApiProblem>> => {
  const query = queryText(request);
  const after =
    request.cursor === undefined ? undefined : readCursor(ports.sign, query, request.cursor);
  if (after && !after.ok) return after;
  const customer = await seeCustomer(ports, request, (grant, definitions) =>
    listedKinds(definitions, grant, request.filter).map((kind) => `${kind}.*`),
  );
  return customer.ok
    ? success(await pageOf(ports, request, customer.value, query, after?.value))
    : customer;
};

/** For the record, which holds no word that a caller made up. */
const listedKinds = (
  definitions: Definitions,
  grant: Grant,
  { kinds }: ActivityFilter,
): readonly string[] => {
  if (!kinds) return ['every kind'];
  const tables = Object.values(definitions.sources).flatMap((source) =>
    Object.values(source.tables),
  );
  const known = new Set(tables.map(({ as }) => as));
  const { shows } = shownKinds(definitions, grant);
  return kinds.filter((kind) => known.has(kind) && shows(kind));
};

// A cursor is good for the same list of the same caller only; the page size may change.
const queryText = ({ operation, identifier, caller, purpose, filter }: ActivityRequest): string =>
  JSON.stringify([operation, identifier, callerIdentity(caller), purpose ?? null, filter]);

const readCursor = (
  sign: Sign,
  query: string,
  cursor: string,
): Result<ActivityPosition, ApiProblem> => {
  const position = decodeCursor(sign, query, cursor);
  return position.ok ? success(JSON.parse(position.value) as ActivityPosition) : position;
};

const pageOf = async (
  { table, clock, sign }: ActivityPorts,
  { filter, limit }: ActivityRequest,
  customer: SeenCustomer,
  query: string,
  after: ActivityPosition | undefined,
): Promise<ActivityAnswer> => {
  const { found, definitions, grant } = customer;
  const isVisible = entryFilter(definitions, grant);
  const now = clock();
  const asked = { definitions, filter, isVisible, after, limit, now };
  const { page, hasMore } = await newestRows(table, found.summary, asked);
  const last = page.at(-1);
  const next = hasMore
    ? encodeCursor(sign, query, JSON.stringify(positionOf(must(last, 'last entry of a page'))))
    : null;
  return {
    ...aboutCustomer(found),
    data: page.map((fact) => presentActivity(fact, definitions, grant, now)),
    cursor: { next, hasMore, limit },
    ...presentWithheld(customer),
  };
};
