/**
 * The data folder of a local cloud, and that only one local cloud uses it.
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { forgetMemory } from './engines/memory-home.ts';
import { readJsonFile, replaceJsonFile } from './files.ts';

const CONTENTS = [
  'checkpoints',
  'dynamodb',
  'kinesis',
  'logs',
  's3',
  's3-incoming',
  'issuer.json',
  'secrets.json',
] as const;

const LOCK = 'cloud.lock';

/**
 * Takes the folder for this process; made when absent. A lock left by a killed process is taken over.
 * @returns gives the folder back
 * @throws Error when another living process uses it
 */
export const lockDataFolder = (dataDir: string): (() => void) => {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, LOCK);
  const holder = readJsonFile<{ pid: number }>(path)?.pid;
  if (holder !== undefined && holder !== process.pid && isAlive(holder))
    throw new Error(
      `the data folder ${dataDir} is in use by process ${holder}; stop it, choose another folder, or delete ${path} if that process is something else`,
    );
  replaceJsonFile(path, { pid: process.pid });
  return () => rmSync(path, { force: true });
};

/**
 * Deletes everything a local cloud keeps in the folder, and nothing else in it.
 * @throws Error when a living process uses it
 */
export const resetDataFolder = (dataDir: string): void => {
  const release = lockDataFolder(dataDir);
  forgetMemory(dataDir);
  for (const name of CONTENTS) rmSync(join(dataDir, name), { recursive: true, force: true });
  release();
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
