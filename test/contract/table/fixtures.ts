/**
 * What the parts of the table contract share.
 * @module
 */
import type { Item, Key, Table } from '#application/shared/table.ts';

/** Gives an empty table. */
export type MakeTable = () => Promise<Table>;

/** The item that most tests are about. */
export const KEY: Key = { pk: 'C#1', sk: 'ROOT' };

/** A table that holds these items. */
export const tableWith = async (make: MakeTable, ...items: readonly Item[]): Promise<Table> => {
  const table = await make();
  await table.writeAll(items.map((item) => ({ kind: 'put', item })));
  return table;
};

/** One item of a table. */
export const readItem = async (table: Table, key: Key = KEY): Promise<Item | undefined> =>
  (await table.getAll([key]))[0];

/** A text of so many bytes. */
export const textOf = (bytes: number): string => 'x'.repeat(bytes);
