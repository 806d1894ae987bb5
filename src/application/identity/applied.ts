/**
 * Applied: what applying row changes came to, for the batch report.
 * @module
 */
import type { RowChange } from './row-change.ts';

/** What applying some rows came to. */
export interface Applied {
  readonly applied: number;
  readonly stale: number;
  /** Links that wait for review, of the parts of the graph that changed. */
  readonly held: number;
  /** Races lost in identity commits. */
  readonly conflicts: number;
  /** Changes that failed, with why; to be delivered again. */
  readonly failures: readonly { readonly change: RowChange; readonly error: unknown }[];
}
