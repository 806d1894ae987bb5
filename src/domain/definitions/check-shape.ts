/**
 * Shape check of a definition file: what the schema says, told with the line and the remedy.
 * @module
 */
import type * as z from 'zod/mini';
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { DefinitionProblem, FieldPath } from './problem.ts';
import type { YamlDocument } from './yaml-document.ts';

type Issue = z.core.$ZodIssue;

/** Checks a parsed file against its schema. */
export const checkShape = <Schema extends z.ZodMiniType>(
  schema: Schema,
  document: YamlDocument,
): Result<z.output<Schema>, readonly DefinitionProblem[]> => {
  if (document.problems.length > 0) return failure(document.problems);
  const parsed = schema.safeParse(document.value);
  return parsed.success
    ? success(parsed.data)
    : failure(parsed.error.issues.flatMap((issue) => problemsOf(issue, document)));
};

const problemsOf = (issue: Issue, document: YamlDocument): DefinitionProblem[] => {
  if (issue.code !== 'unrecognized_keys')
    return [document.problemAt(issue.path, messageOf(issue, valueAt(document.value, issue.path)))];
  return issue.keys.map((key) => document.problemAt([...issue.path, key], issue.message));
};

const messageOf = (issue: Issue, value: unknown): string => {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined
        ? `is missing; add it as ${kindOf(issue.expected)}.`
        : wrongType(issue.expected, value);
    case 'invalid_value':
      return value === undefined
        ? `is missing; add one of: ${issue.values.join(', ')}.`
        : oneOf(issue.values);
    case 'invalid_union':
      return unionMessage(issue);
    case 'invalid_key':
      return `is no possible name here; it ${issue.issues[0]?.message ?? 'must be corrected.'}`;
    default:
      return issue.message;
  }
};

const unionMessage = (issue: Issue): string => {
  const options = 'options' in issue ? (issue.options as readonly unknown[]) : undefined;
  return options === undefined ? issue.message : oneOf(options);
};

const oneOf = (values: readonly unknown[]): string =>
  `must be one of: ${values.map(String).join(', ')}.`;

/** YAML reads an unquoted 1 or +86139… as a number, and yes-like words as text. */
const wrongType = (expected: string, value: unknown): string =>
  expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')
    ? 'must be text; put the value in quotes.'
    : `must be ${kindOf(expected)}.`;

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys and values',
  record: 'a block of names and values',
};

const kindOf = (expected: string): string => KINDS[expected] ?? expected;

const valueAt = (root: unknown, path: FieldPath): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    root,
  );
