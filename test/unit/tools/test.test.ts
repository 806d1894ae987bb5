/** The line with which `npm test` ends. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const PASSES = `import { expect, test } from 'vitest'; test('a', () => {}); test('b', () => {});`;
const FAILS = `import { test } from 'vitest'; test('a', () => {}); test('b', () => { throw 1; });`;
const BROKEN = `throw new Error('does not load');`;
const NO_HOOK = `import { beforeAll, test } from 'vitest'; beforeAll(() => { throw 1; }); test('a', () => {});`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-tests-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['all pass', [PASSES], '2 passed, 0 failed', 0],
  ['one fails', [PASSES, FAILS], '3 passed, 1 failed', 1],
  ['a file does not load', [PASSES, BROKEN], '2 passed, 1 failed', 1],
  ['a hook fails', [PASSES, NO_HOOK], '2 passed, 1 failed', 1],
  ['there is no test', [], '0 passed, 1 failed', 1],
])('%s', (_name, files, line, code) => {
  for (const [index, text] of files.entries())
    writeFileSync(join(folder, `${index}.test.ts`), text);
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'tools/test.ts')], {
    cwd: folder,
    encoding: 'utf8',
    env: { HOME: folder, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(status).toBe(code);
});
