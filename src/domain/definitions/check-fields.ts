/**
 * Checks of fields across files: the catalogue of fields against those in use, and facts against their known kinds.
 * @module
 */
import { FACT_KINDS } from './fact-kinds.ts';
import type { DefinitionProblem } from './problem.ts';
import type { FieldsText, SourceText, TableText, ViewText } from './schema.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Finds catalogue entries of fields that nothing has: a misspelt name would silently label nothing. */
export const checkFields = (
  document: YamlDocument,
  { fields }: FieldsText,
  sources: readonly SourceText[],
  view: ViewText,
): DefinitionProblem[] => {
  const used = new Set([
    ...sources.flatMap(({ tables }) =>
      Object.values(tables).flatMap((table) => Object.keys(table.fields)),
    ),
    ...Object.keys(view.profile),
    ...Object.keys(view.measures),
  ]);
  return Object.keys(fields)
    .filter((name) => !used.has(name))
    .map((name) =>
      document.problemAt(
        ['fields', name],
        'is the name of no field, profile field or measure; correct the name or remove it.',
      ),
    );
};

/** Checks the fields of a fact of a known kind: views rely on what they mean. */
export const checkFactFields = (
  document: YamlDocument,
  name: string,
  table: TableText,
): DefinitionProblem[] => {
  const as = table.as ?? name;
  const kind = Object.hasOwn(FACT_KINDS, as) ? FACT_KINDS[as] : undefined;
  if (kind === undefined || (table.kind !== 'fact' && table.kind !== 'event')) return [];
  return Object.entries(table.fields).flatMap(([field, { type }]) => {
    const known = Object.hasOwn(kind.fields, field) ? kind.fields[field] : undefined;
    if (known === undefined || known.types.includes(type)) return [];
    return [
      document.problemAt(
        ['tables', name, 'fields', field, 'type'],
        `must be ${known.types.join(' or ')}: in every ${as}, "${field}" means "${known.label.en}"; correct the type or give the field another name.`,
      ),
    ];
  });
};
