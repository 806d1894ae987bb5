/**
 * Data quality: the rules of a table over one captured row.
 *
 * A rule looks at one column as its source wrote it, before mapping, so that what is reported is what the owner of the
 * source can look up. A `fix` replaces the value and reports it all the same; a `quarantine` holds the whole record.
 * Rules depend on the row and the definitions alone, so a replay reports the same. A column that a partial image does
 * not carry is not looked at.
 * @module
 */
import type { QualityCheck, QualityFix, QualityRule } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { isZeroDay, parseDay } from '#domain/shared/calendar.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { scalarText, textInForm } from './map-field.ts';
import type { RowVersion } from './row-version.ts';
import type { SourceRowKey } from './source-row.ts';

/** What becomes of a row that breaks a rule. */
export type Severity = QualityRule['severity'];

/** A rule that a row breaks. Holds no value, for defects are counted and listed. */
export interface Defect {
  /** Name of the rule, or the code of a mapping note. */
  readonly rule: string;
  readonly column: string;
  readonly severity: Severity;
}

/** A defect with the row that has it. */
export interface RowDefect extends Defect {
  readonly source: string;
  readonly table: string;
  readonly rowKey: SourceRowKey;
  readonly version: RowVersion;
}

/** A row with its fixes made, and what was wrong with it. */
export interface CheckedRow {
  readonly row: JsonObject;
  readonly defects: readonly Defect[];
}

/**
 * Checks a row, rule by rule in their order: a later rule sees what an earlier one has fixed.
 * @param partial the row holds some columns only; the others are as they were
 */
export const checkQuality = (
  row: JsonObject,
  rules: readonly QualityRule[],
  partial = false,
): CheckedRow => {
  const defects: Defect[] = [];
  let checked = row;
  for (const rule of rules) {
    const { column, severity } = rule;
    if (partial && !Object.hasOwn(row, column)) continue;
    if (holds(rule, checked[column] ?? null)) continue;
    defects.push({ rule: rule.rule, column, severity });
    if (rule.severity === 'fix')
      checked = { ...checked, [column]: fixed(rule.fix, checked[column] ?? null) };
  }
  return { row: checked, defects };
};

/** Whether a value keeps a rule. Only `required` looks at values that are missing. */
const holds = (rule: QualityCheck, value: Json): boolean => {
  const text = scalarText(value);
  if (value === null || text === '') return rule.check !== 'required';
  if (rule.check === 'required') return true;
  return text !== undefined && textHolds(rule, text);
};

const textHolds = (rule: Exclude<QualityCheck, { check: 'required' }>, text: string): boolean => {
  switch (rule.check) {
    case 'pattern':
      return patternOf(rule.pattern).test(text);
    case 'one-of':
      return rule.values.includes(text);
    case 'length':
      return between([...text].length, rule.min, rule.max);
    case 'number':
      return /^[+-]?\d{1,16}(\.\d{1,20})?$/.test(text) && between(Number(text), rule.min, rule.max);
    case 'date':
      return isZeroDay(text) || dayBetween(text, rule.from, rule.to);
    default:
      return assertNever(rule);
  }
};

const between = (value: number, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY) =>
  value >= min && value <= max;

/** A time counts as its day; days compare as text. */
const dayBetween = (text: string, from = '0000-00-00', to = '9999-99-99'): boolean => {
  const day = parseDay(text.slice(0, 10)) ?? parseDay(text);
  return day !== undefined && day >= from && day <= to;
};

const patterns = new Map<string, RegExp>();

/** The whole value must match. Definitions are few, so every pattern is compiled once. */
const patternOf = (pattern: string): RegExp => {
  const known = patterns.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u');
  patterns.set(pattern, known);
  return known;
};

const fixed = (fix: QualityFix, value: Json): Json => {
  if (typeof fix === 'object') return fix.value;
  return fix === 'clear' ? null : textInForm(scalarText(value) ?? '', fix);
};
