/**
 * Extract: which customers a list has, what it says of each, and how it is written as text.
 *
 * Conditions and columns read the answer that the caller would get for a single profile. So nothing can be asked of a value
 * that the caller may not see, and nothing is in a list that is not in an answer.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import { own } from '#domain/shared/json-safety.ts';

/** How an extract is written. */
export type ExtractFormat = 'csv' | 'ndjson' | 'parquet';

/** What a condition asks of a value. */
export type Comparison = 'equal' | 'not-equal' | 'at-least' | 'at-most' | 'known' | 'unknown';

/** A condition on a field; all conditions of a filter must hold. */
export interface ExtractCondition {
  /** A profile field, a measure, `lastSeenAt`, or `identifiers.<namespace>`. */
  readonly field: string;
  readonly is: Comparison;
  /** What it is compared with; a figure that is a number with a number. Not with `known` and `unknown`. */
  readonly value?: string | number | boolean | undefined;
  /** Of money: which amount. */
  readonly currency?: string | undefined;
}

/** A value of a list. */
export type Cell = string | number | boolean | null;

/** A profile as it is answered. */
export type AnsweredProfile = Readonly<Record<string, unknown>>;

const IDENTIFIERS = 'identifiers.';

/** Name by which the profile's answer is asked for a field: all identifiers are one. */
export const answerField = (field: string): string =>
  field.startsWith(IDENTIFIERS) ? 'identifiers' : field;

/** Namespace of a field of identifiers; `undefined` when it is another field. */
export const namespaceOfField = (field: string): string | undefined =>
  field.startsWith(IDENTIFIERS) ? field.slice(IDENTIFIERS.length) : undefined;

/** Whether a customer is in a list. */
export const matches = (
  profile: AnsweredProfile,
  conditions: readonly ExtractCondition[],
): boolean => conditions.every((condition) => holds(profile, condition));

const holds = (profile: AnsweredProfile, condition: ExtractCondition): boolean => {
  const values = valuesOf(profile, condition);
  const { is, value } = condition;
  switch (is) {
    case 'known':
      return values.length > 0;
    case 'unknown':
      return values.length === 0;
    case 'equal':
      return values.some((one) => one === value);
    case 'not-equal':
      return values.every((one) => one !== value);
    case 'at-least':
      return values.some((one) => isOrdered(value, one));
    case 'at-most':
      return values.some((one) => isOrdered(one, value));
    default:
      return assertNever(is);
  }
};

/** Texts and numbers have an order among themselves; times are texts that sort. */
const isOrdered = (a: unknown, b: unknown): boolean =>
  (typeof a === 'number' && typeof b === 'number' && a <= b) ||
  (typeof a === 'string' && typeof b === 'string' && a <= b);

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

const valuesOf = (
  profile: AnsweredProfile,
  { field, currency }: Pick<ExtractCondition, 'field' | 'currency'>,
): readonly unknown[] => {
  const value = memberOf(profile, field);
  if (!Array.isArray(value)) return value === undefined || value === null ? [] : [value];
  if (namespaceOfField(field) !== undefined) return value;
  return (value as readonly Amount[])
    .filter((amount) => currency === undefined || amount.currency === currency)
    .map(({ amount }) => Number(amount));
};

/** The value of a field: text, number, a list of identifiers or of amounts. */
const memberOf = (profile: AnsweredProfile, field: string): unknown => {
  const namespace = namespaceOfField(field);
  if (namespace === undefined) {
    const fields = (profile['profile'] ?? {}) as Readonly<Record<string, { value: unknown }>>;
    return own(fields, field)?.value ?? own(profile, field);
  }
  const all = (profile['identifiers'] ?? []) as readonly { namespace: string; value: unknown }[];
  return all.filter((one) => one.namespace === namespace).map(({ value }) => value);
};

/** What a list says of a customer, in the order of its columns. Several values are one text, `; ` between them. */
export const cellsOf = (profile: AnsweredProfile, columns: readonly string[]): readonly Cell[] =>
  columns.map((column) => cellOf(memberOf(profile, column)));

const cellOf = (value: unknown): Cell => {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(textOf).join('; ');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return null;
};

const textOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const { amount, currency } = value as Amount;
  return `${amount} ${currency}`;
};

/** Rows as CSV with a header (RFC 4180). Text that a spreadsheet would take for a formula begins with an apostrophe. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');

/** Phone numbers with their plus signs and a negative number are no formula. */
const PLAIN_NUMBER = /^(\+?[\d ]+(; \+?[\d ]+)*|-\d+(\.\d+)?)$/;

const csvCell = (cell: Cell): string => {
  if (cell === null) return '';
  const text = String(cell);
  const isFormula = /^[=+\-@\t\r]/.test(text) && !PLAIN_NUMBER.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Rows as one JSON object a line; what is not known is `null`. */
export const ndjsonOf = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  rows
    .map((row) => {
      const members = columns.map((column, index) => [column, row[index] ?? null]);
      return `${JSON.stringify(Object.fromEntries(members))}\n`;
    })
    .join('');
