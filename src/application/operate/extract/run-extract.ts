/**
 * Run extract: goes on with an extract, a file at a time, until the whole table was looked at.
 *
 * Every customer is read as the caller would read it by the API: by the policy in force at that moment, masked, with
 * consent, and recorded. A caller who has lost its role gets no further row. A file is written before it is noted; when
 * a worker dies in between, the next one writes the same file again.
 * @module
 */

import type { Scan } from '#application/operate/ports.ts';
import { allDone, nextPages } from '#application/operate/scan-pages.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import { presentProfile } from '#application/serve/present-profile.ts';
import { type ReadPorts, readProfile } from '#application/serve/read-profile.ts';
import { erasedIdKey, type Mark } from '#application/shared/erasure-items.ts';
import {
  type Extract,
  type ExtractPart,
  listObject,
  loadExtract,
  partObject,
  saveExtract,
} from '#application/shared/extracts.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { decideAccess, seesPart } from '#domain/serve/access.ts';
import {
  type AnsweredProfile,
  answerField,
  type Cell,
  cellsOf,
  csvOf,
  matches,
  ndjsonOf,
} from '#domain/serve/extract.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';

/** Writes rows as Parquet. */
export type WriteParquet = (
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
) => Uint8Array;

/** What extracting needs. */
export interface ExtractPorts extends ReadPorts {
  readonly scan: Scan;
  readonly mark: Mark;
  readonly rights: ObjectStore;
  readonly writeParquet: WriteParquet;
  /** Rows of a file; the last one has fewer. */
  readonly rowsPerFile: number;
}

/** A customer in a list. */
interface ExtractedRow {
  readonly id: OneId;
  readonly cells: readonly Cell[];
}

/** Items of a segment read at once. */
const PAGE = 100;

/** The audit takes no entries; the list goes on from its last file when it does again. */
export class ReadsUnrecordedError extends Error {
  override readonly name = 'ReadsUnrecordedError';
}

/**
 * Goes on with an extract; `undefined` when there is none of this id.
 * @throws ReadsUnrecordedError
 */
export const continueExtract = async (
  ports: ExtractPorts,
  id: string,
  mayGoOn: () => boolean = () => true,
): Promise<Extract | undefined> => {
  for (;;) {
    const stored = await loadExtract(ports.table, id);
    if (stored?.doc.state !== 'running' || !mayGoOn()) return stored?.doc;
    const next = await nextFile(ports, stored.doc, mayGoOn);
    const extract = next.ok ? next.value : failed(stored.doc, next.error, ports.clock());
    await saveExtract(ports.table, stored, extract);
  }
};

const failed = (extract: Extract, { code }: ApiProblem, now: number): Extract => ({
  ...extract,
  state: 'failed',
  problem: code,
  completedAt: now,
});

const nextFile = async (
  ports: ExtractPorts,
  extract: Extract,
  mayGoOn: () => boolean,
): Promise<Result<Extract, ApiProblem>> => {
  const rows: ExtractedRow[] = [];
  let { segments, customers } = extract;
  while (!allDone(segments) && rows.length < ports.rowsPerFile && mayGoOn()) {
    const page = await nextPages(ports.scan, segments, PAGE);
    const ids = page.items.flatMap(({ pk, sk }) =>
      sk === 'SUMMARY' ? [pk.slice(2) as OneId] : [],
    );
    const numbered = ids.map((id, index) => ({ id, number: customers + index }));
    const read = await inParallel(numbered, ({ id, number }) =>
      extractRow(ports, extract, id, number),
    );
    const refused = read.find((row) => !row.ok);
    if (refused && !refused.ok) return refused;
    rows.push(...read.flatMap((row) => (row.ok && row.value ? [row.value] : [])));
    segments = page.segments;
    customers += ids.length;
  }
  const part = await writeFile(ports, extract, rows);
  const isDone = allDone(segments);
  return success({
    ...extract,
    segments,
    customers,
    rows: extract.rows + (part?.rows ?? 0),
    parts: part ? [...extract.parts, part] : extract.parts,
    ...(isDone ? { state: 'done', completedAt: ports.clock() } : {}),
  });
};

/** What a list says of a customer; nothing when the customer is not in it. */
const extractRow = async (
  ports: ExtractPorts,
  extract: Extract,
  id: OneId,
  number: number,
): Promise<Result<ExtractedRow | undefined, ApiProblem>> => {
  if (!(await mayMatch(ports, extract, id))) return success(undefined);
  const wanted = [...extract.fields, ...extract.filter.map(({ field }) => field)];
  const answer = await readProfile(ports, {
    identifier: `customerId:${id}`,
    // Entries of one request stand in one lane of the log; these are too many for that.
    requestId: `${extract.requestId}.${number}`,
    operation: 'createExtract',
    caller: extract.caller,
    purpose: extract.purpose,
    fields: [...new Set(wanted.map(answerField).filter((field) => field !== 'customerId'))].join(
      ',',
    ),
  });
  if (!answer.ok) return isAboutCustomer(answer.error) ? success(undefined) : answer;
  const profile = answer.value;
  const isIn = isWhole(profile) && matches(profile, extract.filter);
  return success(isIn ? { id, cells: cellsOf(profile, extract.fields) } : undefined);
};

/** Who was led to by a former id is listed by its own; who withholds its consent is not listed. */
const isWhole = (profile: AnsweredProfile): boolean =>
  profile['redirectedFrom'] === undefined && profile['withheld'] === undefined;

/** Problems of a customer leave the customer out; any other ends the extract. */
const isAboutCustomer = ({ code }: ApiProblem): boolean => {
  if (code === 'audit-unavailable') throw new ReadsUnrecordedError('reads cannot be recorded');
  return ['not-found', 'at-rest', 'erased', 'not-yet-visible'].includes(code);
};

/**
 * Whether it is worth reading a customer in the caller's name, which is recorded. A caller that sees a part of the rows is
 * not told by the whole.
 */
const mayMatch = async (ports: ExtractPorts, extract: Extract, id: OneId): Promise<boolean> => {
  const { definitions } = await ports.definitions();
  const granted = decideAccess(definitions.access, extract.caller, extract.purpose);
  if (!granted.ok || seesPart(granted.value) || extract.filter.length === 0) return true;
  const found = await getProfile(ports, `customerId:${id}`);
  if (!found.ok || found.value.askedFor !== undefined) return false;
  return matches(presentProfile(found.value, definitions.view), extract.filter);
};

/** Writes a file and, before it, the list of who is in it. */
const writeFile = async (
  ports: ExtractPorts,
  extract: Extract,
  found: readonly ExtractedRow[],
): Promise<ExtractPart | undefined> => {
  const rows = await withoutErased(ports, found);
  const number = extract.parts.length + 1;
  if (rows.length === 0) return undefined;
  const bytes = fileOf(
    ports,
    extract,
    rows.map(({ cells }) => cells),
  );
  const marks = rows.map(({ id }) => ports.mark('customer', id));
  const list = new TextEncoder().encode(JSON.stringify(marks));
  await ports.rights.put(listObject(extract.id, number), list, 'application/json');
  const object = partObject(extract.id, number, extract.format);
  await ports.rights.put(object, bytes, TYPES[extract.format]);
  return { object, rows: rows.length, bytes: bytes.byteLength };
};

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Somebody may have been erased since it was read; an erasure looks through the files that are there. */
const withoutErased = async (
  { table }: ExtractPorts,
  rows: readonly ExtractedRow[],
): Promise<readonly ExtractedRow[]> => {
  const erased = await table.getAll(rows.map(({ id }) => erasedIdKey(id)));
  return rows.filter((_, index) => erased[index] === undefined);
};

const fileOf = (
  { writeParquet }: ExtractPorts,
  { fields, format }: Extract,
  rows: readonly (readonly Cell[])[],
): Uint8Array => {
  const encode = (text: string) => new TextEncoder().encode(text);
  switch (format) {
    case 'csv':
      // Spreadsheets take a file for UTF-8 only with the mark.
      return encode(`\uFEFF${csvOf(fields, rows)}`);
    case 'ndjson':
      return encode(ndjsonOf(fields, rows));
    case 'parquet':
      return writeParquet(fields, rows);
    default:
      return assertNever(format);
  }
};
