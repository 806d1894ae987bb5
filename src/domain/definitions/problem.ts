/**
 * Problems of definitions: where, and what to write instead.
 * @module
 */

/** Something to correct in a definitions folder. */
export interface DefinitionProblem {
  /** Path inside the folder, `sources/pos.yaml`. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Dotted path of the field, `tables.receipt.key`; empty for the file as a whole. */
  readonly field: string;
  /** One sentence: what is wrong and how to put it right. */
  readonly message: string;
}

/** Steps from the document's root to a field. */
export type FieldPath = readonly PropertyKey[];

/** Shows a problem in one line that editors can jump to. */
export const formatProblem = ({ file, line, field, message }: DefinitionProblem): string =>
  field === '' ? `${file}:${line} ${message}` : `${file}:${line} ${field}: ${message}`;
