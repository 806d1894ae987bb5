/**
 * Metrics store: the figures of the last complete pass, in one item, so that reading them costs one read.
 *
 * | item    | pk        | sk        | holds |
 * | ------- | --------- | --------- | ----- |
 * | metrics | `METRICS` | `CURRENT` | figures as JSON, when the pass began and ended, and by which definitions |
 * @module
 */
import type { Key, Table } from '#application/shared/table.ts';
import type { Metrics } from '#domain/profile/metrics.ts';

/** Partition of the figures, for grants. */
export const METRICS_PARTITION = 'METRICS';

const METRICS_KEY: Key = { pk: METRICS_PARTITION, sk: 'CURRENT' };

/** How far a source had been applied: its log position, and the commit time, ISO 8601 UTC. */
export interface AppliedPosition {
  readonly position: string;
  readonly committedAt: string;
}

/** How far each source had been applied; `null` of one that was not heard of. */
export type AppliedPositions = Readonly<Record<string, AppliedPosition | null>>;

/** Figures of a pass. */
export interface StoredMetrics {
  readonly metrics: Metrics;
  /** Epoch milliseconds; windows count back from here. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** When the pass began. */
  readonly positions: AppliedPositions;
  /** Hash of the definitions. */
  readonly definitions: string;
}

/** Keeps the figures of a complete pass in place of those before. */
export const saveMetrics = async (table: Table, stored: StoredMetrics): Promise<void> => {
  await table.write({ kind: 'put', item: { ...METRICS_KEY, doc: JSON.stringify(stored) } });
};

/** Reads the figures; `undefined` before the first pass is complete. */
export const loadMetrics = async (table: Table): Promise<StoredMetrics | undefined> => {
  const [item] = await table.getAll([METRICS_KEY]);
  return typeof item?.['doc'] === 'string' ? JSON.parse(item['doc']) : undefined;
};
