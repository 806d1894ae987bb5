import { expect, test } from 'vitest';
import { reportQuality } from '#application/operate/quality-report.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import type { Item } from '#application/shared/table.ts';
import type { Definitions, QualityRule } from '#domain/definitions/types.ts';
import {
  aNamespace,
  aSource,
  aTable,
  someDefinitions,
} from '../../support/builders/definitions.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline } from '../../support/pipeline.ts';

const RULES: readonly QualityRule[] = [
  { rule: 'card-missing', column: 'card_no', check: 'required', severity: 'quarantine' },
  { rule: 'total-negative', column: 'amt', check: 'number', min: 0, severity: 'quarantine' },
  {
    rule: 'till-format',
    column: 'till',
    check: 'pattern',
    pattern: 'T\\d{2}',
    severity: 'quarantine',
  },
  {
    rule: 'sold-in-future',
    column: 'sold_at',
    check: 'date',
    to: '2026-12-31',
    severity: 'quarantine',
  },
  {
    rule: 'channel-known',
    column: 'channel',
    check: 'one-of',
    values: ['store', 'app'],
    severity: 'warn',
  },
  {
    rule: 'till-upper',
    column: 'clerk',
    check: 'pattern',
    pattern: '[^a-z]*',
    severity: 'fix',
    fix: 'upper',
  },
];

const receipt = aTable({
  identifiers: [{ namespace: 'card', column: 'card_no', verified: true }],
  fields: {
    total: { type: 'money', column: 'amt', currency: { value: 'HKD' } },
    clerk: { type: 'text', column: 'clerk' },
  },
  quality: RULES,
});
const member = aTable({
  table: 'member',
  key: ['id'],
  kind: 'party',
  as: 'party',
  identifiers: [{ namespace: 'card', column: 'card_no', verified: true }],
  fields: { name: { type: 'text', column: 'name' }, born: { type: 'date', column: 'born' } },
  quality: [{ rule: 'name-long', column: 'name', check: 'length', max: 5, severity: 'warn' }],
});

const definitions: Definitions = someDefinitions(
  [aSource({}, [receipt, member])],
  [aNamespace('card', 1)],
);

const start = () => {
  const pipeline = aPipeline({ definitions: async () => ({ definitions }) });
  const report = async () =>
    (await reportQuality(pipeline.table, definitions)).map(({ rule, column, severity, rows }) => ({
      rule,
      column,
      severity,
      rows: rows.map((row) => row.slice(row.lastIndexOf('.') + 1)),
    }));
  return { ...pipeline, report };
};

const GOOD = {
  card_no: 'C1',
  amt: '10',
  till: 'T01',
  sold_at: '2026-11-01T10:00:00Z',
  channel: 'app',
  clerk: 'MAY',
};

const sale = (n: number, parts: object = {}, position = 16) =>
  dmsText({
    data: { ...GOOD, receipt_no: `R${n}`, ...parts },
    position: `00000002/${position.toString(16).padStart(8, '0')}`,
  });

const PLANTED: Readonly<Record<number, object>> = {
  3: { card_no: null },
  13: { card_no: ' ' },
  23: { card_no: '' },
  33: { amt: '-1' },
  43: { amt: 'ten' },
  53: { till: 't1' },
  63: { till: 'T001' },
  73: { sold_at: '2031-01-01T00:00:00Z' },
  83: { sold_at: 'yesterday' },
  93: { amt: '-0.01' },
};

/** Rows whose contribution counts, with what they say. */
const counted = (items: readonly Item[]) =>
  items.filter(({ sk }) => sk === 'BUCKET').flatMap(liveContributionsIn);

test('10 planted defects in 100 rows are 10 in the report, by rule, and 90 rows are in the view', async () => {
  const { resolve, report, table, quarantine } = start();
  const rows = Array.from({ length: 100 }, (_, n) => sale(n, PLANTED[n]));
  await resolve(...rows);
  await resolve(...rows.toReversed());
  expect(await report()).toEqual([
    { rule: 'card-missing', column: 'card_no', severity: 'quarantine', rows: ['R13', 'R23', 'R3'] },
    { rule: 'sold-in-future', column: 'sold_at', severity: 'quarantine', rows: ['R73', 'R83'] },
    { rule: 'till-format', column: 'till', severity: 'quarantine', rows: ['R53', 'R63'] },
    { rule: 'total-negative', column: 'amt', severity: 'quarantine', rows: ['R33', 'R43', 'R93'] },
  ]);
  expect(counted(table.dump())).toHaveLength(90);
  expect(new Set(quarantine.held().map(({ reason }) => reason))).toEqual(new Set(['quality']));
});

test('a row that was warned about or fixed stays in the view, fixed', async () => {
  const { resolve, report, table } = start();
  await resolve(sale(1, { channel: 'fax' }), sale(2, { clerk: 'may' }));
  expect(await report()).toEqual([
    { rule: 'channel-known', column: 'channel', severity: 'warn', rows: ['R1'] },
    { rule: 'till-upper', column: 'clerk', severity: 'fix', rows: ['R2'] },
  ]);
  const clerks = counted(table.dump()).map(({ rowKey, fact }) => [rowKey, fact.fields['clerk']]);
  expect(clerks).toEqual([
    ['pos.receipt.R1', 'MAY'],
    ['pos.receipt.R2', 'MAY'],
  ]);
});

test.each([
  ['put right', sale(1, {}, 32)],
  [
    'deleted',
    dmsText({ operation: 'delete', data: { receipt_no: 'R1' }, position: '00000002/00000020' }),
  ],
])('a row that was %s is no defect any more, held or not', async (_, later) => {
  for (const planted of [{ channel: 'fax' }, { card_no: null }]) {
    const { resolve, report } = start();
    await resolve(sale(1, planted));
    expect(await report()).toHaveLength(1);
    await resolve(later);
    expect(await report()).toEqual([]);
    await resolve(sale(1, planted));
    expect(await report()).toEqual([]);
  }
});

test('a part of a row says nothing about the columns that it does not carry', async () => {
  const { resolve, report } = start();
  const part = (data: object, position: string) =>
    dmsText({
      table: 'member',
      operation: 'update',
      data: { id: 'M', ...data },
      position: `0/${position}`,
    });
  const row = { id: 'M', card_no: 'C', name: 'too long a name', born: 'soon' };
  await resolve(dmsText({ table: 'member', data: row, position: '0/1' }));
  await resolve(part({ card_no: 'C2' }, '2'));
  expect((await report()).map(({ rule }) => rule)).toEqual(['bad-date', 'name-long']);
  await resolve(part({ name: 'short' }, '3'));
  expect((await report()).map(({ rule }) => rule)).toEqual(['bad-date']);
});
