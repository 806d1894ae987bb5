/**
 * Attribute values on the wire, e.g. `{ N: '12' }`, and back.
 *
 * Own functions because the table holds few kinds of values: no bytes but those of packed texts, no sets of numbers, and
 * numbers that JavaScript holds exactly.
 * @module
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type Item,
  type Key,
  PackedText,
  type Value,
  type ValueMap,
} from '#application/shared/table.ts';
import { TableRuleError } from './errors.ts';
import { pack, unpack } from './packed-text.ts';

/** Attributes as DynamoDB's low-level client takes them. */
export type Attributes = Record<string, AttributeValue>;

/** The key alone, on the wire. */
export const toKey = (key: Key): Attributes => ({ pk: { S: key.pk }, sk: { S: key.sk } });

/** All attributes of an item or map, on the wire. */
export const toAttributes = (map: ValueMap): Attributes => mapped(map, toAttribute);

// Names are checked before they are stored: none is one that assigning would lose.
const mapped = <From, To>(
  map: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Record<string, To> => {
  const made: Record<string, To> = {};
  for (const [name, value] of Object.entries(map)) made[name] = convert(value);
  return made;
};

/** One checked value, on the wire. */
export const toAttribute = (value: Value): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Set) return { SS: [...value] };
  if (value instanceof PackedText) return toPacked(value);
  return Array.isArray(value)
    ? { L: value.map(toAttribute) }
    : { M: toAttributes(value as ValueMap) };
};

const toPacked = (value: PackedText): AttributeValue => {
  const stored = pack(value);
  return typeof stored === 'string' ? { S: stored } : { B: stored };
};

/** An item as read. @throws {@link TableRuleError} when somebody else stored what the port cannot hold */
export const fromItem = (attributes: Attributes): Item => fromAttributes(attributes) as Item;

const fromAttributes = (attributes: Attributes): ValueMap => mapped(attributes, fromAttribute);

const fromAttribute = (attribute: AttributeValue): Value => {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return safeInteger(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.SS !== undefined) return new Set(attribute.SS);
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute);
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  if (attribute.B !== undefined) return unpack(bytesOf(attribute.B));
  throw new TableRuleError('value', `stored value of type ${Object.keys(attribute)}`);
};

// Events of Lambda carry bytes as base64, which the SDK's types do not know.
const bytesOf = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? Buffer.from(value, 'base64') : value;

const safeInteger = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new TableRuleError('value', `stored number ${text} is not a safe integer`);
};
