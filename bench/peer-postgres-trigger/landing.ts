/**
 * Landing rows: the workload's changes as the peer takes them, mapped and normalised beforehand by the product's own
 * decoder, so that both sides hold the same values and the peer does not pay for it.
 * @module
 */

import type { UpsertRecord } from '#domain/capture/change-record.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import type { Money } from '#domain/capture/mapped-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import type { WorkloadRecord } from '../workload/retail-workload.ts';

/** A row as table `landing` has it. */
export interface LandingRow {
  readonly row_key: string;
  readonly means: string;
  readonly identifiers: readonly string[];
  readonly currency: string;
  readonly minor: number;
  readonly points: number;
  readonly at: number | null;
}

/** A batch, folded to the last change of every row. */
export interface LandingBatch {
  readonly upserts: readonly LandingRow[];
  readonly deletes: readonly string[];
}

/** Folds a batch of the workload. */
export const landingBatch = (
  definitions: Definitions,
  batch: readonly WorkloadRecord[],
): LandingBatch => {
  const last = new Map<string, LandingRow | undefined>();
  for (const { record } of batch) {
    const decoded = decodeChange(record.bytes, definitions);
    if (!decoded.ok || decoded.value.kind === 'ignored') continue;
    for (const change of decoded.value.records) {
      last.delete(change.rowKey);
      const row = change.operation === 'delete' ? undefined : landingRow(definitions, change);
      last.set(change.rowKey, row);
    }
  }
  return {
    upserts: [...last.values()].filter((row) => row !== undefined),
    deletes: [...last].flatMap(([key, row]) => (row === undefined ? [key] : [])),
  };
};

const landingRow = (definitions: Definitions, record: UpsertRecord): LandingRow => {
  const source = must(definitions.sources[record.source], 'source of a change');
  const table = must(source.tables[record.table], 'table of a change');
  const mapped = mapRow(record, source, table, definitions.namespaces);
  if (!mapped.ok) throw new Error(`${record.rowKey}: ${mapped.error.reason}`);
  const { identifiers, fields } = mapped.value;
  const total = fields['total'] as Money | undefined;
  return {
    row_key: record.rowKey,
    means: fields['state'] === 'cancelled' ? `cancelled-${table.as}` : table.as,
    identifiers: identifiers
      .map(({ namespace, scope = '', value }) => `${namespace}:${scope}:${value}`)
      .sort(),
    currency: total?.currency ?? '',
    minor: total?.amount ?? 0,
    points: typeof fields['points'] === 'number' ? fields['points'] : 0,
    at: typeof fields['at'] === 'number' ? fields['at'] : null,
  };
};
