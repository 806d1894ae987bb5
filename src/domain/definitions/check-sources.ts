/**
 * Checks of a source against the identity rules: what no single file can know.
 * @module
 */
import { checkFactFields } from './check-fields.ts';
import { checkQualityRules } from './check-quality-rules.ts';
import type { DefinitionProblem } from './problem.ts';
import type { IdentifierText, IdentityText, SourceText, TableText } from './schema.ts';
import type { YamlDocument } from './yaml-document.ts';

/** A shape-checked source with the file it came from. */
export interface SourceWithFile {
  readonly document: YamlDocument;
  readonly text: SourceText;
}

/** Finds sources that two files define. */
export const checkSourcesAreUnique = (sources: readonly SourceWithFile[]): DefinitionProblem[] => {
  const first = new Map<string, string>();
  return sources.flatMap(({ document, text }) => {
    const known = first.get(text.source);
    first.set(text.source, known ?? document.file);
    return known === undefined
      ? []
      : [
          document.problemAt(
            ['source'],
            `is defined in ${known} already; choose another id or join the files.`,
          ),
        ];
  });
};

/** Checks every table of a source. */
export const checkSource = (
  { document, text }: SourceWithFile,
  namespaces: IdentityText['namespaces'],
): DefinitionProblem[] =>
  Object.entries(text.tables).flatMap(([name, table]) => [
    ...checkKind(document, name, table),
    ...checkFile(document, name, table, text.engine),
    ...checkFactFields(document, name, table),
    ...checkQualityRules(document, ['tables', name], table),
    ...table.identifiers.flatMap((rule, index) =>
      checkIdentifier(document, ['tables', name, 'identifiers', index], rule, namespaces),
    ),
  ]);

const checkFile = (
  document: YamlDocument,
  name: string,
  { file }: TableText,
  engine: SourceText['engine'],
): DefinitionProblem[] =>
  file !== undefined && engine !== 'files'
    ? [
        document.problemAt(
          ['tables', name, 'file'],
          `has an effect in sources of engine files only; remove it or change the engine.`,
        ),
      ]
    : [];

const checkKind = (document: YamlDocument, name: string, table: TableText): DefinitionProblem[] => {
  const at = ['tables', name];
  const unread = table.kind === 'heartbeat' || table.kind === 'reference';
  const refers = table.kind === 'fact' || table.kind === 'event';
  const problems: DefinitionProblem[] = [];
  if (unread && table.identifiers.length > 0)
    problems.push(
      document.problemAt(
        [...at, 'identifiers'],
        `has no effect in a ${table.kind} table; remove it.`,
      ),
    );
  if (unread && Object.keys(table.fields).length > 0)
    problems.push(
      document.problemAt([...at, 'fields'], `has no effect in a ${table.kind} table; remove it.`),
    );
  if (table.kind !== 'event' && table.retention !== undefined)
    problems.push(
      document.problemAt([...at, 'retention'], 'has an effect in event tables only; remove it.'),
    );
  if (refers && table.identifiers.length === 0)
    problems.push(
      document.problemAt(
        at,
        `refers to no customer; add an identifier or make it kind: reference.`,
      ),
    );
  return problems;
};

const checkIdentifier = (
  document: YamlDocument,
  at: readonly PropertyKey[],
  rule: IdentifierText,
  namespaces: IdentityText['namespaces'],
): DefinitionProblem[] => {
  const namespace = Object.hasOwn(namespaces, rule.namespace)
    ? namespaces[rule.namespace]
    : undefined;
  if (namespace === undefined)
    return [
      document.problemAt(
        [...at, 'namespace'],
        `"${rule.namespace}" is no namespace; add it to identity.yaml or use one of: ${Object.keys(namespaces).join(', ')}.`,
      ),
    ];
  return rule.region !== undefined && namespace.normalise !== 'phone'
    ? [document.problemAt([...at, 'region'], 'has an effect on phone numbers only; remove it.')]
    : [];
};
