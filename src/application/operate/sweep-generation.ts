/**
 * Sweep: tombstones the rows of a table that its last full load did not bring.
 *
 * What was deleted at the source while nothing was captured is in no log. After a load of a new generation such a row is
 * known by its version: it is still of an older one. Tombstones go on the change stream, where every reader applies and
 * archives them like any change; each is earlier than everything of the new generation, so a row that the load brings
 * late, or that comes back, wins whatever happens in between.
 * @module
 */
import type { TombstoneMessage } from '#domain/capture/decode-tombstone.ts';
import { generationOf } from '#domain/capture/row-version.ts';
import { keyPartsOf, type SourceRowKey, sourceRowKey } from '#domain/capture/source-row.ts';
import type { TableDefinition } from '#domain/definitions/types.ts';
import { type LiveRow, type LiveRowPorts, liveRows } from './live-rows.ts';
import type { Publish, StreamMessage } from './ports.ts';

/** What is swept: a table of a source after a load of this generation. */
export interface SweepRequest {
  readonly source: string;
  readonly table: TableDefinition;
  readonly generation: number;
}

/** Live rows of a table, by generation. */
export interface Survey {
  /** Of the generation, or a later one. */
  readonly current: number;
  /** Of an older one: the load did not bring them. */
  readonly old: number;
}

/** Counts the live rows of a table. */
export const surveyTable = async (ports: LiveRowPorts, request: SweepRequest): Promise<Survey> => {
  const survey = { current: 0, old: 0 };
  for await (const rows of liveRows(ports, prefixOf(request))) {
    const old = rows.filter((row) => isOld(row, request)).length;
    survey.old += old;
    survey.current += rows.length - old;
  }
  return survey;
};

/** Puts a tombstone on the stream for each row of an older generation; gives their keys, page by page. Safe to repeat. */
export async function* sweepTable(
  ports: LiveRowPorts,
  publish: Publish,
  request: SweepRequest,
): AsyncGenerator<readonly SourceRowKey[]> {
  for await (const rows of liveRows(ports, prefixOf(request))) {
    const old = rows.filter((row) => isOld(row, request));
    if (old.length === 0) continue;
    await publish(old.map((row) => messageOf(request, row)));
    yield old.map(({ rowKey }) => rowKey);
  }
}

const prefixOf = ({ source, table }: SweepRequest): string =>
  sourceRowKey(source, table.table, ['']);

const isOld = ({ version }: LiveRow, { generation }: SweepRequest): boolean =>
  generationOf(version) < generation;

const messageOf = (
  { source, table, generation }: SweepRequest,
  { rowKey }: LiveRow,
): StreamMessage => {
  const parts = keyPartsOf(rowKey);
  const message: TombstoneMessage = {
    tributary: 'tombstone',
    source,
    table: table.table,
    key: Object.fromEntries(table.key.map((column, index) => [column, parts[index] ?? ''])),
    generation,
  };
  return { partitionKey: rowKey, bytes: new TextEncoder().encode(JSON.stringify(message)) };
};
