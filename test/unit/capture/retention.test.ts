import { describe, expect, test } from 'vitest';
import { isPastRetention } from '#domain/capture/retention.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { aSource, aTable } from '../../support/builders/definitions.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { rowKey, version } from '../../support/builders/rows.ts';
import { aPipeline, NOW } from '../../support/pipeline.ts';

const DAY = 86_400_000;
const retention = { days: 30, received: 'received_at' };
const events = aTable({ table: 'visit', key: ['id'], kind: 'event', retention });

const record = (row: JsonObject) => ({
  operation: 'upsert' as const,
  source: 'pos',
  table: 'visit',
  rowKey: rowKey('pos.visit.1'),
  version: version(1),
  row,
});

const ago = (ms: number): string => new Date(NOW - ms).toISOString();

describe('an event is past its retention', () => {
  test.each([
    ['received a moment too early', { received_at: ago(30 * DAY + 1) }, true],
    ['received at the last moment', { received_at: ago(30 * DAY) }, false],
    ['that happened long ago and came late', { received_at: ago(0), at: ago(900 * DAY) }, false],
    ['received at nobody knows when', { received_at: null }, false],
    ['with a time that is none', { received_at: 'soon' }, false],
  ])('%s: %s', (_, row, expected) => {
    expect(isPastRetention(record(row), aSource(), events, NOW)).toBe(expected);
  });

  test('unless its table keeps everything', () => {
    const kept = aTable({ table: 'visit', key: ['id'], kind: 'event' });
    const old = record({ received_at: ago(900 * DAY) });
    expect(isPastRetention(old, aSource(), kept, NOW)).toBe(false);
  });
});

test('of the events of the demo those within their retention are kept', async () => {
  const { resolve, table } = aPipeline();
  const event = (id: string, days: number) =>
    dmsText({
      source: 'shop',
      table: 'behaviour_event',
      operation: 'load',
      data: { event_id: id, account_id: 7, event: 'searched', received_at: ago(days * DAY) },
    });
  const { applied, ignored, quarantined } = await resolve(event('E1', 181), event('E2', 179));
  expect({ applied, ignored, quarantined }).toEqual({ applied: 1, ignored: 1, quarantined: 0 });
  expect(table.dump().some(({ pk }) => pk.includes('E1'))).toBe(false);
});
