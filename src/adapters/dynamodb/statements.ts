/**
 * Statements: conditional writes as PartiQL, which DynamoDB takes 25 to a request.
 *
 * A statement costs what a single write costs and fails singly, so a batch of independent writes needs a twenty-fifth of
 * the requests. Not every write has one: an update sets a single attribute, because the clause for several is written
 * differently by AWS and by local engines, and names keep to letters, digits and a few marks, because quoting is not the
 * same everywhere either. An update never creates its item, where the port's does; {@link createsItem} tells which
 * refusals have to be looked at again.
 * Source: DynamoDB developer guide, "PartiQL statements"; BatchExecuteStatement takes each item once.
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
      return setsOneAttribute(action) && action.when !== undefined && isPlainCondition(action.when);
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
  const [name = '', value = null] = Object.entries((action as Update).set ?? {})[0] ?? [];
  const { pk, sk } = actionKey(action);
  const set = `UPDATE "${tableName}" SET "${name}"=${parameter(value)}`;
  const where = `WHERE pk=${parameter(pk)} AND sk=${parameter(sk)}`;
  return `${set} ${where} AND (${conditionText(action.when ?? { all: [] }, parameter)})`;
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

const setsOneAttribute = ({ set = {}, remove = [], add = {} }: Update): boolean =>
  Object.keys(set).length === 1 &&
  Object.keys(set).every(isPlain) &&
  remove.length + Object.keys(add).length === 0;

const isPlainCondition = (condition: Condition): boolean => {
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
