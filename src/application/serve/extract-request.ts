/**
 * Extract request: somebody asks for a list of customers, and fetches it when it is there.
 *
 * A list is masked like single answers, by the same policy. A condition may only ask of values that the caller sees clear:
 * otherwise a few lists would tell what the mask hides.
 * @module
 */
import {
  CONSENTED_EXTRACT_DAYS,
  createExtract,
  EXTRACT_DAYS,
  type Extract,
  type ExtractPart,
  isExpired,
  loadExtract,
} from '#application/shared/extracts.ts';
import { continuousSources } from '#domain/definitions/continuous-sources.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { decideAccess, type Grant } from '#domain/serve/access.ts';
import {
  type ExtractCondition,
  type ExtractFormat,
  namespaceOfField,
} from '#domain/serve/extract.ts';
import { knownFields } from '#domain/serve/pick-fields.ts';
import type { ApiProblem, RequestFault } from '#domain/serve/problems.ts';
import { own } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { type AuditedRequest, auditRefusal } from './audited-read.ts';
import { type Freshness, freshnessOf, readPositions } from './read-freshness.ts';
import type { ReadPorts } from './read-profile.ts';

/** What asking for extracts needs. */
export interface ExtractRequestPorts
  extends Pick<ReadPorts, 'table' | 'clock' | 'definitions' | 'audit'> {
  /** Random text that nobody can guess. */
  readonly newId: () => string;
  /** An address that serves an object for some seconds. */
  readonly linkTo: (object: string, seconds: number) => Promise<string>;
}

/** What is asked. */
export interface ExtractQuestion {
  readonly fields: readonly string[];
  readonly filter?: readonly ExtractCondition[] | undefined;
  readonly format: ExtractFormat;
}

/** How far an extract is, for its caller; complete up to what had been applied when it was asked for. */
export interface ExtractStatus extends Freshness {
  readonly extractId: string;
  readonly state: Extract['state'] | 'expired';
  /** Part of the table that was looked at, 0 to 1. */
  readonly progress: number;
  readonly customers: number;
  readonly rows: number;
  readonly requestedAt: string;
  readonly completedAt?: string;
  readonly problem?: string;
  readonly files?: readonly ExtractFile[];
}

/** A file to fetch. */
export interface ExtractFile extends Pick<ExtractPart, 'rows' | 'bytes'> {
  readonly url: string;
  readonly expiresAt: string;
}

/** Segments in which the table is looked through. */
const SEGMENTS = 8;
/** How long a link works. */
const LINK_SECONDS = 15 * 60;

/** Notes what is asked; a function of its own does it. */
export const askForExtract = async (
  ports: ExtractRequestPorts,
  request: AuditedRequest,
  question: ExtractQuestion,
): Promise<Result<ExtractStatus, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const granted = grantOf(definitions, request);
  if (!granted.ok) return failure(await auditRefusal(ports.audit, request, granted.error));
  const faults = faultsIn(definitions, granted.value, question);
  if (faults.length > 0) return failure({ ...WRONG_FIELDS, errors: faults });
  const extract: Extract = {
    id: `ext_${ports.newId()}`,
    requestId: request.requestId,
    caller: request.caller,
    purpose: granted.value.purpose,
    filter: question.filter ?? [],
    fields: question.fields,
    format: question.format,
    state: 'running',
    requestedAt: ports.clock(),
    applied: await readPositions(ports.table),
    segments: Array.from({ length: SEGMENTS }, () => ({ done: false })),
    customers: 0,
    rows: 0,
    parts: [],
  };
  const recorded = await record(ports, request, granted.value, extract);
  if (!recorded.ok) return recorded;
  await createExtract(ports.table, extract);
  return success(statusOf(definitions, extract, ports.clock()));
};

/** How far an extract is, with links to its files when it is done. Fetching it is recorded. */
export const readExtract = async (
  ports: ExtractRequestPorts,
  request: AuditedRequest,
  id: string,
): Promise<Result<ExtractStatus, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const granted = grantOf(definitions, request);
  if (!granted.ok) return failure(await auditRefusal(ports.audit, request, granted.error));
  const stored = await loadExtract(ports.table, id);
  if (stored?.doc.caller.client !== request.caller.client) return failure(NO_SUCH);
  const extract = stored.doc;
  const status = statusOf(definitions, extract, ports.clock());
  if (status.state !== 'done') return success(status);
  const recorded = await record(ports, request, granted.value, extract);
  if (!recorded.ok) return recorded;
  const expiresAt = new Date(ports.clock() + LINK_SECONDS * 1_000).toISOString();
  const files = await Promise.all(
    extract.parts.map(async ({ object, rows, bytes }) => ({
      url: await ports.linkTo(object, LINK_SECONDS),
      rows,
      bytes,
      expiresAt,
    })),
  );
  return success({ ...status, files });
};

const grantOf = (
  { access }: Definitions,
  { caller, purpose }: AuditedRequest,
): Result<Grant, ApiProblem> => {
  const granted = decideAccess(access, caller, purpose);
  return granted.ok && granted.value.customer !== undefined ? failure(BOUND) : granted;
};

const faultsIn = (
  definitions: Definitions,
  grant: Grant,
  { fields, filter = [] }: ExtractQuestion,
): readonly RequestFault[] => [
  ...fields.flatMap((field, index) =>
    field !== 'customerId' && !isShown(definitions, grant, field)
      ? [{ pointer: `#/fields/${index}`, detail: 'is no field that this token may see' }]
      : [],
  ),
  ...filter.flatMap(({ field }, index) =>
    isShown(definitions, grant, field) && grant.treat(field) === 'clear'
      ? []
      : [
          {
            pointer: `#/filter/${index}/field`,
            detail: 'is no field that this token sees unmasked',
          },
        ],
  ),
];

/** Members of an answer that are no single value. */
const LISTS: ReadonlySet<string> = new Set(['identifiers', 'consents', 'sources']);

const isShown = ({ view, namespaces }: Definitions, { treat }: Grant, field: string): boolean => {
  const namespace = namespaceOfField(field);
  const isKnown =
    namespace === undefined
      ? knownFields(view).includes(field) && !LISTS.has(field)
      : Object.hasOwn(namespaces, namespace);
  return isKnown && treat(field) !== 'hidden';
};

/** Writes who asked for which fields, or fetched how many rows. */
const record = async (
  { audit }: ExtractRequestPorts,
  { requestId, operation, caller }: AuditedRequest,
  { role, purpose }: Grant,
  { fields, rows, id }: Extract,
): Promise<Result<undefined, ApiProblem>> => {
  const said = { requestId, operation, client: caller.client, role, purpose, fields };
  try {
    await audit.record({ ...said, decision: 'granted', extract: id, rows });
    return success(undefined);
  } catch {
    return failure(UNAVAILABLE);
  }
};

const statusOf = (definitions: Definitions, extract: Extract, now: number): ExtractStatus => {
  const sources = Object.keys(definitions.sources);
  const {
    id,
    state,
    segments,
    customers,
    rows,
    requestedAt,
    completedAt,
    problem,
    applied = [],
  } = extract;
  const done = segments.filter((segment) => segment.done).length;
  return {
    extractId: id,
    ...freshnessOf(applied, now, sources, continuousSources(definitions)),
    state:
      state === 'done' && isExpired(extract, now, daysOf(definitions, extract)) ? 'expired' : state,
    progress: done / segments.length,
    customers,
    rows,
    requestedAt: new Date(requestedAt).toISOString(),
    ...(completedAt === undefined ? {} : { completedAt: new Date(completedAt).toISOString() }),
    ...(problem === undefined ? {} : { problem }),
  };
};

// Who withdraws is in the files that are there. Nothing finds these by the customer, so such files are short-lived.
const daysOf = ({ access }: Definitions, { purpose }: Extract): number =>
  own(access?.purposes ?? {}, purpose)?.consent ? CONSENTED_EXTRACT_DAYS : EXTRACT_DAYS;

const BOUND: ApiProblem = {
  code: 'not-permitted',
  detail: 'A token of one customer gets no lists.',
};

const WRONG_FIELDS: ApiProblem = {
  code: 'bad-request',
  detail: 'A list has only what single answers to this token have.',
};

const NO_SUCH: ApiProblem = {
  code: 'not-found',
  detail: 'There is no such extract of this client.',
};

const UNAVAILABLE: ApiProblem = {
  code: 'audit-unavailable',
  detail: 'Nothing is answered that cannot be recorded. Try again.',
  retryAfterSeconds: 1,
};
