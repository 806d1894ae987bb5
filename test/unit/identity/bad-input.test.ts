/**
 * Bad input, from the bytes to the table: each is held or ignored, and counted; its neighbours are applied; nothing else
 * changes and nothing is lost.
 */
import { describe, expect, test } from 'vitest';
import { contributionsIn } from '#application/shared/contributions.ts';
import type { HeldRecord } from '#application/shared/ports.ts';
import { positionsIn } from '#application/shared/positions.ts';
import { dmsControlText, dmsRecord, dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline } from '../../support/pipeline.ts';

const POISON = [
  ['not JSON', '{"data":', 'not-json'],
  ['bytes that are no text', new Uint8Array([0xff, 0xfe]), 'not-json'],
  ['JSON that is no object', '[1,2]', 'wrong-shape'],
  ['an object of another shape', '{"hello":"world"}', 'wrong-shape'],
  ['data that is no object', JSON.stringify({ ...dmsRecord(), data: 7 }), 'wrong-shape'],
  ['nesting without end', `{"a":${'['.repeat(50)}${']'.repeat(50)}}`, 'too-deep'],
  ['an unknown source', dmsText({ source: 'nowhere' }), 'unknown-source'],
  ['an unknown table', dmsText({ table: 'nowhere' }), 'unknown-table'],
  ['an unknown operation', dmsText({ operation: 'merge' }), 'bad-operation'],
  ['no primary key', dmsText({ data: { amt: '1.00' } }), 'missing-key'],
  ['an unsafe integer key', dmsText({ data: { receipt_no: 2 ** 53 + 2 } }), 'unsafe-key'],
  ['an unparseable position', dmsText({ position: 'soon' }), 'bad-position'],
  [
    'an amount that cannot be read',
    dmsText({ data: { receipt_no: 'R9', amt: 'ten', ccy: 'HKD' } }),
    'unmappable',
  ],
  [
    'an unknown table of 1 MiB',
    dmsText({ table: 'blobs', data: { id: 'x'.repeat(2 ** 20) } }),
    'unknown-table',
  ],
] as const;

const NOTHING = [
  ['empty data', ''],
  ['a tombstone of Debezium', '{"schema":null,"payload":null}'],
  ['control drop-table', dmsControlText('drop-table')],
  [
    'a bookkeeping delete',
    dmsText({ table: 'awsdms_apply_exceptions', operation: 'delete', data: { TASK: 't' } }),
  ],
  ['a row of schema ""', dmsText({ source: '', table: 'awsdms_status', data: { task: 't' } })],
  ['a reference row', dmsText({ table: 'receipt_line', data: { receipt_no: 'R1', line_no: 1 } })],
] as const;

const card = (receipt: string, no = '700100200') => ({
  receipt_no: receipt,
  card_no: no,
  amt: '12.50',
  ccy: 'HKD',
  brand_code: 'A',
  sold_at: '2026-11-22T10:00:00Z',
});

const before = dmsText({ data: card('R1') });
const after = dmsText({ data: card('R2') });

/** What the table holds when only the good records were there. */
const tableOf = async (...texts: readonly string[]) => {
  const pipeline = aPipeline();
  await pipeline.resolve(...texts);
  return pipeline.table.dump();
};

describe('poison between two good records', () => {
  test.each(POISON)('%s is held with its reason', async (_, data, reason) => {
    const { resolve, quarantine, table } = aPipeline();
    const report = await resolve(before, data, after);
    expect(report).toMatchObject({
      received: 3,
      quarantined: 1,
      ignored: 0,
      applied: 2,
      failed: [],
    });
    expect(table.dump()).toEqual(await tableOf(before, after));
    const [held] = quarantine.held();
    expect(held).toMatchObject({
      reason,
      origin: { shard: 'shardId-000000000000', sequence: '2' },
    });
    expect(held?.bytes).toEqual(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  });

  test.each(NOTHING)('%s is ignored', async (_, data) => {
    const { resolve, quarantine, table } = aPipeline();
    const report = await resolve(before, data, after);
    expect(report).toMatchObject({
      received: 3,
      quarantined: 0,
      ignored: 1,
      applied: 2,
      failed: [],
    });
    expect(table.dump()).toEqual(await tableOf(before, after));
    expect(quarantine.held()).toEqual([]);
  });

  test('all of it at once holds each one, and no row is touched', async () => {
    const { resolve, quarantine, table } = aPipeline();
    const report = await resolve(
      ...POISON.map(([, data]) => data),
      ...NOTHING.map(([, data]) => data),
    );
    expect(report).toMatchObject({
      quarantined: POISON.length,
      ignored: NOTHING.length,
      applied: 0,
      failed: [],
    });
    expect(quarantine.held()).toHaveLength(POISON.length);
    expect(table.dump()).toEqual([]);
  });

  test('a control record drops nothing that is there', async () => {
    const { resolve, table } = aPipeline();
    await resolve(before);
    const kept = table.dump();
    for (const operation of ['drop-table', 'create-table', 'truncate-table'])
      await resolve(dmsControlText(operation));
    expect(table.dump()).toEqual(kept);
  });

  test('an empty batch is nothing', async () => {
    const { resolve, table } = aPipeline();
    expect(await resolve()).toMatchObject({ received: 0, applied: 0, failed: [], lagMs: {} });
    expect(table.dump()).toEqual([]);
  });
});

describe('odd but good records', () => {
  test('of 1 MiB are applied', async () => {
    const { resolve, quarantine, table } = aPipeline();
    const note = 'x'.repeat(2 ** 20);
    const report = await resolve(
      dmsText({ data: { ...card('R1'), note } }),
      dmsText({
        source: 'crm',
        table: 'contact',
        data: { contact_no: 'C1', display_name: note, residence: note },
      }),
    );
    expect(report).toMatchObject({ applied: 2, quarantined: 0, failed: [] });
    expect(quarantine.held()).toEqual([]);
    expect(Math.max(...table.dump().map((item) => JSON.stringify(item).length))).toBeLessThan(
      2_000,
    );
  });

  test('with keys that reach for prototypes are applied without them', async () => {
    const { resolve, table } = aPipeline();
    const poisoned = before.replace(
      '"amt"',
      '"__proto__":{"amt":"99.00","polluted":1},"constructor":1,"amt"',
    );
    expect(await resolve(poisoned)).toMatchObject({ applied: 1, failed: [] });
    expect(table.dump()).toEqual(await tableOf(before));
    expect({}).not.toHaveProperty('polluted');
  });

  test('named like members of every object are rows like any other', async () => {
    const { resolve, table } = aPipeline();
    const rows = ['__proto__', 'constructor', 'toString', 'a.b%c', '金#1'];
    const report = await resolve(...rows.map((no) => dmsText({ data: card(no) })));
    expect(report).toMatchObject({ applied: rows.length, quarantined: 0, failed: [] });
    const buckets = table.dump().filter(({ sk }) => sk === 'BUCKET');
    expect(new Set(buckets.flatMap(contributionsIn).map(({ rowKey }) => rowKey))).toHaveLength(
      rows.length,
    );
  });

  test('that say nothing of anybody are noted', async () => {
    const { resolve, table } = aPipeline();
    await resolve(
      dmsText({
        data: { receipt_no: 'R1', card_no: 'NULL', mobile: '13800138000', amt: '1', ccy: 'HKD' },
      }),
    );
    const kept = table.dump().map(({ pk }) => pk);
    expect(kept.filter((pk) => !pk.startsWith('Q#'))).toEqual(['FRESHNESS', 'R#pos.receipt.R1']);
    expect(kept.filter((pk) => pk.startsWith('Q#'))).toHaveLength(2);
  });
});

describe('a quarantine that cannot be reached', () => {
  const broken = (reasons: readonly string[]) => ({
    hold: async ({ reason }: HeldRecord) => {
      if (reasons.includes(reason)) throw new Error('no bucket');
    },
  });

  test('has the record delivered again, while its neighbours are applied', async () => {
    const { resolve, table } = aPipeline({ quarantine: broken(['not-json']) });
    const report = await resolve(before, 'poison', after, '[]');
    expect(report).toMatchObject({ failed: ['2'], quarantined: 1, applied: 2 });
    expect(table.dump().filter(({ sk }) => sk === 'ROW')).toHaveLength(2);
  });

  test('and freshness stops before it', async () => {
    const { resolve, table } = aPipeline({ quarantine: broken(['not-json']) });
    const early = dmsText({
      data: card('R1'),
      position: '0/1',
      committedAt: '2026-11-22T08:00:00Z',
    });
    const late = dmsText({
      data: card('R2'),
      position: '0/2',
      committedAt: '2026-11-22T08:00:05Z',
    });
    const { lagMs } = await resolve(early, 'poison', late);
    expect(lagMs).toEqual({ pos: 10_000 });
    expect(positionsIn(table.dump().find(({ pk }) => pk === 'FRESHNESS'))).toMatchObject([
      { source: 'pos', committedAt: Date.UTC(2026, 10, 22, 8) },
    ]);
  });
});

test('no reason, detail or key in the table shows a personal value', async () => {
  const { resolve, quarantine, table } = aPipeline();
  const phone = '91234567';
  await resolve(
    dmsText({ data: { ...card('R1', phone), mobile: phone, market: 'HK' } }),
    dmsText({ source: phone }),
    dmsText({ position: phone }),
    `${phone}{`,
  );
  expect(
    quarantine
      .held()
      .map(({ reason, detail }) => `${reason} ${detail}`)
      .join(),
  ).not.toContain(phone);
  expect(JSON.stringify(table.dump())).not.toContain(phone);
});
