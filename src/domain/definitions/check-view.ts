/**
 * Checks of the view against the sources: every field and fact that it names must come from somewhere.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import { checkFigures } from './check-figures.ts';
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
  ...checkFigures(document, view),
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

/** A fact without a time lies in no window, and has no day to weigh it by. */
const windowProblem = (measure: Measure, sources: readonly SourceText[]): string | undefined => {
  const isDated = ('windows' in measure && measure.windows) || measure.fold === 'preferred';
  if (!isDated || !('of' in measure)) return undefined;
  const kinds = [
    measure.of,
    ...(measure.fold === 'money' && measure.minus ? [measure.minus.of] : []),
  ];
  return kinds
    .map((as) => fieldProblem(as, 'at', ['time'], sources))
    .find((it) => it !== undefined);
};

const measureProblem = (measure: Measure, sources: readonly SourceText[]): string | undefined => {
  if (!('of' in measure)) return undefined;
  const known = factProblem(measure.of, sources);
  if (known !== undefined) return known;
  return inputProblem(measure, sources) ?? filterProblem(measure, sources);
};

type FactMeasure = Extract<Measure, { of: string }>;

const inputProblem = (measure: FactMeasure, sources: readonly SourceText[]): string | undefined => {
  const needs = (field: string, type: FieldMapping['type'], of = measure.of) =>
    fieldProblem(of, field, [type], sources);
  switch (measure.fold) {
    case 'count':
      return undefined;
    case 'sum':
      return needs(measure.field, 'integer');
    case 'average':
      return needs(measure.field, 'money');
    case 'money':
      return needs(measure.field, 'money') ?? minusProblem(measure.minus, sources);
    case 'latest':
    case 'earliest':
      return needs(measure.field, 'time');
    case 'expiring':
    case 'expired':
      return (
        fieldProblem(measure.of, measure.until, ['time', 'date'], sources) ??
        (measure.field === undefined ? undefined : needs(measure.field, 'integer'))
      );
    case 'preferred':
      return nameProblem(measure, sources);
    default:
      return assertNever(measure);
  }
};

const minusProblem = (
  minus: { readonly of: string; readonly field: string } | undefined,
  sources: readonly SourceText[],
): string | undefined =>
  minus &&
  (factProblem(minus.of, sources) ?? fieldProblem(minus.of, minus.field, ['money'], sources));

/** Not every fact has a store; but one table must name them, as a text. */
const nameProblem = (
  { of, field }: Extract<FactMeasure, { fold: 'preferred' }>,
  sources: readonly SourceText[],
): string | undefined => {
  const types = factsNamed(of, sources).flatMap(({ table }) => table.fields[field]?.type ?? []);
  const isNamed = types.length > 0 && types.every((type) => type === 'text' || type === 'code');
  return field === 'source' || isNamed
    ? undefined
    : `no table mapped as "${of}" has a field "${field}" of type text or code; map one, or use "source".`;
};

const filterProblem = (
  { of, where }: FactMeasure,
  sources: readonly SourceText[],
): string | undefined => {
  const isMapped = (field: string): boolean =>
    factsNamed(of, sources).some(({ table }) => Object.hasOwn(table.fields, field));
  const unmapped = [where ?? []].flat().find(({ field }) => !isMapped(field));
  return (
    unmapped &&
    `no table mapped as "${of}" has a field "${unmapped.field}"; map it, or correct the name in where.`
  );
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
  types: readonly FieldMapping['type'][],
  sources: readonly SourceText[],
): string | undefined => {
  const lacking = factsNamed(as, sources).find(
    ({ table: { fields } }) => !types.some((type) => fields[field]?.type === type),
  );
  return (
    lacking &&
    `table ${lacking.name} is mapped as "${as}" without a field "${field}" of type ${types.join(' or ')}; map one there.`
  );
};
