/**
 * Matching: the rules of `identity.yaml` that compare party rows as a whole, with the model that they weigh pairs by.
 *
 * Compiled they are a namespace of their own, whose values are the blocking keys.
 * @module
 */
import { comparisonOf } from '#domain/identity/matching/comparisons.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import type { SourceWithFile } from './check-sources.ts';
import type { ModelText } from './match-schema.ts';
import type { DefinitionProblem } from './problem.ts';
import type { IdentityText } from './schema.ts';
import type { NamespaceDefinition } from './types.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Namespace of blocking keys; weaker than any that a definition may name. */
const KEY_NAMESPACE = 'key';
const KEY_PRIORITY = 1_000;

/** Names that stand for something else where identifiers are meant. */
const TAKEN: readonly string[] = [KEY_NAMESPACE, 'score'];

interface WithFile<Text> {
  readonly document: YamlDocument;
  readonly text: Text;
}

/** Checks the rules that score, and every model. */
export const checkMatching = (
  { document, text }: WithFile<IdentityText>,
  models: readonly WithFile<ModelText>[],
): readonly DefinitionProblem[] => [
  ...TAKEN.filter((name) => Object.hasOwn(text.namespaces, name)).map((name) =>
    document.problemAt(['namespaces', name], 'stands for something else; choose another name.'),
  ),
  ...(text.matching ? checkRules(document, text.matching, models) : []),
  ...models.flatMap(checkModel),
];

const checkRules = (
  document: YamlDocument,
  rules: NonNullable<IdentityText['matching']>,
  models: readonly WithFile<ModelText>[],
): readonly DefinitionProblem[] => [
  ...checkThresholds(document, ['matching'], rules),
  ...(modelOf(models, rules.model)
    ? []
    : [
        document.problemAt(
          ['matching', 'model'],
          `There is no models/${rules.model}.json; npm run resolve writes one as model.json.`,
        ),
      ]),
];

/** Checks that what links weighs more than what waits, and what nothing corroborates more than what something does. */
export const checkThresholds = (
  document: YamlDocument,
  place: readonly string[],
  { link, review, uncorroborated = link }: ThresholdsText,
): readonly DefinitionProblem[] => [
  ...(review > link ? [document.problemAt([...place, 'review'], 'must not be above `link`.')] : []),
  ...(uncorroborated < link
    ? [document.problemAt([...place, 'uncorroborated'], 'must not be below `link`.')]
    : []),
];

/** Thresholds as written. */
interface ThresholdsText {
  readonly link: number;
  readonly review: number;
  readonly uncorroborated?: number | undefined;
}

const modelOf = (models: readonly WithFile<ModelText>[], name: string): MatchModel | undefined =>
  models.find(({ document }) => document.file === `models/${name}.json`)?.text as
    | MatchModel
    | undefined;

/** Checks that a model has the comparisons and levels that pairs are compared by. */
export const checkModel = ({ document, text }: WithFile<ModelText>): readonly DefinitionProblem[] =>
  Object.entries(text.comparisons).flatMap(([name, levels]) => {
    const comparison = comparisonOf(name);
    const place = ['comparisons', name];
    if (comparison === undefined) return [document.problemAt(place, 'is no comparison.')];
    const [has, wants] = [levels.map(({ level }) => level).join(), comparison.levels.join()];
    return has === wants
      ? []
      : [document.problemAt(place, `must have the levels ${comparison.levels.join(', ')}.`)];
  });

/** Columns that are compared make sense where rules score, and for rows that describe a customer. */
export const checkMatchColumns = (
  { document, text }: SourceWithFile,
  { matching }: IdentityText,
): readonly DefinitionProblem[] =>
  Object.entries(text.tables).flatMap(([name, { kind, match }]) => {
    if (match === undefined) return [];
    const place = ['tables', name, 'match'];
    if (kind !== 'party')
      return [document.problemAt(place, 'is for tables of kind party; remove it.')];
    return matching === undefined
      ? [document.problemAt(place, 'needs the rules `matching` of identity.yaml; add them.')]
      : [];
  });

/** The namespace of blocking keys, when there are rules that score. */
export const compileMatching = (
  { matching }: IdentityText,
  models: readonly WithFile<ModelText>[],
): Readonly<Record<string, NamespaceDefinition>> => {
  const model = matching && modelOf(models, matching.model);
  if (!matching || !model) return {};
  const { cap, model: _name, uncorroborated, ...scores } = matching;
  return {
    [KEY_NAMESPACE]: {
      namespace: KEY_NAMESPACE,
      priority: KEY_PRIORITY,
      normalise: 'opaque',
      links: false,
      cap,
      blocked: [],
      candidates: {
        ...scores,
        ...(uncorroborated === undefined ? {} : { uncorroborated }),
        model,
      },
    },
  };
};
