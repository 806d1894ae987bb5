import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
cpSync(join(ROOT, 'definitions'), folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'tools/definitions.ts'), ...args],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
};

test('check of a good folder says what it holds, and its digest', () => {
  const { status, stdout } = run('check', folder);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^8 sources, \d+ namespaces: nothing to correct\.\n[0-9a-f]{64}\n$/);
});

test('explain says every source', () => {
  const { status, stdout } = run('explain', folder);
  expect(status).toBe(0);
  for (const source of ['erp', 'pos', 'crm', 'shop', 'member'])
    expect(stdout).toContain(`  ${source}: `);
});

test('check of a folder with a mistake names file, line and remedy, and fails', () => {
  const file = join(folder, 'sources/pos.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('region: HK', 'region: TW'));
  const { status, stderr } = run('check', folder);
  writeFileSync(file, good);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^sources\/pos\.yaml:\d+ region: must be one of: CN, HK, MO, SG\.\n1 to correct\.\n$/,
  );
});

const RECORDS = join(folder, 'records.ndjson');
const member = (mobile: string, row: object = {}) =>
  JSON.stringify({
    data: { card_no: '610000074', mobile, dial_code: '852', gender: 'M', ...row },
    metadata: {
      'record-type': 'data',
      operation: 'load',
      'schema-name': 'member',
      'table-name': 'member',
    },
  });

test('explain of records says what becomes of them', () => {
  writeFileSync(RECORDS, `${member('9123 4567', { gender: 'X' })}\nnot JSON\n`);
  const { status, stdout } = run('explain', folder, '--records', RECORDS);
  expect(status).toBe(0);
  expect(stdout).toContain('quarantined (not-json)');
  writeFileSync(RECORDS, `${member('9123 4567', { gender: 'X' })}\n`);
  expect(run('explain', folder, '--records', RECORDS).stdout.split('\n')).toEqual([
    expect.stringMatching(/^party member\.member\.610000074 {2}version 0001#0#/),
    '  is member-card 610000074',
    '  is phone +85291234567',
    '  warn: unknown-code (gender)',
    '',
  ]);
});

test('preview shows what a change of definitions does to records, and only to those it touches', () => {
  writeFileSync(RECORDS, `[${member('9123 4567')},${member('+86 139 1234 5678')}]`);
  const file = join(folder, 'sources/member.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    good.replace("'852': HK", "'853': MO, '852': MO").replace("'853': MO, '65'", "'65'"),
  );
  const { status, stdout } = run('preview', folder, '--records', RECORDS, '--from', 'definitions');
  writeFileSync(file, good);
  expect(status).toBe(0);
  expect(stdout).toContain('-   is phone +85291234567');
  expect(stdout).toContain('1 of 2 records change.');
  expect(run('preview', folder)).toMatchObject({ status: 2 });
});

test('any other word shows the usage', () => {
  expect(run('chekc')).toMatchObject({ status: 2 });
});
