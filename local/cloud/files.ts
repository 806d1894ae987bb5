/**
 * Small files that must be whole after any kill: written aside, then renamed.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reads a JSON file, or undefined when there is none. */
export const readJsonFile = <Shape>(path: string): Shape | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Shape) : undefined;

/** Replaces a JSON file in one step, readable by its owner only. */
export const replaceJsonFile = (path: string, value: unknown): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

/** The same without blocking; callers keep two writes of one file from overlapping. */
export const replaceJsonFileLater = async (path: string, value: unknown): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.new`, path);
};
