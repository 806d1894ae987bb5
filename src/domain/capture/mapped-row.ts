/**
 * Mapped row: a source row in the product's own terms, as the definitions say.
 * @module
 */
import type { Identifier } from '#domain/identity/identifier.ts';

/** An amount in integer minor units of its currency: `{ amount: 1250, currency: 'HKD' }` is HKD 12.50. */
export interface Money {
  readonly amount: number;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** Value of a field: text, code and date are text, time is epoch milliseconds, integer a safe integer. */
export type FieldValue = string | number | boolean | Money;

/** Closed set of things worth counting about the quality of a source's data. */
export type NoteCode =
  | 'not-an-identifier'
  | 'blocked-identifier'
  | 'no-region'
  | 'no-scope'
  | 'unknown-code'
  | 'unknown-brand'
  | 'bad-text'
  | 'bad-integer'
  | 'bad-boolean'
  | 'bad-date'
  | 'bad-time'
  | 'bad-amount'
  | 'bad-currency';

/** A value that was left out, and why. Holds no value, for notes are logged. */
export interface QualityNote {
  readonly code: NoteCode;
  readonly column: string;
}

/** What the rest of the pipeline knows of a row. */
export interface MappedRow {
  /** Without duplicates, by namespace priority, then scope, then value. */
  readonly identifiers: readonly Identifier[];
  /** By field name; a field without a value is absent. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Brand by the source's brand column. */
  readonly brand?: string;
  readonly notes: readonly QualityNote[];
}
