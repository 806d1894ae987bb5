/**
 * Definitions from a folder on disk: read, compiled, and named by the digest of their canonical JSON.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import type { DefinitionProblem } from '#domain/definitions/problem.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { type DefinitionFile, parseYaml } from '#domain/definitions/yaml-document.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
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
  const files = readDefinitionFiles(folder);
  const changed = files.filter(isChangedModel);
  if (changed.length > 0) return failure(changed.map(asChanged));
  const compiled = compileDefinitions(files);
  if (!compiled.ok) return compiled;
  const json = canonicalJson(compiled.value);
  const hash = sha256(json);
  return success({ definitions: compiled.value, json, hash });
};

const readDefinitionFiles = (folder: string): readonly DefinitionFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$|^models[\\/][^\\/]+\.json$/.test(path))
    .map((path) => ({
      path: path.replaceAll(sep, '/'),
      text: readFileSync(join(folder, path), 'utf8'),
    }));

/**
 * Whether a file is a model whose version is not the digest of the rest: one that was edited by hand is another model under
 * the same name.
 */
export const isChangedModel = ({ path, text }: DefinitionFile): boolean => {
  if (!path.endsWith('.json')) return false;
  const { value } = parseYaml({ path, text });
  if (typeof value !== 'object' || value === null || !('version' in value)) return false;
  const { version, ...rest } = value;
  return version !== sha256(canonicalJson(rest));
};

/** Says so of a file for which {@link isChangedModel} holds. */
export const asChanged = ({ path }: DefinitionFile): DefinitionProblem => ({
  file: path,
  line: 1,
  field: 'version',
  message: 'is not the SHA-256 of the rest: a model is frozen. Learn another with npm run resolve.',
});
