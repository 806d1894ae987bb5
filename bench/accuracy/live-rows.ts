/**
 * Rows of a stream of changes: what is left when all have been applied.
 * @module
 */
import type { ExtractDefinition } from '#domain/extract/extract-definition.ts';
import { type ExtractRow, readRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { readRecords } from '../../tools/resolve/read-records.ts';

/** Reads a file of changes in order; a row that was deleted is gone. */
export const liveRows = async (
  definition: ExtractDefinition,
  path: string,
): Promise<readonly ExtractRow[]> => {
  const [mapping] = definition.mappings;
  const rows = new Map<string, ExtractRow>();
  if (mapping === undefined) return [];
  for await (const { record, number } of readRecords(path)) {
    const row = readRow(record, mapping, definition, { file: path, record: number });
    if (row === undefined) continue;
    if (record['op'] === 'D') rows.delete(unitKeyOf(row));
    else rows.set(unitKeyOf(row), row);
  }
  return [...rows.values()];
};
