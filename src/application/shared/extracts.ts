/**
 * Extracts: lists of customers that somebody asked for, and how far each is.
 *
 * | item    | pk           | sk      | holds |
 * | ------- | ------------ | ------- | ----- |
 * | extract | `EXTRACT#id` | `STATE` | what was asked, by whom, and how far it is |
 * | running | `EXTRACTING` | id      | an extract that is not done |
 *
 * Objects: `extracts/<id>/<part>.<format>`, and beside each part `extract-lists/<id>/<part>.json` with the marks of the
 * customers in it, so that an erasure knows which extracts to take away.
 * @module
 */
import type { Credentials } from '#domain/serve/access.ts';
import type { ExtractCondition, ExtractFormat } from '#domain/serve/extract.ts';
import { createDoc, loadDoc, type Stored, saveDoc } from './stored-doc.ts';
import type { Key, Table } from './table.ts';

/** Partition prefix of extracts. */
export const EXTRACT_PREFIX = 'EXTRACT#';
/** Partition of the extracts that are not done. */
export const RUNNING_EXTRACTS = 'EXTRACTING';
/** Folder of the files. */
export const EXTRACTS = 'extracts/';
/** Folder of the lists of who is in them. */
export const EXTRACT_LISTS = 'extract-lists/';
/** Days for which files are kept. */
export const EXTRACT_DAYS = 7;
/** Days for which files are handed out when they were made for a purpose that customers can withdraw from. */
export const CONSENTED_EXTRACT_DAYS = 1;

const DAY_S = 86_400;

/** A file of an extract. */
export interface ExtractPart {
  readonly object: string;
  readonly rows: number;
  readonly bytes: number;
}

/** `withdrawn`: somebody in it was erased. `failed`: what was asked may not be answered any more. */
export type ExtractState = 'running' | 'done' | 'failed' | 'withdrawn';

/** An extract: all that has to be kept to go on with it. */
export interface Extract {
  readonly id: string;
  readonly requestId: string;
  readonly caller: Credentials;
  readonly purpose: string;
  readonly filter: readonly ExtractCondition[];
  readonly fields: readonly string[];
  readonly format: ExtractFormat;
  readonly state: ExtractState;
  /** Epoch milliseconds. */
  readonly requestedAt: number;
  /** How far every shard had been applied then, by source: each customer was read later. Absent in extracts of before. */
  readonly applied?: readonly {
    readonly source: string;
    readonly version: string;
    readonly committedAt: number;
  }[];
  readonly completedAt?: number;
  readonly problem?: string;
  /** How far each segment of the table is. */
  readonly segments: readonly { readonly after?: Key; readonly done: boolean }[];
  /** Customers looked at, and rows written. */
  readonly customers: number;
  readonly rows: number;
  readonly parts: readonly ExtractPart[];
}

const keyOf = (id: string): Key => ({ pk: `${EXTRACT_PREFIX}${id}`, sk: 'STATE' });
const runningKey = (id: string): Key => ({ pk: RUNNING_EXTRACTS, sk: id });

/** Notes what is asked. The note first: an extract that nobody goes on with would be worse than a note of none. */
export const createExtract = async (table: Table, extract: Extract): Promise<void> => {
  await table.write({ kind: 'put', item: { ...runningKey(extract.id) } });
  await createDoc(table, keyOf(extract.id), extract, expiryOf(extract));
};

/** Reads an extract. */
export const loadExtract = (table: Table, id: string): Promise<Stored<Extract> | undefined> =>
  loadDoc<Extract>(table, keyOf(id));

/** Keeps how far an extract is; `false` when another worker was faster. */
export const saveExtract = async (
  table: Table,
  stored: Stored<Extract>,
  extract: Extract,
): Promise<boolean> => {
  const saved = await saveDoc(table, keyOf(extract.id), stored, extract, expiryOf(extract));
  if (saved && extract.state !== 'running')
    await table.write({ kind: 'delete', key: runningKey(extract.id) });
  return saved;
};

// The item outlives the files, so that somebody who comes late is told why there are none.
const expiryOf = ({ requestedAt }: Extract): number =>
  Math.floor(requestedAt / 1_000) + 4 * EXTRACT_DAYS * DAY_S;

/** Whether the files of an extract are handed out no longer, for their age in days. */
export const isExpired = ({ completedAt }: Extract, now: number, days: number): boolean =>
  completedAt !== undefined && now > completedAt + days * DAY_S * 1_000;

/** Ids of the extracts that are not done. */
export const runningExtracts = async (table: Table): Promise<readonly string[]> => {
  const { items } = await table.query({ pk: RUNNING_EXTRACTS });
  return items.map(({ sk }) => sk);
};

const nameOf = (id: string, part: number): string => `${id}/${String(part).padStart(5, '0')}`;

/** Key of a file. */
export const partObject = (id: string, part: number, format: ExtractFormat): string =>
  `${EXTRACTS}${nameOf(id, part)}.${format}`;

/** Key of the list of who is in a file. */
export const listObject = (id: string, part: number): string =>
  `${EXTRACT_LISTS}${nameOf(id, part)}.json`;

/** `extract-lists/ext_1/00001.json` → `ext_1` */
export const extractOfList = (object: string): string =>
  object.slice(EXTRACT_LISTS.length).split('/', 1)[0] ?? '';
