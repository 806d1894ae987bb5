/**
 * The shop's catalogue, the SQL schemas and the definitions each name the tables; they must name the same ones.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rowKeyOf, TABLES } from '../../../local/sources/catalogue.ts';
import { SOURCES } from '../../../local/sources/databases.ts';
import { demoDefinitions } from './demo-definitions.ts';

const definitions = demoDefinitions();
const schema = (source: string): string =>
  readFileSync(new URL(`../../../local/sources/schema/${source}.sql`, import.meta.url), 'utf8');

describe('definitions of the demo', () => {
  test('cover the five sources, the leads that platforms bring and the web', () => {
    expect(Object.keys(definitions.sources).sort()).toEqual(
      ['consents', 'leads', 'web', ...SOURCES].sort(),
    );
  });

  test.each(Object.values(TABLES))('know $source.$table', ({ source, table, key, kind }) => {
    expect(definitions.sources[source]?.tables[table]).toMatchObject({ key, kind });
  });

  test.each(SOURCES)('name no table and no column that %s does not have', (source) => {
    const sql = schema(source);
    const { tables = {}, brand } = definitions.sources[source] ?? {};
    const missing = Object.values(tables)
      .filter(({ kind }) => kind !== 'heartbeat')
      .flatMap(({ table, key, identifiers, fields }) => {
        const body = new RegExp(`CREATE TABLE IF NOT EXISTS ${table} \\(([^;]*)\\);`).exec(
          sql,
        )?.[1];
        const columns = [
          ...key,
          ...identifiers.map((rule) => rule.column),
          ...Object.values(fields).map((field) => field.column),
        ];
        return columns.filter((column) => !new RegExp(`^  ${column} `, 'm').test(body ?? ''));
      });
    expect(missing).toEqual([]);
    expect(brand === undefined || sql.includes(`  ${brand.column} `)).toBe(true);
  });

  test.each(SOURCES)('%s beats', (source) => {
    expect(definitions.sources[source]?.tables['c360_heartbeat']).toMatchObject({
      kind: 'heartbeat',
      key: ['id'],
    });
  });
});

test.each([
  ['receipt', { receipt_no: 'HK-TST1-0000001' }, 'pos.receipt.HK-TST1-0000001'],
  ['receiptLine', { receipt_no: 'A.1', line_no: 2 }, 'pos.receipt_line.A%2E1.2'],
  ['account', { account_id: 80_000_001 }, 'shop.account.80000001'],
] as const)('a %s is keyed as the pipeline keys it', (name, row, key) => {
  expect(rowKeyOf(name, row)).toBe(key);
});
