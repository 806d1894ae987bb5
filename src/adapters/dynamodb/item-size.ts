/**
 * Item size as DynamoDB counts it, for the 400 KB limit and for billing.
 *
 * A name and a text count their UTF-8 bytes (a Chinese character is 3), a number about half a byte per digit, a list
 * or map 3 bytes and 1 more per element. Source: DynamoDB developer guide, "Item sizes and formats".
 * @module
 */
import { PackedText, type Value, type ValueMap } from '#application/shared/table.ts';
import { pack } from './packed-text.ts';

/** Largest item, in bytes. Source: DynamoDB developer guide, "Quotas". */
export const MAX_ITEM_BYTES = 400 * 1024;

/** Largest transaction, in bytes of the items it names. Source: as {@link MAX_ITEM_BYTES}. */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

/** Size of an item with its key, or of any attributes, in bytes. */
export const itemSize = (item: ValueMap): number => {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    bytes += Buffer.byteLength(name) + valueSize(item[name] as Value);
  }
  return bytes;
};

const valueSize = (value: Value): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberSize(value);
  if (value === null || typeof value === 'boolean') return 1;
  if (value instanceof Set)
    return [...value].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value instanceof PackedText) return Buffer.byteLength(pack(value));
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + 1 + valueSize(item), 3);
  return 3 + Object.keys(value).length + itemSize(value as ValueMap);
};

const numberSize = (value: number): number => {
  const digits = String(Math.abs(value)).replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0);
};
