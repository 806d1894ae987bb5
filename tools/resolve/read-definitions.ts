/**
 * Definitions of an extract: `extract.yaml` of a folder, with its own `rules.yaml` and `model.json` or the default ones.
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefinitionProblem, formatProblem } from '#domain/definitions/problem.ts';
import type { DefinitionFile } from '#domain/definitions/yaml-document.ts';
import {
  type ExtractDefinition,
  type ExtractRules,
  readMapping,
  readRules,
} from '#domain/extract/extract-definition.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import type { Result } from '#domain/shared/result.ts';
import { readModel } from './read-model.ts';
import { checkFile } from './read-text.ts';
import { ResolveError } from './resolve-error.ts';

/** The default rules for people. */
export const PERSON_RULES = fileURLToPath(
  new URL('../../extracts/rules/person.yaml', import.meta.url),
);

/** What a folder says. */
export interface ExtractFolder {
  readonly definition: ExtractDefinition;
  readonly rules: ExtractRules;
  /** A model of an earlier run, to be used as it is. */
  readonly model?: MatchModel;
}

/**
 * Reads a folder.
 * @throws {@link ResolveError} with what to correct, by file and line
 */
export const readExtractFolder = (folder: string): ExtractFolder => {
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) {
    throw new ResolveError(
      `--definitions ${folder} is a file. Name its folder: ${dirname(folder)}`,
    );
  }
  const mapping = join(folder, 'extract.yaml');
  if (!existsSync(mapping)) {
    throw new ResolveError(
      `There is no ${mapping}. Draft one: npm run resolve -- init FILE --out ${mapping}`,
    );
  }
  const own = join(folder, 'rules.yaml');
  const model = join(folder, 'model.json');
  return {
    definition: readYaml(mapping, readMapping),
    rules: readYaml(existsSync(own) ? own : PERSON_RULES, readRules),
    ...(existsSync(model) ? { model: readYaml(model, readModel) } : {}),
  };
};

/**
 * Reads and checks one YAML file.
 * @throws {@link ResolveError} with what to correct, by file and line
 */
export const readYaml = <Value>(
  path: string,
  read: (file: DefinitionFile) => Result<Value, readonly DefinitionProblem[]>,
): Value => {
  const result = read({ path, text: readUtf8(path) });
  if (result.ok) return result.value;
  throw new ResolveError(result.error.map(formatProblem).join('\n'));
};

const readUtf8 = (path: string): string => {
  checkFile(path);
  const bytes = readFileSync(path);
  if (isUtf8(bytes)) return bytes.toString();
  throw new ResolveError(`${path} is not UTF-8. Save it as UTF-8.`);
};
