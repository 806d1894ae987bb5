/** The handlers that the bench measures: their modules refuse to load without a variable that the stacks give them. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('load in a process of their own', () => {
  const script =
    "import('./bench/processor/handlers.ts').then(({ loadHandlers }) => loadHandlers())";
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});
