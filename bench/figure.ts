/**
 * What a figure is, and a heading with figures under it.
 * @module
 */

/** One figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Most that is allowed; absent when nothing is promised. */
  readonly budget?: number;
  /** Least that is promised. */
  readonly least?: number;
  /** How it is computed, and what it is made of. */
  readonly how: string;
}

/** Figures under one heading. */
export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
}
