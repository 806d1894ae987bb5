/**
 * DMS records: the JSON of AWS Database Migration Service for a Kinesis target, byte for byte as our replications are
 * set up (message format `json-unformatted`, null columns included, transaction details, partition values, before
 * images, partition by primary key).
 *
 * Keys keep the order that DMS has: data, before-image, metadata. PostgreSQL logs only the key of a deleted row, so a
 * delete names the key and has null elsewhere; a before-image holds the old key when it changed and nothing otherwise.
 * Source: aws.md 1.1-1.5 (captured records).
 * @module
 */
import { sourceRowKey } from '#domain/capture/source-row.ts';
import { must } from '#domain/shared/assert.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { type Column, type ColumnText, renderValue } from './column-values.ts';
import { streamPosition } from './stream-position.ts';

/** A captured table as records describe it. */
export interface CapturedTable {
  /** Source id: the replication renames schema `public` to it. */
  readonly source: string;
  readonly table: string;
  readonly columns: readonly Column[];
  /** Primary key columns, in key order. */
  readonly key: readonly string[];
}

/** Column values in PostgreSQL's text form. */
export type RowText = Readonly<Record<string, ColumnText>>;

/** One record for the stream. */
export interface StreamRecord {
  readonly partitionKey: string;
  /** One line of JSON, newline included. */
  readonly text: string;
}

/** Where a change stands in its transaction. */
export interface ChangeDetails {
  readonly transactionId: number;
  /** 1 for the first record. */
  readonly recordId: number;
  readonly previous?: { readonly transactionId: number; readonly recordId: number };
  /** Microseconds since 1970. */
  readonly committedAt: bigint;
  readonly commitLsn: string;
}

/** What every record of a capture has in common. */
export interface RecordContext {
  /** Load generation, 1 to 9999; added to each row as column `_c360_gen`. */
  readonly generation: number;
  /** When the record is made, epoch milliseconds. */
  readonly now: number;
}

/** Column that carries the load generation, added by a transformation rule. */
const GENERATION_COLUMN = '_c360_gen';

/** A change of one row. */
export type RowChange =
  | { readonly operation: 'load' | 'insert'; readonly row: RowText }
  | { readonly operation: 'update'; readonly row: RowText; readonly oldKey?: RowText }
  | { readonly operation: 'delete'; readonly row: RowText };

/** Makes the record of a row change; `details` are absent for a load row. */
export const rowRecord = (
  table: CapturedTable,
  change: RowChange,
  context: RecordContext,
  details?: ChangeDetails,
): StreamRecord => {
  const partitionKey = rowKey(table, change.row);
  const metadata: JsonObject = {
    timestamp: microseconds(BigInt(context.now) * 1000n),
    'record-type': 'data',
    operation: change.operation,
    'partition-key-type': 'primary-key',
    'partition-key-value': partitionKey,
    'schema-name': table.source,
    'table-name': table.table,
    ...(details ? transactionDetails(details) : {}),
  };
  const data = { ...rowData(table, change), [GENERATION_COLUMN]: generationText(context) };
  return {
    partitionKey,
    text: line({ data, ...beforeImage(table, change), metadata }),
  };
};

/** Makes the control record of a table's definition, which precedes its load. */
export const createTableRecord = (
  table: CapturedTable,
  task: string,
  context: Pick<RecordContext, 'now'>,
): StreamRecord => {
  const generation: Column = { name: GENERATION_COLUMN, type: 'STRING', nullable: true };
  const columns = Object.fromEntries(
    [...table.columns, ...(table.source === '' ? [] : [generation])].map(
      ({ name, type, nullable }) => [name, { nullable, type: type === 'NCLOB' ? 'STRING' : type }],
    ),
  );
  return {
    partitionKey: `${task}.${table.source}.${table.table}`,
    text: line({
      control: { 'table-def': { columns, 'primary-key': table.key } },
      metadata: {
        timestamp: microseconds(BigInt(context.now) * 1000n),
        'record-type': 'control',
        operation: 'create-table',
        'partition-key-type': 'task-id',
        'partition-key-value': task,
        'schema-name': table.source,
        'table-name': table.table,
      },
    }),
  };
};

/** `2026-03-01T02:00:00.123456Z`. */
export const microseconds = (micros: bigint): string => {
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
};

const rowKey = ({ source, table, key }: CapturedTable, row: RowText): string =>
  sourceRowKey(
    source,
    table,
    key.map((column) => must(row[column], `key column ${column} of ${source}.${table}`)),
  );

const rowData = ({ columns, key }: CapturedTable, change: RowChange): JsonObject => {
  const data: Record<string, Json> = {};
  for (const { name, type } of columns) {
    const text = change.operation === 'delete' && !key.includes(name) ? null : change.row[name];
    if (text !== undefined) data[name] = renderValue(type, text);
  }
  return data;
};

const beforeImage = ({ columns }: CapturedTable, change: RowChange): JsonObject => {
  if (change.operation !== 'update') return {};
  const before: Record<string, Json> = {};
  for (const { name, type } of columns) {
    const text = change.oldKey?.[name];
    if (text !== undefined) before[name] = renderValue(type, text);
  }
  return { 'before-image': before };
};

const transactionDetails = (details: ChangeDetails): JsonObject => ({
  'transaction-id': details.transactionId,
  'transaction-record-id': details.recordId,
  ...(details.previous
    ? {
        'prev-transaction-id': details.previous.transactionId,
        'prev-transaction-record-id': details.previous.recordId,
      }
    : {}),
  'commit-timestamp': microseconds(details.committedAt),
  'stream-position': streamPosition(details.commitLsn, details.recordId),
});

const generationText = ({ generation }: RecordContext): string =>
  String(generation).padStart(4, '0');

const line = (record: JsonObject): string => `${JSON.stringify(record)}\n`;
