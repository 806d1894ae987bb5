/**
 * Corrections: what customers say is wrong of them, kept until their erasure.
 *
 * | item       | pk                  | sk | holds |
 * | ---------- | ------------------- | -- | ----- |
 * | correction | `CORRECTION#OneID`  | id | the field, what it should be, and the rows that say it now, with their versions |
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import type { Table } from './table.ts';

/** Partition prefix of corrections. */
export const CORRECTION_PREFIX = 'CORRECTION#';

/** A row that says what is wrong, as it was when it was said to be. */
export interface CorrectedRow {
  readonly rowKey: string;
  readonly version: string;
}

/** A request to correct a field. */
export interface Correction {
  readonly id: string;
  readonly field: string;
  /** What it should be, in the customer's words. */
  readonly wanted?: string;
  readonly client: string;
  /** Epoch milliseconds. */
  readonly requestedAt: number;
  readonly rows: readonly CorrectedRow[];
}

/** Keeps a request. */
export const saveCorrection = async (
  table: Table,
  customer: OneId,
  correction: Correction,
): Promise<void> => {
  const item = { pk: correctionPartition(customer), sk: correction.id };
  await table.write({ kind: 'put', item: { ...item, doc: JSON.stringify(correction) } });
};

/** Requests of a customer, the oldest first. */
export const correctionsOf = async (
  table: Table,
  customer: OneId,
): Promise<readonly Correction[]> => {
  const { items } = await table.query({ pk: correctionPartition(customer) });
  return items
    .map(({ doc }) => JSON.parse(String(doc)) as Correction)
    .sort((a, b) => a.requestedAt - b.requestedAt);
};

/** Partition of the requests of a customer. */
export const correctionPartition = (customer: OneId): string => `${CORRECTION_PREFIX}${customer}`;
