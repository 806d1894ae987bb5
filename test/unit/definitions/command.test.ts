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
  expect(stdout).toMatch(/^6 sources, \d+ namespaces: nothing to correct\.\n[0-9a-f]{64}\n$/);
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

test('any other word shows the usage', () => {
  expect(run('chekc')).toMatchObject({ status: 2 });
});
