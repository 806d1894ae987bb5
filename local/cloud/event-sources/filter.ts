/**
 * The filter patterns of an event source mapping, compiled.
 *
 * A pattern mirrors the record: objects descend, a list holds alternatives. A pattern on Kinesis `data` sees the
 * decoded JSON; data that is no JSON then matches nothing and the record is dropped, as Lambda does.
 * Source: Lambda Developer Guide, "Control which events Lambda sends to your function".
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';

/** Says whether a record passes. */
export type Filter = (record: Json) => boolean;

type Matcher = (value: Json | undefined) => boolean;

/** Compiles patterns of which one has to match; without a pattern everything passes. */
export const compileFilters = (patterns: readonly Json[]): Filter => {
  const filters = patterns.map((pattern) => compileObject(pattern));
  return (record) => filters.length === 0 || filters.some((matches) => matches(record));
};

const compileObject = (pattern: Json): Matcher => {
  if (!isJsonObject(pattern)) throw new Error('a filter pattern must be a JSON object');
  const parts = Object.entries(pattern).map(([name, part]): Matcher => {
    if (name === '$or') return anyOf(listOf(part).map(compileObject));
    const matches = Array.isArray(part) ? anyOf(part.map(compileRule)) : compileObject(part);
    return (value) => matches(isJsonObject(value) ? value[name] : undefined);
  });
  // What is there must be an object; what is missing may still satisfy `exists: false`.
  return (value) =>
    (value === undefined || isJsonObject(value)) && parts.every((matches) => matches(value));
};

const anyOf =
  (matchers: readonly Matcher[]): Matcher =>
  (value) =>
    matchers.some((matches) =>
      // A field that holds a list matches when one of its elements does.
      Array.isArray(value) ? value.some((element) => matches(element)) : matches(value),
    );

const compileRule = (rule: Json): Matcher => {
  if (!isJsonObject(rule)) return (value) => value === rule;
  const [[name, argument] = ['', null]] = Object.entries(rule);
  const compile = RULES[name];
  if (!compile) throw new Error(`the local cloud does not know the filter rule "${name}"`);
  return compile(argument);
};

const onText =
  (test: (text: string, argument: string) => boolean) =>
  (argument: Json): Matcher =>
  (value) =>
    typeof value === 'string' && test(value, String(argument));

const RULES: Readonly<Record<string, (argument: Json) => Matcher>> = {
  exists: (argument) => (value) => (value !== undefined) === argument,
  prefix: onText((text, prefix) => text.startsWith(prefix)),
  suffix: onText((text, suffix) => text.endsWith(suffix)),
  'equals-ignore-case': onText((text, other) => text.toLowerCase() === other.toLowerCase()),
  'anything-but': (argument) => {
    const refused = anyOf((Array.isArray(argument) ? argument : [argument]).map(compileRule));
    return (value) => value !== undefined && !refused(value);
  },
  numeric: (argument) => {
    const tests = comparisons(listOf(argument));
    return (value) => typeof value === 'number' && tests.every((holds) => holds(value));
  },
};

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** `[">", 0, "<=", 5]` is a list of operator and operand in turn. */
const comparisons = (list: readonly Json[]): ((value: number) => boolean)[] =>
  list.flatMap((operator, index) => {
    if (index % 2 === 1) return [];
    const compare = COMPARISONS[String(operator)];
    if (!compare) throw new Error(`"${operator}" is no numeric comparison`);
    return [(value: number) => compare(value, Number(list[index + 1]))];
  });

const listOf = (value: Json): readonly Json[] => {
  if (Array.isArray(value)) return value;
  throw new Error('a list is expected in this filter pattern');
};

/**
 * A Kinesis record as filters see it: its members, and its data as JSON where it is JSON.
 * @param data the bytes as text
 */
export const kinesisView = (members: JsonObject, data: string): Json => ({
  ...members,
  data: parsed(data),
});

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
