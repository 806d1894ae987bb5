/**
 * Stored document: something that goes on in steps, kept as JSON with a version, so that of two workers the slower one
 * keeps nothing.
 * @module
 */
import type { Item, Key, Table } from './table.ts';

/** A document as it was read. */
export interface Stored<Doc> {
  readonly version: number;
  readonly doc: Doc;
}

/** Reads a document; `undefined` when there is none. */
export const loadDoc = async <Doc>(table: Table, key: Key): Promise<Stored<Doc> | undefined> => {
  const [item] = await table.getAll([key]);
  if (typeof item?.['doc'] !== 'string') return undefined;
  return { version: Number(item['ver']), doc: JSON.parse(item['doc']) as Doc };
};

/** Creates a document; `false` when there is one. */
export const createDoc = <Doc>(
  table: Table,
  key: Key,
  doc: Doc,
  expiresAt?: number,
): Promise<boolean> =>
  table.write({
    kind: 'put',
    item: itemOf(key, doc, 1, expiresAt),
    when: { missing: ['pk'] },
  });

/** Keeps a document; `false` when another worker was faster. `expiresAt` in epoch seconds. */
export const saveDoc = <Doc>(
  table: Table,
  key: Key,
  { version }: Stored<Doc>,
  doc: Doc,
  expiresAt?: number,
): Promise<boolean> =>
  table.write({
    kind: 'put',
    item: itemOf(key, doc, version + 1, expiresAt),
    when: { equals: [['ver'], version] },
  });

const itemOf = (key: Key, doc: unknown, ver: number, expiresAt: number | undefined): Item => ({
  ...key,
  ver,
  doc: JSON.stringify(doc),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
