/**
 * Statements: conditional writes as PartiQL, which DynamoDB takes 25 to a request.
 *
 * A statement costs what a single write costs and fails singly, so a batch of independent writes needs a twenty-fifth of
 * the requests. Not every write has one: an update only sets, and names keep to letters, digits and a few marks, because
 * quoting is not the same everywhere. An update never creates its item, where the port's does; {@link createsItem} tells
 * which refusals have to be looked at again.
 * Source: DynamoDB developer guide, "PartiQL statements" and "Running batch operations with PartiQL", whose example sets
 * several attributes with one clause; BatchExecuteStatement takes each item once.
 * @module
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Action, Condition, Path, Value, Write } from '#application/shared/table.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import { actionKey, keyText } from './item-rules.ts';
import { toAttribute } from './marshal.ts';

/** Most statements in one request. Source: DynamoDB API reference, BatchExecuteStatement. */
export const MAX_STATEMENTS = 25;

/** Longest statement, less the longest name of a table. Source: DynamoDB API reference, BatchStatementRequest. */
const MAX_STATEMENT_CHARS = 8192 - 255;

/** One PartiQL statement with its parameters in order. */
export interface Statement {
  readonly Statement: string;
  readonly Parameters: AttributeValue[];
}

/** Writes cut into requests: each a batch of statements, or a single write. Numbers are places in the list. */
export interface WritePlan {
  readonly batches: readonly (readonly number[])[];
  readonly singles: readonly number[];
}

/** Cuts writes into requests. A write on an item that the open batches have already is sent singly. */
export const planWrites = (actions: readonly Write[]): WritePlan => {
  const able: number[] = [];
  const singles: number[] = [];
  const named = new Set<string>();
  for (const [index, action] of actions.entries()) {
    const key = keyText(actionKey(action));
    (hasStatement(action) && !named.has(key) ? able : singles).push(index);
    named.add(key);
  }
  if (able.length === 1) return { batches: [], singles: [...able, ...singles] };
  return { batches: chunksOf(able, MAX_STATEMENTS), singles };
};

/** Whether a write can be sent as a statement. */
export const hasStatement = (action: Write): boolean => {
  switch (action.kind) {
    case 'put':
      return isInsert(action.when) && Object.keys(action.item).every(isPlain);
    case 'update':
      return onlySets(action) && isPlainCondition(action.when) && isShort(action);
    case 'delete':
      return false;
    default:
      return assertNever(action);
  }
};

/** The statement of a write that has one. */
export const statementOf = (tableName: string, action: Write): Statement => {
  const Parameters: AttributeValue[] = [];
  const parameter = (value: Value): string => {
    Parameters.push(toAttribute(value));
    return '?';
  };
  return { Statement: textOf(tableName, action, parameter), Parameters };
};

/** Whether a refused statement may only have missed an item that the write would have created. */
export const createsItem = (action: Write): boolean =>
  action.kind === 'update' && action.when !== undefined && holdsOfNothing(action.when);

type Parameter = (value: Value) => string;

const textOf = (tableName: string, action: Write, parameter: Parameter): string => {
  if (action.kind === 'put') {
    const members = Object.entries(action.item).map(([name, value]) => {
      return `'${name}':${parameter(value)}`;
    });
    return `INSERT INTO "${tableName}" VALUE {${members.join(',')}}`;
  }
  const values = Object.entries((action as Update).set ?? {});
  const { pk, sk } = actionKey(action);
  const set = values.map(([name, value]) => `"${name}"=${parameter(value)}`).join(', ');
  const where = `WHERE pk=${parameter(pk)} AND sk=${parameter(sk)}`;
  return `UPDATE "${tableName}" SET ${set} ${where} AND (${conditionText(action.when ?? { all: [] }, parameter)})`;
};

type Update = Extract<Action, { kind: 'update' }>;

const conditionText = (condition: Condition, parameter: Parameter): string => {
  if ('all' in condition) return joined(condition.all, ' AND ', parameter);
  if ('any' in condition) return joined(condition.any, ' OR ', parameter);
  if ('missing' in condition) return `${pathText(condition.missing)} IS MISSING`;
  if ('exists' in condition) return `${pathText(condition.exists)} IS NOT MISSING`;
  const [operator, [path, value]] =
    'equals' in condition ? ['=', condition.equals] : ['<', condition.less];
  return `${pathText(path)} ${operator} ${parameter(value)}`;
};

const joined = (parts: readonly Condition[], between: string, parameter: Parameter): string =>
  parts.map((part) => nested(part, conditionText(part, parameter))).join(between);

const nested = (condition: Condition, text: string): string =>
  'all' in condition || 'any' in condition ? `(${text})` : text;

const pathText = (path: Path): string => path.map((step) => `"${step}"`).join('.');

const PLAIN_NAME = /^[\w/%~-]+$/;

const isPlain = (name: string): boolean => PLAIN_NAME.test(name);

const isInsert = (condition: Condition | undefined): boolean =>
  condition !== undefined && 'missing' in condition && condition.missing.join() === 'pk';

const onlySets = ({ set = {}, remove = [], add = {} }: Update): boolean =>
  Object.keys(set).length > 0 &&
  Object.keys(set).every(isPlain) &&
  remove.length + Object.keys(add).length === 0;

const isShort = (action: Update): boolean =>
  Object.keys(action.set ?? {}).length === 1 ||
  textOf('', action, () => '?').length <= MAX_STATEMENT_CHARS;

const isPlainCondition = (condition: Condition | undefined): boolean => {
  if (condition === undefined) return false;
  const parts = partsOf(condition);
  if (parts) return parts.length > 0 && parts.every(isPlainCondition);
  return pathOf(condition).every(isPlain);
};

const partsOf = (condition: Condition): readonly Condition[] | undefined => {
  if ('all' in condition) return condition.all;
  return 'any' in condition ? condition.any : undefined;
};

const pathOf = (condition: Condition): Path => {
  if ('missing' in condition) return condition.missing;
  if ('exists' in condition) return condition.exists;
  return 'equals' in condition ? condition.equals[0] : (condition as Less).less[0];
};

type Less = Extract<Condition, { less: unknown }>;

const holdsOfNothing = (condition: Condition): boolean => {
  if ('all' in condition) return condition.all.every(holdsOfNothing);
  if ('any' in condition) return condition.any.some(holdsOfNothing);
  return 'missing' in condition;
};
