/**
 * Definitions from a folder on disk: read, compiled, and named by the digest of their canonical JSON.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import type { DefinitionProblem } from '#domain/definitions/problem.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { DefinitionFile } from '#domain/definitions/yaml-document.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { sha256 } from '../crypto/sha256.ts';

/** Compiled definitions in the form in which they are stored. */
export interface CompiledDefinitions {
  readonly definitions: Definitions;
  /** Canonical JSON, the content of `definitions/<hash>.json`. */
  readonly json: string;
  /** SHA-256 of the JSON in UTF-8, 64 hexadecimal digits. */
  readonly hash: string;
}

/**
 * Reads and compiles a definitions folder.
 * @throws the file system's error when the folder or a file cannot be read
 */
export const readDefinitions = (
  folder: string,
): Result<CompiledDefinitions, readonly DefinitionProblem[]> => {
  const compiled = compileDefinitions(readDefinitionFiles(folder));
  if (!compiled.ok) return compiled;
  const json = canonicalJson(compiled.value);
  const hash = sha256(json);
  return success({ definitions: compiled.value, json, hash });
};

const readDefinitionFiles = (folder: string): readonly DefinitionFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => ({
      path: path.replaceAll(sep, '/'),
      text: readFileSync(join(folder, path), 'utf8'),
    }));
