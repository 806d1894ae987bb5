/**
 * Model of an earlier run, checked before it judges anything: its shape, its comparisons, and that nobody has changed it.
 * @module
 */
import { asChanged, isChangedModel } from '#adapters/definitions/read-folder.ts';
import { checkShape } from '#domain/definitions/check-shape.ts';
import { ModelFile } from '#domain/definitions/match-schema.ts';
import { checkModel } from '#domain/definitions/matching.ts';
import type { DefinitionProblem } from '#domain/definitions/problem.ts';
import { type DefinitionFile, parseYaml } from '#domain/definitions/yaml-document.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** Reads `model.json`. JSON is YAML, so that problems have their line. */
export const readModel = (
  file: DefinitionFile,
): Result<MatchModel, readonly DefinitionProblem[]> => {
  const document = parseYaml(file);
  const shaped = checkShape(ModelFile, document);
  if (!shaped.ok) return shaped;
  const problems = [
    ...checkModel({ document, text: shaped.value }),
    ...(isChangedModel(file) ? [asChanged(file)] : []),
  ];
  return problems.length > 0 ? failure(problems) : success(shaped.value as MatchModel);
};
