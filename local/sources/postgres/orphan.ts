/**
 * Orphan: a server that an earlier run left on the same data, or the stale lock file of one.
 *
 * After `kill -9` of a run the guard stops its server within moments. When the guard was killed as well, the server
 * is an orphan and is stopped here; when its guard lives, another run is using the data. Processes are looked up in
 * `/proc`: the local cloud runs on Linux only.
 * @module
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GUARD_NAME } from './guarded-process.ts';

const PATIENCE_MS = 5_000;
const STEP_MS = 50;

/**
 * Makes the cluster free to start.
 * @throws Error when another run still uses it
 */
export const clearOrphan = async (data: string): Promise<void> => {
  const pid = lockHolder(data);
  if (pid !== undefined && isServerOf(pid, data)) await stopServer(pid, data);
  rmSync(join(data, 'postmaster.pid'), { force: true });
};

const lockHolder = (data: string): number | undefined => {
  const file = join(data, 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
};

const stopServer = async (pid: number, data: string): Promise<void> => {
  if (isGuarded(pid)) {
    if (await gone(pid, data)) return;
    throw new Error(
      `another run uses this data folder (PostgreSQL is process ${pid}): stop it or choose another with --data`,
    );
  }
  process.kill(pid, 'SIGINT');
  if (await gone(pid, data)) return;
  process.kill(pid, 'SIGQUIT');
  await gone(pid, data);
};

const gone = async (pid: number, data: string): Promise<boolean> => {
  for (let waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
    if (!isServerOf(pid, data)) return true;
    await sleep(STEP_MS);
  }
  return !isServerOf(pid, data);
};

// Process ids are reused: the command line tells a server of this cluster from any other program.
const isServerOf = (pid: number, data: string): boolean => commandOf(pid).includes(data);

const isGuarded = (pid: number): boolean => {
  const parent = /^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return parent !== undefined && commandOf(Number(parent)).includes(GUARD_NAME);
};

const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`);

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
