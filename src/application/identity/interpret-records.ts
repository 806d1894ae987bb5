/**
 * Interpretation of a batch: bytes from the stream become row changes, or go to quarantine, or are ignored.
 *
 * What cannot be understood will not be understood on a retry either, so it is held with its reason and acknowledged:
 * one poisoned record never blocks a shard.
 * @module
 */
import type { Quarantine, StreamRecord } from '#application/shared/ports.ts';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { checkQuality, type RowDefect } from '#domain/capture/check-quality.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { QualityNote } from '#domain/capture/mapped-row.ts';
import { type Rejection, reject } from '#domain/capture/rejection.ts';
import { isPastRetention } from '#domain/capture/retention.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions, TableDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { foldToLatest } from './join-changes.ts';
import { type Pseudonymise, readFactChange, readPartyChange, type Said } from './read-row.ts';
import type { RowChange } from './row-change.ts';

/** What interpretation needs. */
export interface InterpretationPorts {
  readonly quarantine: Quarantine;
  readonly pseudonymise: Pseudonymise;
}

/** A batch, understood. */
export interface Interpretation {
  /** One change per row: the one with the highest version. */
  readonly changes: readonly RowChange[];
  readonly ignored: number;
  readonly quarantined: number;
  /** What data-quality rules and the mapping found, of held records too. */
  readonly defects: readonly RowDefect[];
  /** Sequence numbers whose quarantine failed; they must be delivered again. */
  readonly failed: readonly string[];
}

/** Interprets a batch. Never throws for what a record says; a quarantine that fails is reported per record. */
export const interpretRecords = async (
  ports: InterpretationPorts,
  definitions: Definitions,
  records: readonly StreamRecord[],
): Promise<Interpretation> => {
  const defects: RowDefect[] = [];
  const read = records.map((record) => ({
    record,
    result: interpret(ports, definitions, record, defects),
  }));
  const rejected = read.flatMap(({ record, result }) =>
    result.ok ? [] : [{ record, error: result.error }],
  );
  const held = await Promise.allSettled(
    rejected.map(({ record, error }) => ports.quarantine.hold(heldRecord(record, error))),
  );
  const understood = read.flatMap(({ result }) => (result.ok ? [result.value] : []));
  return {
    changes: foldToLatest(understood.flat()),
    ignored: understood.filter((changes) => changes.length === 0).length,
    quarantined: held.filter(({ status }) => status === 'fulfilled').length,
    defects,
    failed: rejected.flatMap(({ record }, index) =>
      held[index]?.status === 'rejected' ? [record.sequenceNumber] : [],
    ),
  };
};

const heldRecord = (record: StreamRecord, { reason, detail }: Rejection) => ({
  bytes: record.bytes,
  reason,
  detail,
  origin: {
    shard: record.shardId,
    sequence: record.sequenceNumber,
    arrivedAt: record.arrivedAt,
  },
});

/** The changes of one stream record; none when it is ignored. What is wrong with its rows is added to `defects`. */
const interpret = (
  ports: InterpretationPorts,
  definitions: Definitions,
  record: StreamRecord,
  defects: RowDefect[],
): Result<readonly RowChange[], Rejection> => {
  const decoded = decodeChange(record.bytes, definitions);
  if (!decoded.ok) return decoded;
  if (decoded.value.kind === 'ignored') return success([]);
  const changes: RowChange[] = [];
  const former = formerRow(decoded.value.records);
  for (const change of decoded.value.records) {
    if (isExpired(definitions, change, record.arrivedAt)) continue;
    const { pseudonymise } = ports;
    const mapped = toRowChange(pseudonymise, definitions, change, record.sequenceNumber, defects);
    if (!mapped.ok) return mapped;
    changes.push(former ? renamed(mapped.value, former) : mapped.value);
  }
  return success(changes);
};

const isExpired = ({ sources }: Definitions, record: ChangeRecord, arrivedAt: number): boolean => {
  const source = must(sources[record.source], 'source of a decoded record');
  const table = must(source.tables[record.table], 'table of a decoded record');
  return isPastRetention(record, source, table, arrivedAt);
};

const renamed = (change: RowChange, former: SourceRowKey): RowChange =>
  change.kind === 'party' && change.after ? { ...change, renamedFrom: former } : change;

// A primary key change is a tombstone and an upsert in one record.
const formerRow = ([first, second]: readonly ChangeRecord[]) =>
  first?.operation === 'delete' && second?.operation === 'upsert' ? first.rowKey : undefined;

const toRowChange = (
  pseudonymise: Pseudonymise,
  definitions: Definitions,
  record: ChangeRecord,
  sequence: string,
  defects: RowDefect[],
): Result<RowChange, Rejection> => {
  const source = must(definitions.sources[record.source], 'source of a decoded record');
  const table = must(source.tables[record.table], 'table of a decoded record');
  const base = {
    rowKey: record.rowKey,
    source: record.source,
    version: record.version,
    ...(record.committedAt === undefined ? {} : { committedAt: record.committedAt }),
    sequences: [sequence],
  };
  if (table.kind === 'heartbeat') return success({ ...base, kind: 'heartbeat' });
  const checked = checkRecord(record, table, defects);
  if (!checked.ok) return checked;
  const note = (notes: readonly QualityNote[]) => defects.push(...notes.map(noted(record)));
  const reading = { source, table, namespaces: definitions.namespaces, pseudonymise, note };
  const read = table.kind === 'party' ? readPartyChange : readFactChange;
  const said: Result<Said, Rejection> = read(reading, checked.value);
  return said.ok ? success({ ...base, ...said.value }) : said;
};

/** The record with its fixes made; fails with `quality` when a rule holds such rows back. */
const checkRecord = (
  record: ChangeRecord,
  table: TableDefinition,
  defects: RowDefect[],
): Result<ChangeRecord, Rejection> => {
  if (record.operation === 'delete' || table.quality === undefined) return success(record);
  const checked = checkQuality(record.row, table.quality, record.partial);
  defects.push(...checked.defects.map((defect) => ({ ...defect, ...rowOf(record) })));
  const held = checked.defects.find(({ severity }) => severity === 'quarantine');
  return held === undefined
    ? success({ ...record, row: checked.row })
    : reject(
        'quality',
        `Column "${held.column}" breaks rule "${held.rule}" of table "${table.table}".`,
      );
};

const rowOf = ({ source, table, rowKey, version }: ChangeRecord) => ({
  source,
  table,
  rowKey,
  version,
});

/** A value that could not be mapped was left out: the row stays, and its owner should know. */
const noted =
  (record: ChangeRecord) =>
  ({ code, column }: QualityNote): RowDefect => ({
    rule: code,
    column,
    severity: 'warn',
    ...rowOf(record),
  });
