/**
 * The repository's own definitions, compiled.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import type { Definitions } from '#domain/definitions/types.ts';

const FOLDER = new URL('../../../definitions/', import.meta.url);

/** Compiles the folder; fails with every problem in it. */
export const demoDefinitions = (): Definitions => {
  const paths = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const files = paths
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => ({ path, text: readFileSync(new URL(path, FOLDER), 'utf8') }));
  const compiled = compileDefinitions(files);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error, null, 2));
  return compiled.value;
};
