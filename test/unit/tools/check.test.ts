/**
 * What can be said of the code without running it holds: so nothing lands that `npm run check` would refuse.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A compiler beside other tests may take its time. */
const PATIENCE_MS = 300_000;

/** What a step found wrong; empty when nothing. */
const complaintsOf = (step: string): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, ['tools/check.ts', step], { cwd: ROOT }, (error, out, err) =>
      done(error ? `${out}${err}` : ''),
    );
  });

test.each(['types', 'types-of-lib', 'style', 'layers', 'unused'])(
  '%s',
  async (step) => expect(await complaintsOf(step)).toBe(''),
  PATIENCE_MS,
);
