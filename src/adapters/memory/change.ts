/**
 * What a write makes of an item: pure, so that a transaction can try all its actions before any is kept.
 * @module
 */

import { TableRuleError } from '#adapters/dynamodb/errors.ts';
import { checkSize } from '#adapters/dynamodb/item-rules.ts';
import {
  type Action,
  type Item,
  PackedText,
  type Value,
  type ValueMap,
} from '#application/shared/table.ts';
import { assertNever } from '#domain/shared/assert.ts';

/**
 * The item after an action whose condition holds; `undefined` when there is none.
 * @throws {@link TableRuleError} when it would be too large, or adds to what is no number
 */
export const changed = (item: Item | undefined, action: Action): Item | undefined => {
  switch (action.kind) {
    case 'put':
      return copyMap(action.item) as Item;
    case 'update':
      return updated(item, action);
    case 'delete':
      return undefined;
    case 'check':
      return item;
    default:
      return assertNever(action);
  }
};

/** A deep copy as readers get it, so that neither side sees what the other does to it later. */
export const copyItem = (item: Item): Item => copyMap(item, ({ text }) => text) as Item;

const shown = new WeakMap<Item, Item>();

/** A stored item as readers see it, made once: the same item is the same again. */
export const showItem = (item: Item): Item => {
  const known = shown.get(item) ?? (hasPacked(item) ? copyItem(item) : item);
  shown.set(item, known);
  return known;
};

const hasPacked = (value: Value): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Set) &&
  (value instanceof PackedText || Object.values(value).some(hasPacked));

const updated = (item: Item | undefined, action: Extract<Action, { kind: 'update' }>): Item => {
  const sums = Object.entries(action.add ?? {}).map(([name, addend]) => [
    name,
    sum(item?.[name], addend),
  ]);
  const after = {
    ...item,
    ...copyMap(action.set ?? {}),
    ...Object.fromEntries(sums),
    pk: action.key.pk,
    sk: action.key.sk,
  };
  for (const name of action.remove ?? []) delete after[name];
  checkSize(after);
  return after;
};

const sum = (value: Value | undefined, addend: number): number => {
  const before = value ?? 0;
  if (typeof before !== 'number' || value === null) {
    throw new TableRuleError('request', 'an update adds to what is no number');
  }
  if (!Number.isSafeInteger(before + addend)) {
    throw new TableRuleError('value', 'a sum is no longer a safe integer');
  }
  return before + addend;
};

type OfPacked = (value: PackedText) => Value;

const asStored: OfPacked = (value) => value;

const copyMap = (map: ValueMap, ofPacked = asStored): ValueMap =>
  Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, copyValue(value, ofPacked)]),
  );

const copyValue = (value: Value, ofPacked: OfPacked): Value => {
  // Minus zero comes back from the store as zero.
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set) return new Set(value);
  if (value instanceof PackedText) return ofPacked(value);
  return Array.isArray(value)
    ? value.map((item) => copyValue(item, ofPacked))
    : copyMap(value as ValueMap, ofPacked);
};
