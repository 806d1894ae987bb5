/**
 * Conditions, evaluated as DynamoDB evaluates them.
 *
 * A comparison with something missing, or of another type, does not hold; texts compare by their UTF-8 bytes.
 * @module
 */

import { compareText } from '#adapters/dynamodb/text-order.ts';
import {
  type Condition,
  type Item,
  PackedText,
  type Path,
  type Value,
  type ValueMap,
} from '#application/shared/table.ts';

/** Tells whether a condition holds of a stored item; `undefined` is an item that is missing. */
export const holds = (condition: Condition | undefined, item: Item | undefined): boolean => {
  if (condition === undefined) return true;
  if ('all' in condition) return condition.all.every((part) => holds(part, item));
  if ('any' in condition) return condition.any.some((part) => holds(part, item));
  if ('missing' in condition) return valueAt(condition.missing, item) === undefined;
  if ('exists' in condition) return valueAt(condition.exists, item) !== undefined;
  if ('equals' in condition) return valueAt(condition.equals[0], item) === condition.equals[1];
  return isLess(valueAt(condition.less[0], item), condition.less[1]);
};

const valueAt = (path: Path, item: Item | undefined): Value | undefined => {
  if (item === undefined) return undefined;
  const value = member(item, path[0]);
  return path.length === 1 || !isMap(value) ? onlyWhole(path, value) : member(value, path[1]);
};

/** A second step into what is no map leads nowhere. */
const onlyWhole = (path: Path, value: Value | undefined): Value | undefined =>
  path.length === 1 ? value : undefined;

const member = (map: ValueMap, name: string): Value | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

const isMap = (value: Value | undefined): value is ValueMap =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Set || value instanceof PackedText);

const isLess = (value: Value | undefined, than: string | number): boolean => {
  if (typeof value === 'number' && typeof than === 'number') return value < than;
  return typeof value === 'string' && typeof than === 'string' && compareText(value, than) < 0;
};
