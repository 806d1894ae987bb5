import { describe, expect, test } from 'vitest';
import {
  historyRecord,
  statusRecord,
  taskStartRecords,
} from '../../../local/capture/bookkeeping.ts';

const NOW = Date.UTC(2026, 2, 1, 2);

const status = {
  task: 'tributary-local-pos',
  phase: 'CHANGE PROCESSING',
  position: '3B/E8003618',
  pendingChanges: 4,
  now: NOW,
} as const;

describe('bookkeeping', () => {
  test('the status row has no schema, and a position that is no change position', () => {
    expect(statusRecord(status)).toEqual({
      partitionKey: '.awsdms_status',
      text: '{"data":{"server_name":"local-capture","task_name":"tributary-local-pos","task_status":"CHANGE PROCESSING","status_time":"2026-03-01T02:00:00.000000Z","pending_changes":4,"source_current_position":"0000003B/E8003618.NOW"},"before-image":{"server_name":"local-capture","task_name":"tributary-local-pos"},"metadata":{"timestamp":"2026-03-01T02:00:00.000000Z","record-type":"data","operation":"update","partition-key-type":"schema-table","schema-name":"","table-name":"awsdms_status","transaction-id":1,"transaction-record-id":1}}\n',
    });
  });

  test('a task that starts defines its tables, exceptions first, and clears what it left', () => {
    const records = taskStartRecords('tributary-local-pos', NOW);
    expect(records.map(({ partitionKey }) => partitionKey)).toEqual([
      'tributary-local-pos..awsdms_apply_exceptions',
      'tributary-local-pos..awsdms_suspended_tables',
      'tributary-local-pos..awsdms_history',
      'tributary-local-pos..awsdms_status',
      '.awsdms_suspended_tables',
    ]);
    expect(records.at(-1)?.text).toContain('"operation":"delete"');
    expect(records.at(0)?.text).not.toContain('_c360_gen');
  });

  test('the history counts what a span of time had', () => {
    expect(historyRecord(status, 12).text).toContain('"timeslot_records":12');
  });
});
