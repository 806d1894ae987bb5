/**
 * DMS records as they arrive on the stream: same keys and order of keys as real ones, values of our own.
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';

/** What a test says of a data record; the rest is ordinary. */
export interface DmsRecordParts {
  readonly source?: string;
  readonly table?: string;
  readonly operation?: string;
  readonly data?: JsonObject;
  readonly before?: JsonObject;
  /** `stream-position` as DMS writes it. */
  readonly position?: string;
  /** `transaction-record-id`. */
  readonly record?: number;
  /** `commit-timestamp`. */
  readonly committedAt?: string;
  /** Further or other metadata; `undefined` removes a field. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A data record as an object. A load has no place in the log. */
export const dmsRecord = (parts: DmsRecordParts = {}): Readonly<Record<string, unknown>> => {
  const { source = 'pos', table = 'receipt', operation = 'insert' } = parts;
  const captured = operation === 'load' ? {} : transactionDetails(parts);
  return {
    ...(parts.before === undefined ? {} : { 'before-image': parts.before }),
    data: parts.data ?? { receipt_no: 'R1' },
    metadata: {
      timestamp: '2026-11-22T08:00:01.100000Z',
      'record-type': 'data',
      operation,
      'partition-key-type': 'primary-key',
      'schema-name': source,
      'table-name': table,
      ...captured,
      ...parts.metadata,
    },
  };
};

const transactionDetails = (parts: DmsRecordParts) => ({
  'transaction-id': 1139,
  'transaction-record-id': parts.record ?? 1,
  'commit-timestamp': parts.committedAt ?? '2026-11-22T08:00:00.974340Z',
  'stream-position': parts.position ?? '00000002/7C007178.3.00000002/7C007178',
});

/** A data record as its text on the stream. */
export const dmsText = (parts: DmsRecordParts = {}): string => JSON.stringify(dmsRecord(parts));

/** A control record as its text on the stream. */
export const dmsControlText = (operation: string, table = 'receipt', source = 'pos'): string =>
  JSON.stringify({
    control: {},
    metadata: {
      operation,
      'record-type': 'control',
      'partition-key-type': 'task-id',
      'partition-key-value': 'serv-res-id-1722195358878-yhru',
      'schema-name': source,
      'table-name': table,
      timestamp: '2026-11-22T08:00:00.000000Z',
    },
  });
