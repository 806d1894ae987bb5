/**
 * Expressions: conditions and updates in DynamoDB's expression language.
 *
 * Every name and value goes in by placeholder (`#0`, `:0`), so a name may hold dots, spaces and reserved words, and no
 * data can change what an expression says.
 * @module
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Action, Condition, Path, Value } from '#application/shared/table.ts';
import { type Attributes, toAttribute } from './marshal.ts';

/** The parts of a request that expressions fill. Absent parts must stay absent: DynamoDB refuses empty ones. */
export interface Expressions {
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Attributes;
}

/** Renders an action's condition, and what it updates. */
export const expressionsOf = (action: Action): Expressions => {
  const placeholders = new Placeholders();
  const update = action.kind === 'update' ? renderUpdate(action, placeholders) : undefined;
  const condition = action.when && renderCondition(action.when, placeholders);
  return {
    ...(update !== undefined && { UpdateExpression: update }),
    ...(condition !== undefined && { ConditionExpression: condition }),
    ...placeholders.parts(),
  };
};

/** Hands out placeholders, the same one for the same name. */
class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(name: string): string {
    const known = this.#names.get(name) ?? `#${this.#names.size}`;
    this.#names.set(name, known);
    return known;
  }

  value(value: Value): string {
    return `:${this.#values.push(toAttribute(value)) - 1}`;
  }

  path(path: Path): string {
    return path.map((step) => this.name(step)).join('.');
  }

  parts(): Pick<Expressions, 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
    const names = [...this.#names].map(([name, placeholder]) => [placeholder, name]);
    const values = this.#values.map((value, index) => [`:${index}`, value]);
    return {
      ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
      ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    };
  }
}

const renderUpdate = (
  action: Extract<Action, { kind: 'update' }>,
  placeholders: Placeholders,
): string => {
  const { set = {}, remove = [], add = {} } = action;
  const pair =
    (between: string) =>
    ([name, value]: [string, Value]) =>
      `${placeholders.name(name)}${between}${placeholders.value(value)}`;
  const sections = [
    ['SET', Object.entries(set).map(pair('='))],
    ['REMOVE', remove.map((name) => placeholders.name(name))],
    ['ADD', Object.entries(add).map(pair(' '))],
  ] as const;
  return sections
    .filter(([, terms]) => terms.length > 0)
    .map(([keyword, terms]) => `${keyword} ${terms.join(',')}`)
    .join(' ');
};

const renderCondition = (condition: Condition, placeholders: Placeholders): string => {
  if ('all' in condition) return renderParts(condition.all, 'AND', placeholders);
  if ('any' in condition) return renderParts(condition.any, 'OR', placeholders);
  if ('missing' in condition)
    return `attribute_not_exists(${placeholders.path(condition.missing)})`;
  if ('exists' in condition) return `attribute_exists(${placeholders.path(condition.exists)})`;
  const [operator, [path, value]] =
    'equals' in condition ? ['=', condition.equals] : ['<', condition.less];
  return `${placeholders.path(path)} ${operator} ${placeholders.value(value)}`;
};

const renderParts = (
  parts: readonly Condition[],
  operator: 'AND' | 'OR',
  placeholders: Placeholders,
): string => {
  if (parts.length === 0) return renderConstant(operator === 'AND', placeholders);
  const texts = parts.map((part) => renderCondition(part, placeholders));
  if (texts.length === 1) return texts.join();
  return texts
    .map((text, index) => (isCompound(parts[index]) ? `(${text})` : text))
    .join(` ${operator} `);
};

/** Whether a condition renders with an operator of its own; DynamoDB refuses parentheses that are redundant. */
const isCompound = (condition: Condition | undefined): boolean => {
  const parts = condition && compoundParts(condition);
  return parts !== undefined && (parts.length !== 1 || isCompound(parts[0]));
};

const compoundParts = (condition: Condition): readonly Condition[] | undefined => {
  if ('all' in condition) return condition.all;
  return 'any' in condition ? condition.any : undefined;
};

/** The language has no literals: no parts of an AND are true, no parts of an OR are false. */
const renderConstant = (isTrue: boolean, placeholders: Placeholders): string => {
  const pk = placeholders.name('pk');
  return `attribute_exists(${pk}) ${isTrue ? 'OR' : 'AND'} attribute_not_exists(${pk})`;
};
