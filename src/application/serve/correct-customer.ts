/**
 * Correct customer: somebody says that a field of a customer is wrong (PIPL article 46, GDPR article 16).
 *
 * Nothing is corrected here. What is known of a customer is what its sources say; a value written over it would be wrong
 * again with their next change, and right nowhere else. So the request names the rows that say it, and whoever owns their
 * source corrects them there. A request is answered when each of its rows has changed since.
 * @module
 */
import { type Correction, correctionsOf, saveCorrection } from '#application/shared/corrections.ts';
import { parseRowItem, rowItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { sourceOf } from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import type { Grant } from '#domain/serve/access.ts';
import { namespaceOfField } from '#domain/serve/extract.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { rowOf } from '#domain/serve/redact.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { readCustomerRows } from './customer-rows.ts';
import { rowFilter } from './limited-view.ts';
import { aboutCustomer } from './present-profile.ts';
import { type ProfileRequest, type ReadPorts, seeCustomer } from './read-profile.ts';

/** What correcting needs. */
export interface CorrectionPorts extends ReadPorts {
  /** Random text that nobody can guess. */
  readonly newId: () => string;
}

/** What is said to be wrong. */
export interface CorrectionQuestion {
  readonly field: string;
  readonly wanted?: string | undefined;
}

/** A request, and what became of it. */
export interface CorrectionStatus {
  readonly correctionId: string;
  readonly field: string;
  readonly requestedAt: string;
  readonly state: 'open' | 'done';
  /** Where it is to be corrected. */
  readonly rows: readonly {
    readonly source: string;
    readonly row?: string;
    readonly changed: boolean;
  }[];
}

/** Notes that a field is wrong, and says where it is to be corrected. */
export const requestCorrection = async (
  ports: CorrectionPorts,
  request: ProfileRequest,
  { field, wanted }: CorrectionQuestion,
): Promise<Result<CorrectionStatus, ApiProblem>> => {
  // What is no field is not taken down as one: it may be anything.
  const seen = await seeCustomer(ports, request, (_, definitions) =>
    isField(definitions, field) ? [field] : [],
  );
  if (!seen.ok) return seen;
  const { found, grant, definitions } = seen.value;
  if (!isField(definitions, field) || grant.treat(field) === 'hidden') return failure(NOBODY_SAYS);
  const { parties } = await readCustomerRows(ports.table, found.units);
  const said = parties.filter(rowFilter(definitions, grant)).filter(says(field));
  if (said.length === 0) return failure(NOBODY_SAYS);
  const rows = await withVersions(ports.table, said);
  const correction: Correction = {
    id: `cor_${ports.newId()}`,
    field,
    ...(wanted === undefined ? {} : { wanted }),
    client: grant.client,
    requestedAt: ports.clock(),
    rows,
  };
  await saveCorrection(ports.table, found.customerId, correction);
  return success(await statusOf(ports.table, grant, correction));
};

/** The requests of a customer, with who it is and how fresh that is. */
export interface ListedCorrections extends ReturnType<typeof aboutCustomer> {
  readonly data: readonly CorrectionStatus[];
}

/** The requests of a customer, the oldest first. */
export const listCorrections = async (
  ports: ReadPorts,
  request: ProfileRequest,
): Promise<Result<ListedCorrections, ApiProblem>> => {
  const seen = await seeCustomer(ports, request, () => []);
  if (!seen.ok) return seen;
  const { found, grant } = seen.value;
  const corrections = await correctionsOf(ports.table, found.customerId);
  const shown = corrections.filter(({ field }) => grant.treat(field) !== 'hidden');
  return success({
    ...aboutCustomer(found),
    data: await Promise.all(shown.map((one) => statusOf(ports.table, grant, one))),
  });
};

/** One request of a customer, as it stands. Fails with `not-found` when it went with its customer. */
export const readCorrection = async (
  ports: ReadPorts,
  request: ProfileRequest,
  id: string,
): Promise<Result<CorrectionStatus, ApiProblem>> => {
  const listed = await listCorrections(ports, request);
  if (!listed.ok) return listed;
  const found = listed.value.data.find(({ correctionId }) => correctionId === id);
  return found ? success(found) : failure(NO_SUCH);
};

const isField = ({ view, namespaces }: Definitions, field: string): boolean => {
  const namespace = namespaceOfField(field);
  return namespace === undefined
    ? view.profile.some((each) => each.field === field)
    : Object.hasOwn(namespaces, namespace);
};

const says =
  (field: string) =>
  ({ fields, identifiers }: PartyRow): boolean => {
    const namespace = namespaceOfField(field);
    return namespace === undefined
      ? Object.hasOwn(fields, field)
      : identifiers.some((one) => one.namespace === namespace);
  };

const withVersions = async (
  table: Table,
  parties: readonly PartyRow[],
): Promise<Correction['rows']> => {
  const items = await table.getAll(parties.map(({ rowKey }) => rowItemKey(rowKey)));
  return parties.map(({ rowKey }, index) => {
    const item = items[index];
    return { rowKey, version: item ? parseRowItem(item).version : '' };
  });
};

const statusOf = async (
  table: Table,
  { treat }: Grant,
  { id, field, requestedAt, rows }: Correction,
): Promise<CorrectionStatus> => {
  const items = await table.getAll(rows.map(({ rowKey }) => rowItemKey(rowKey as SourceRowKey)));
  const shown = rows.map(({ rowKey, version }, index) => {
    const item = items[index];
    const changed = !item || parseRowItem(item).version > version;
    return { source: sourceOf(rowKey as SourceRowKey), ...rowOf(rowKey, treat), changed };
  });
  return {
    correctionId: id,
    field,
    requestedAt: new Date(requestedAt).toISOString(),
    state: shown.every(({ changed }) => changed) ? 'done' : 'open',
    rows: shown,
  };
};

const NO_SUCH: ApiProblem = { code: 'not-found', detail: 'There is no such correction.' };

const NOBODY_SAYS: ApiProblem = {
  code: 'bad-request',
  detail: 'No row of the customer that this token may see says this field.',
  errors: [{ pointer: '#/field', detail: 'a profile field, or identifiers.<namespace>' }],
};
