/**
 * Checks of figures among each other: what a derived measure names must be a figure of the right sort, and no two figures
 * may have one name.
 * @module
 */
import type { DefinitionProblem } from './problem.ts';
import type { ViewText } from './schema.ts';
import type { YamlDocument } from './yaml-document.ts';

type Measure = ViewText['measures'][string];
type Fold = Measure['fold'];

/** Checks names of windows, and names in derived measures. */
export const checkFigures = (
  document: YamlDocument,
  { measures }: ViewText,
): DefinitionProblem[] => {
  const folds = foldsByName(measures);
  return Object.entries(measures).flatMap(([name, measure]) => [
    ...windowsOf(name, measure)
      .filter((window) => Object.hasOwn(measures, window))
      .map((window) =>
        document.problemAt(
          ['measures', name, 'windows'],
          `gives a figure "${window}", which is a measure of its own; rename that one.`,
        ),
      ),
    ...namesIn(measure).flatMap(({ path, of, sorts }) =>
      sorts.includes(folds.get(of) ?? 'stage')
        ? []
        : [
            document.problemAt(
              ['measures', name, ...path],
              `"${of}" is no ${sorts.join(' or ')} measure of this view; name one, or one of its windows such as spend365d.`,
            ),
          ],
    ),
  ]);
};

const foldsByName = (measures: ViewText['measures']): ReadonlyMap<string, Fold> =>
  new Map(
    Object.entries(measures).flatMap(([name, measure]) =>
      [name, ...windowsOf(name, measure)].map((figure) => [figure, measure.fold] as const),
    ),
  );

const windowsOf = (name: string, measure: Measure): readonly string[] =>
  'windows' in measure ? (measure.windows ?? []).map((days) => `${name}${days}d`) : [];

interface NamedFigure {
  readonly path: readonly string[];
  readonly of: string;
  readonly sorts: readonly Fold[];
}

const namesIn = (measure: Measure): readonly NamedFigure[] => {
  switch (measure.fold) {
    case 'repurchase':
      return [{ path: ['count'], of: measure.count, sorts: ['count'] }];
    case 'stage':
      return [
        { path: ['first'], of: measure.first, sorts: ['earliest'] },
        { path: ['last'], of: measure.last, sorts: ['latest'] },
      ];
    case 'rfm':
      return [
        { path: ['recency', 'of'], of: measure.recency.of, sorts: ['latest'] },
        { path: ['frequency', 'of'], of: measure.frequency.of, sorts: ['count'] },
        { path: ['monetary', 'of'], of: measure.monetary.of, sorts: ['money'] },
      ];
    default:
      return [];
  }
};
