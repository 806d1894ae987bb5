/**
 * Bookkeeping: the rows of DMS's own tables, which travel on the stream like data, with schema `""`.
 *
 * `awsdms_status` is what moves freshness where a source allows no heartbeat rows. A task clears its old entries when
 * it starts, so deletes are among them.
 * Source: AWS DMS user guide, "Control table task settings"; aws.md 1.1 (captured records).
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';
import {
  type CapturedTable,
  createTableRecord,
  microseconds,
  type StreamRecord,
} from './dms-records.ts';
import { padLsn } from './stream-position.ts';

/** What a task says about itself. */
export interface TaskStatus {
  /** Name of the task; it ends in the source id. */
  readonly task: string;
  readonly phase: 'FULL LOAD' | 'CHANGE PROCESSING';
  /** Highest position read from the log, `0/17C0078`. */
  readonly position: string;
  /** Changes read and not yet on the stream. */
  readonly pendingChanges: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

const SERVER = 'local-capture';

const text = (name: string) => ({ name, type: 'STRING', nullable: true }) as const;
const key = (name: string) => ({ name, type: 'STRING', nullable: false }) as const;

const bookkeepingTable = (table: string, columns: readonly string[]): CapturedTable => ({
  source: '',
  table,
  columns: [key('server_name'), key('task_name'), ...columns.map(text)],
  key: ['server_name', 'task_name'],
});

const TABLES = [
  bookkeepingTable('awsdms_apply_exceptions', [
    'TABLE_OWNER',
    'TABLE_NAME',
    'ERROR_TIME',
    'STATEMENT',
    'ERROR',
  ]),
  bookkeepingTable('awsdms_suspended_tables', [
    'table_owner',
    'table_name',
    'suspend_reason',
    'suspend_timestamp',
  ]),
  bookkeepingTable('awsdms_history', [
    'timeslot_type',
    'timeslot',
    'timeslot_latency',
    'timeslot_records',
  ]),
  bookkeepingTable('awsdms_status', [
    'task_status',
    'status_time',
    'pending_changes',
    'source_current_position',
  ]),
] as const;

/** What a task writes when it starts: its tables, and the removal of entries of an earlier run. */
export const taskStartRecords = (task: string, now: number): readonly StreamRecord[] => [
  ...TABLES.map((table) => createTableRecord(table, task, { now })),
  bookkeepingRecord('awsdms_suspended_tables', 'delete', task, now, {
    table_owner: null,
    table_name: null,
    suspend_reason: null,
    suspend_timestamp: null,
  }),
];

/** The row that a task keeps about itself; written anew every few seconds. */
export const statusRecord = (status: TaskStatus): StreamRecord =>
  bookkeepingRecord('awsdms_status', 'update', status.task, status.now, {
    task_status: status.phase,
    status_time: microseconds(BigInt(status.now) * 1000n),
    pending_changes: status.pendingChanges,
    source_current_position: `${padLsn(status.position)}.NOW`,
  });

/** One line of a task's history: how many records a span of time had. */
export const historyRecord = (status: TaskStatus, records: number): StreamRecord =>
  bookkeepingRecord('awsdms_history', 'insert', status.task, status.now, {
    timeslot_type: status.phase,
    timeslot: microseconds(BigInt(status.now) * 1000n),
    timeslot_latency: 0,
    timeslot_records: records,
  });

const bookkeepingRecord = (
  table: string,
  operation: 'insert' | 'update' | 'delete',
  task: string,
  now: number,
  columns: JsonObject,
): StreamRecord => {
  const names = { server_name: SERVER, task_name: task };
  const record = {
    data: { ...names, ...columns },
    ...(operation === 'update' ? { 'before-image': names } : {}),
    metadata: {
      timestamp: microseconds(BigInt(now) * 1000n),
      'record-type': 'data',
      operation,
      'partition-key-type': 'schema-table',
      'schema-name': '',
      'table-name': table,
      'transaction-id': 1,
      'transaction-record-id': 1,
    },
  };
  return { partitionKey: `.${table}`, text: `${JSON.stringify(record)}\n` };
};
