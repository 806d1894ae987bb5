/**
 * Every program of `package.json` that takes options says so when asked, and names a wrong one in a sentence.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const PROGRAMS = [
  'bench/accuracy/main.ts',
  'bench/cli.ts',
  'local/cli.ts',
  'tools/check.ts',
  'tools/definitions.ts',
  'tools/ops.ts',
  'tools/reference.ts',
  'tools/resolve.ts',
  'tools/verify-api.ts',
  'tools/verify.ts',
];

const run = (program: string, option: string) =>
  new Promise<{ readonly code: unknown; readonly out: string; readonly err: string }>((done) => {
    execFile(process.execPath, [program, option], { cwd: ROOT }, (error, out, err) =>
      done({ code: error?.code ?? 0, out, err }),
    );
  });

describe.each(PROGRAMS)('%s', (program) => {
  test('explains itself, with examples', async () => {
    const { code, out } = await run(program, '--help');
    expect(code).toBe(0);
    expect(out).toContain('npm ');
    expect(out.split('\n').length).toBeGreaterThan(5);
  });

  test('names an option that it does not have', async () => {
    const { code, err } = await run(program, '--nonsense');
    expect(code).not.toBe(0);
    expect(err).toContain('--nonsense');
    expect(err).not.toMatch(/^\s+at /m);
  });
});
