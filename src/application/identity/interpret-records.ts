/**
 * Interpretation of a batch: bytes from the stream become row changes, or go to quarantine, or are ignored.
 *
 * What cannot be understood will not be understood on a retry either, so it is held with its reason and acknowledged:
 * one poisoned record never blocks a shard.
 * @module
 */

import { FACT_UNIT_PREFIX } from '#application/shared/items.ts';
import type { Quarantine, StreamRecord } from '#application/shared/ports.ts';
import type { ValueMap } from '#application/shared/table.ts';
import type { ChangeRecord, UpsertRecord } from '#domain/capture/change-record.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import type { Rejection } from '#domain/capture/rejection.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions, SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';
import {
  claimText,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { RowChange } from './row-change.ts';

/** Keyed hash of a normalised value: 22 characters, the same for the same namespace, scope and value. */
export type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

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
  const kind = table.kind === 'party' ? 'party' : 'fact';
  if (record.operation === 'delete') return success({ ...base, kind });
  const after = mapUpsert(pseudonymise, definitions, source, table, record);
  return after.ok ? success({ ...base, ...after.value }) : after;
};

type Mapped =
  | Pick<Extract<RowChange, { kind: 'party' }>, 'kind' | 'after'>
  | Pick<Extract<RowChange, { kind: 'fact' }>, 'kind' | 'after'>;

const mapUpsert = (
  pseudonymise: Pseudonymise,
  definitions: Definitions,
  source: SourceDefinition,
  table: TableDefinition,
  record: UpsertRecord,
): Result<Mapped, Rejection> => {
  const mapped = mapRow(record, source, table, definitions.namespaces);
  if (!mapped.ok) return mapped;
  const { identifiers, fields, brand } = mapped.value;
  const mayCreate = source.mayCreateCustomer;
  const said: ValueMap = { ...(fields as ValueMap), ...(brand === undefined ? {} : { brand }) };
  if (table.kind === 'party') {
    const evidence = unitOf(
      pseudonymise,
      record.rowKey as string as UnitKey,
      true,
      mayCreate,
      identifiers,
    );
    return success({ kind: 'party', after: { evidence, fields: partyFields(said, identifiers) } });
  }
  const contribution = { as: table.as, fields: said };
  if (identifiers.length === 0) return success({ kind: 'fact', after: { contribution } });
  const unit = factUnit(pseudonymise, mayCreate, identifiers);
  return success({ kind: 'fact', after: { unit, contribution } });
};

// A party row shows its identifiers in the profile, so it keeps them beside its fields.
const partyFields = (fields: ValueMap, identifiers: readonly Identifier[]): ValueMap => ({
  ...fields,
  identifiers: identifiers.map(({ namespace, scope, value, verified }) => ({
    namespace,
    ...(scope === undefined ? {} : { scope }),
    value,
    verified,
  })),
});

const unitOf = (
  pseudonymise: Pseudonymise,
  key: UnitKey,
  party: boolean,
  mayCreate: boolean,
  identifiers: readonly Identifier[],
): EvidenceUnit => ({
  key,
  party,
  mayCreate,
  claims: orderedClaims(
    identifiers.map(({ namespace, scope, value, verified }) => ({
      identifier: identifierKey(namespace, scope, pseudonymise(namespace, scope, value)),
      verified,
    })),
  ),
});

/** The unit of all facts that carry these identifiers: its key is the pseudonym of the set. */
export const factUnit = (
  pseudonymise: Pseudonymise,
  mayCreate: boolean,
  identifiers: readonly Identifier[],
): EvidenceUnit => {
  const unit = unitOf(pseudonymise, '' as UnitKey, false, mayCreate, identifiers);
  const said = [mayCreate ? 'c' : '-', ...unit.claims.map(claimText)].join(' ');
  return { ...unit, key: `${FACT_UNIT_PREFIX}${pseudonymise('unit', undefined, said)}` as UnitKey };
};

/** The latest change of every row, which carries the sequence numbers of all. */
export const foldToLatest = (changes: readonly RowChange[]): readonly RowChange[] =>
  [...groupBy(changes, (change) => change.rowKey).values()].map((ofRow) => {
    const latest = ofRow.reduce((a, b) => (b.version > a.version ? b : a));
    return { ...latest, sequences: ofRow.flatMap((change) => change.sequences) };
  });
