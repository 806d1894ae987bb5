/**
 * Safety of parsed JSON: bounded depth, and no key that could reach an object's prototype.
 *
 * `JSON.parse` makes `__proto__` an ordinary own property, so the parsed value is harmless; the danger starts when a
 * later line copies it with `target[key] = value`. Such keys are therefore dropped where data enters. No table of a
 * source can have them as columns (definitions refuse them), so nothing of worth is lost.
 * @module
 */
import type { Json, JsonObject } from './json.ts';

/** Deepest nesting of objects and lists that is accepted, the outermost counted as 1. */
export const MAX_JSON_DEPTH = 10;

/** Keys that are dropped from every object. */
const isUnsafeKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype';

/** What {@link inspectJson} found; the worse of two findings wins. */
export type JsonFinding = 'clean' | 'unsafe-keys' | 'too-deep';

/**
 * Looks through a parsed value. Linear in its size, recursion bounded by the depth limit.
 * @param depth nesting of `value` itself
 */
export const inspectJson = (value: unknown, depth = 1): JsonFinding => {
  if (typeof value !== 'object' || value === null) return 'clean';
  if (depth > MAX_JSON_DEPTH) return 'too-deep';
  return Array.isArray(value) ? inspectList(value, depth) : inspectObject(value, depth);
};

const inspectList = (list: readonly unknown[], depth: number): JsonFinding => {
  let finding: JsonFinding = 'clean';
  for (const item of list) {
    const found = inspectJson(item, depth + 1);
    if (found === 'too-deep') return found;
    if (found !== 'clean') finding = found;
  }
  return finding;
};

const inspectObject = (object: object, depth: number): JsonFinding => {
  let finding: JsonFinding = 'clean';
  const values = object as Record<string, unknown>;
  // A parsed object has an ordinary prototype without enumerable keys, so for-in sees own keys only and makes no array.
  for (const key in values) {
    if (isUnsafeKey(key)) finding = 'unsafe-keys';
    const value = values[key];
    if (typeof value !== 'object' || value === null) continue;
    const found = inspectJson(value, depth + 1);
    if (found === 'too-deep') return found;
    if (found !== 'clean') finding = found;
  }
  return finding;
};

/** Copies a value without unsafe keys, at every level. For values that {@link inspectJson} found not too deep. */
export const withoutUnsafeKeys = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutUnsafeKeys);
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .filter(([key]) => !isUnsafeKey(key))
      .map(([key, inner]) => [key, withoutUnsafeKeys(inner)]),
  );
};

/** Own property of an object, never one it inherits; `undefined` when it has none. */
export const own = <Value>(
  object: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);
