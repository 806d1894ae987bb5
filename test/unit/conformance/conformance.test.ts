/**
 * The conformance pack: recorded shapes of every engine and tool, each with the change that it must become.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { type CanonicalRecord, canonicalRecord } from '#domain/capture/canonical-change.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';

const PACK = join(import.meta.dirname, '../../../conformance');
const read = readDefinitions(join(PACK, 'definitions'));
if (!read.ok) throw new Error(read.error.map(formatProblem).join('\n'));
const { definitions } = read.value;

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(PACK, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort();

const recordOf = (file: string): string => readFileSync(join(PACK, 'records', file), 'utf8');

const becomes = (file: string): object => {
  const record = canonicalRecord(recordOf(file), definitions);
  return record.ok ? record.value : { outcome: 'rejected', reason: record.error.reason };
};

describe('every record', () => {
  test('has its expected change, and every expected change its record', () => {
    expect(filesOf('expected')).toEqual(filesOf('records'));
    expect(filesOf('records').length).toBeGreaterThanOrEqual(60);
  });

  test.each(filesOf('records'))('%s', (file) => {
    const { origin, ...expected } = JSON.parse(readFileSync(join(PACK, 'expected', file), 'utf8'));
    expect(origin).toEqual(expect.stringMatching(/\S/));
    expect(becomes(file)).toEqual(expected);
  });
});

/** What a record says, without where it came from; Oracle's names are upper case. */
const said = (file: string): string => {
  const record = becomes(file) as Extract<CanonicalRecord, { outcome: 'changes' }>;
  return canonicalJson(
    record.changes.map(({ change }) => ({
      ...change,
      table: change.table.toLowerCase(),
      row: change.row.toLowerCase(),
    })),
  );
};

const ENGINES = ['postgresql', 'mysql', 'oracle', 'sqlserver'] as const;

test.each([
  'load',
  'insert',
  'update-whole',
  'update-receipt',
  'update-changed-columns',
  'key-change',
  'delete-key-and-nulls',
  'delete-whole-row',
])('%s says the same, byte by byte, from every engine', (name) => {
  expect(new Set(ENGINES.map((engine) => said(`dms-${engine}/${name}.json`))).size).toBe(1);
});

test.each([
  ['debezium/postgresql-create.json', 'dms-postgresql/insert.json'],
  ['debezium/mysql-update.json', 'dms-mysql/update-whole.json'],
  ['debezium/sqlserver-update.json', 'dms-sqlserver/update-whole.json'],
])('%s says what %s says', (debezium, dms) => {
  expect(said(debezium)).toBe(said(dms));
});
