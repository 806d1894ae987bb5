/**
 * The bytes that local capture writes, against literal text in the shape that DMS writes them.
 */
import { describe, expect, test } from 'vitest';
import type { CapturedTable, ChangeDetails } from '../../../local/capture/dms-records.ts';
import { createTableRecord, microseconds, rowRecord } from '../../../local/capture/dms-records.ts';

const ticket: CapturedTable = {
  source: 'desk',
  table: 'ticket',
  columns: [
    { name: 'ticket_id', type: 'STRING', nullable: false },
    { name: 'caller', type: 'NCLOB', nullable: true },
    { name: 'fee', type: 'NUMERIC', nullable: true },
    { name: 'raised_at', type: 'DATETIME', nullable: true },
  ],
  key: ['ticket_id'],
};

const shelf: CapturedTable = {
  source: 'desk',
  table: 'shelf',
  columns: [
    { name: 'room', type: 'NCLOB', nullable: false },
    { name: 'place', type: 'INT16', nullable: false },
  ],
  key: ['room', 'place'],
};

const context = { generation: 3, now: Date.UTC(2026, 2, 1, 2, 0, 0, 691) };

const details: ChangeDetails = {
  transactionId: 904,
  recordId: 1,
  committedAt: 1_772_330_400_974_340n,
  commitLsn: '2/7C007178',
};

const row = {
  ticket_id: '9007199254740993',
  caller: '陳小姐',
  fee: '12.50',
  raised_at: '2026-03-01 02:00:00.5+00',
};

const ROW =
  '{"ticket_id":"9007199254740993","caller":"陳小姐","fee":12.5,"raised_at":"2026-03-01T02:00:00.500000Z","_c360_gen":"0003"}';
const HEAD =
  '"metadata":{"timestamp":"2026-03-01T02:00:00.691000Z","record-type":"data","operation":';
const PLACE =
  '"partition-key-type":"primary-key","partition-key-value":"desk.ticket.9007199254740993","schema-name":"desk","table-name":"ticket"';
const COMMIT =
  '"commit-timestamp":"2026-03-01T02:00:00.974340Z","stream-position":"00000002/7C007178.1.00000002/7C007178"';

describe('a row change', () => {
  test('load: no transaction, no position', () => {
    expect(rowRecord(ticket, { operation: 'load', row }, context)).toEqual({
      partitionKey: 'desk.ticket.9007199254740993',
      text: `{"data":${ROW},${HEAD}"load",${PLACE}}}\n`,
    });
  });

  test('insert: transaction details and position', () => {
    expect(rowRecord(ticket, { operation: 'insert', row }, context, details).text).toBe(
      `{"data":${ROW},${HEAD}"insert",${PLACE},"transaction-id":904,"transaction-record-id":1,${COMMIT}}}\n`,
    );
  });

  test('update that keeps the key: an empty before-image; the transaction before is named', () => {
    const chained = { ...details, previous: { transactionId: 903, recordId: 2 } };
    expect(rowRecord(ticket, { operation: 'update', row }, context, chained).text).toBe(
      `{"data":${ROW},"before-image":{},${HEAD}"update",${PLACE},"transaction-id":904,"transaction-record-id":1,"prev-transaction-id":903,"prev-transaction-record-id":2,${COMMIT}}}\n`,
    );
  });

  test('update of the key: the old key alone in the before-image, routed by the new key', () => {
    const oldKey = { ticket_id: '41', caller: undefined };
    expect(rowRecord(ticket, { operation: 'update', row, oldKey }, context, details)).toEqual({
      partitionKey: 'desk.ticket.9007199254740993',
      text: `{"data":${ROW},"before-image":{"ticket_id":"41"},${HEAD}"update",${PLACE},"transaction-id":904,"transaction-record-id":1,${COMMIT}}}\n`,
    });
  });

  test('delete: the key is real, the rest is null', () => {
    const change = { operation: 'delete', row: { ticket_id: '9007199254740993' } } as const;
    expect(rowRecord(ticket, change, context, details).text).toBe(
      `{"data":{"ticket_id":"9007199254740993","caller":null,"fee":null,"raised_at":null,"_c360_gen":"0003"},${HEAD}"delete",${PLACE},"transaction-id":904,"transaction-record-id":1,${COMMIT}}}\n`,
    );
  });

  test('a large value that did not change is absent, not null', () => {
    const change = { operation: 'update', row: { ...row, caller: undefined } } as const;
    expect(rowRecord(ticket, change, context, details).text).toContain(
      '{"data":{"ticket_id":"9007199254740993","fee":12.5,',
    );
  });

  test.each([
    [{ room: 'A.1', place: '7' }, 'desk.shelf.A%2E1.7'],
    [{ room: '100%', place: '-1' }, 'desk.shelf.100%25.-1'],
  ])('a key of several columns is joined and escaped: %j', (values, key) => {
    expect(rowRecord(shelf, { operation: 'load', row: values }, context).partitionKey).toBe(key);
  });
});

test('the definition of a table is a control record of the task', () => {
  expect(createTableRecord(ticket, 'task-7', context)).toEqual({
    partitionKey: 'task-7.desk.ticket',
    text: '{"control":{"table-def":{"columns":{"ticket_id":{"nullable":false,"type":"STRING"},"caller":{"nullable":true,"type":"STRING"},"fee":{"nullable":true,"type":"NUMERIC"},"raised_at":{"nullable":true,"type":"DATETIME"},"_c360_gen":{"nullable":true,"type":"STRING"}},"primary-key":["ticket_id"]}},"metadata":{"timestamp":"2026-03-01T02:00:00.691000Z","record-type":"control","operation":"create-table","partition-key-type":"task-id","partition-key-value":"task-7","schema-name":"desk","table-name":"ticket"}}\n',
  });
});

test.each([
  [0n, '1970-01-01T00:00:00.000000Z'],
  [1_772_330_400_000_007n, '2026-03-01T02:00:00.000007Z'],
])('%d microseconds are %s', (micros, text) => {
  expect(microseconds(micros)).toBe(text);
});
