/**
 * Checks of the view against the sources: every field and fact that it names must come from somewhere.
 * @module
 */
import type { DefinitionProblem } from './problem.ts';
import type { SourceText, TableText, ViewText } from './schema.ts';
import type { FieldMapping } from './types.ts';
import type { YamlDocument } from './yaml-document.ts';

type Measure = ViewText['measures'][string];

/** Checks all profile fields and measures. */
export const checkView = (
  document: YamlDocument,
  view: ViewText,
  sources: readonly SourceText[],
): DefinitionProblem[] => [
  ...Object.entries(view.profile).flatMap(([field, rule]) => [
    ...rule.sources.flatMap((source, index) =>
      at(document, ['profile', field, 'sources', index], profileProblem(field, source, sources)),
    ),
    ...at(document, ['profile', field, 'rule'], ruleProblem(field, rule, sources)),
  ]),
  ...Object.entries(view.measures).flatMap(([name, measure]) => [
    ...at(document, ['measures', name], measureProblem(measure, sources)),
    ...at(document, ['measures', name, 'windows'], windowProblem(measure, sources)),
  ]),
];

const at = (
  document: YamlDocument,
  path: readonly PropertyKey[],
  message: string | undefined,
): DefinitionProblem[] => (message === undefined ? [] : [document.problemAt(path, message)]);

const profileProblem = (
  field: string,
  name: string,
  sources: readonly SourceText[],
): string | undefined => {
  const source = sources.find((candidate) => candidate.source === name);
  if (source === undefined)
    return `"${name}" is no source; use one of: ${sources.map((known) => known.source).join(', ')}.`;
  const mapped = Object.values(source.tables).some(
    (table) => table.kind === 'party' && Object.hasOwn(table.fields, field),
  );
  return mapped
    ? undefined
    : `no party table of "${name}" maps a field "${field}"; map it there or remove the source here.`;
};

const ruleProblem = (
  field: string,
  { rule, sources: names }: ViewText['profile'][string],
  sources: readonly SourceText[],
): string | undefined => {
  if (rule !== 'verified-first') return undefined;
  const vouched = sources.some(
    ({ source, tables }) =>
      names.includes(source) &&
      Object.values(tables).some((table) => table.fields[field]?.verified === true),
  );
  return vouched
    ? undefined
    : `is verified-first, but none of its sources vouches for "${field}"; add verified: true to the field of one, or choose another rule.`;
};

/** A fact without a time lies in no window. */
const windowProblem = (measure: Measure, sources: readonly SourceText[]): string | undefined => {
  if (measure.fold === 'latest' || measure.windows === undefined) return undefined;
  const kinds = [
    measure.of,
    ...(measure.fold === 'money' && measure.minus ? [measure.minus.of] : []),
  ];
  return kinds.map((as) => fieldProblem(as, 'at', 'time', sources)).find((it) => it !== undefined);
};

const FIELD_TYPES: Readonly<Record<Exclude<Measure['fold'], 'count'>, FieldMapping['type']>> = {
  sum: 'integer',
  money: 'money',
  latest: 'time',
};

const measureProblem = (measure: Measure, sources: readonly SourceText[]): string | undefined => {
  const known = factProblem(measure.of, sources);
  if (known !== undefined || measure.fold === 'count') return known;
  const own = fieldProblem(measure.of, measure.field, FIELD_TYPES[measure.fold], sources);
  if (own !== undefined || measure.fold !== 'money' || measure.minus === undefined) return own;
  const { of, field } = measure.minus;
  return factProblem(of, sources) ?? fieldProblem(of, field, 'money', sources);
};

const factsNamed = (as: string, sources: readonly SourceText[]) =>
  sources.flatMap(({ source, tables }) =>
    Object.entries(tables)
      .filter(([name, table]) => isFact(table) && (table.as ?? name) === as)
      .map(([name, table]) => ({ name: `${source}.${name}`, table })),
  );

const isFact = ({ kind }: TableText): boolean => kind === 'fact' || kind === 'event';

const factProblem = (as: string, sources: readonly SourceText[]): string | undefined =>
  factsNamed(as, sources).length === 0
    ? `no fact or event table is mapped as "${as}"; correct the name or add "as: ${as}" to a table.`
    : undefined;

/** A table without the field would be missing from the measure in silence. */
const fieldProblem = (
  as: string,
  field: string,
  type: FieldMapping['type'],
  sources: readonly SourceText[],
): string | undefined => {
  const lacking = factsNamed(as, sources).find(({ table }) => table.fields[field]?.type !== type);
  return (
    lacking &&
    `table ${lacking.name} is mapped as "${as}" without a field "${field}" of type ${type}; map one there.`
  );
};
