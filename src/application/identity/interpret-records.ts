/**
 * Interpretation of a batch: bytes from the stream become row changes, or go to quarantine, or are ignored.
 *
 * What cannot be understood will not be understood on a retry either, so it is held with its reason and acknowledged:
 * one poisoned record never blocks a shard.
 * @module
 */
import type { Quarantine, StreamRecord } from '#application/shared/ports.ts';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { Rejection } from '#domain/capture/rejection.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { foldToLatest } from './join-changes.ts';
import { type Pseudonymise, readFactChange, readPartyChange } from './read-row.ts';
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
  /** Sequence numbers whose quarantine failed; they must be delivered again. */
  readonly failed: readonly string[];
}

/** Interprets a batch. Never throws for what a record says; a quarantine that fails is reported per record. */
export const interpretRecords = async (
  ports: InterpretationPorts,
  definitions: Definitions,
  records: readonly StreamRecord[],
): Promise<Interpretation> => {
  const read = records.map((record) => ({ record, result: interpret(ports, definitions, record) }));
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

/** The changes of one stream record; none when it is ignored. */
const interpret = (
  ports: InterpretationPorts,
  definitions: Definitions,
  record: StreamRecord,
): Result<readonly RowChange[], Rejection> => {
  const decoded = decodeChange(record.bytes, definitions);
  if (!decoded.ok) return decoded;
  if (decoded.value.kind === 'ignored') return success([]);
  const changes: RowChange[] = [];
  const former = formerRow(decoded.value.records);
  for (const change of decoded.value.records) {
    const mapped = toRowChange(ports.pseudonymise, definitions, change, record.sequenceNumber);
    if (!mapped.ok) return mapped;
    changes.push(former ? renamed(mapped.value, former) : mapped.value);
  }
  return success(changes);
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
  const place = { source, table, namespaces: definitions.namespaces, pseudonymise };
  const said =
    table.kind === 'party' ? readPartyChange(place, record) : readFactChange(place, record);
  return said.ok ? success({ ...base, ...said.value }) : said;
};
