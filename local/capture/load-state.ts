/**
 * Load state: which generation of a source has been loaded completely, in a file that survives a kill.
 *
 * A load that was cut short is not resumed but repeated: rows already on the stream come again with the same version,
 * which is harmless, and rows deleted meanwhile are deleted again by the log.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The generation that was loaded last; 0 when none was, or not completely. */
export const loadedGeneration = (stateDir: string, source: string): number => {
  const file = fileOf(stateDir, source);
  return existsSync(file) ? Number(JSON.parse(readFileSync(file, 'utf8')).generation) : 0;
};

/** Notes a complete load. */
export const noteLoaded = (stateDir: string, source: string, generation: number): void => {
  mkdirSync(stateDir, { recursive: true });
  const file = fileOf(stateDir, source);
  // Renamed into place: a kill while writing leaves the old state, not half of the new one.
  writeFileSync(`${file}.new`, JSON.stringify({ generation }));
  renameSync(`${file}.new`, file);
};

const fileOf = (stateDir: string, source: string): string => join(stateDir, `${source}.json`);
