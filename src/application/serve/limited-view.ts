/**
 * Limited view: the view of a customer made of only the rows that a grant may see.
 *
 * The stored view sums over all brands and sources, and nothing can be taken out of a sum. So who may see a part is
 * shown the same view, computed from that part: brand A's figures hold no order of brand B.
 * @module
 */
import { readCustomerRows } from '#application/profile/customer-rows.ts';
import type { Table, ValueMap } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { profileView, sourceOf } from '#domain/profile/profile-view.ts';
import { type Grant, seesRow } from '#domain/serve/access.ts';

/** A row as far as it decides who may see it. */
interface Row {
  readonly rowKey: SourceRowKey;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Whether a grant may see a row of these definitions. */
export const rowFilter =
  ({ sources }: Definitions, grant: Grant) =>
  ({ rowKey, fields }: Row): boolean => {
    const source = sourceOf(rowKey);
    return seesRow(grant, { source, market: sources[source]?.region, brand: fields['brand'] });
  };

/** Computes the view; `undefined` when the grant may see no row of the customer. Reads all buckets of its units. */
export const limitedView = async (
  table: Table,
  definitions: Definitions,
  units: readonly UnitKey[],
  grant: Grant,
): Promise<ValueMap | undefined> => {
  const { rows } = await readCustomerRows(table, [units]);
  const isVisible = rowFilter(definitions, grant);
  const parties = rows[0]?.parties.filter(isVisible) ?? [];
  const facts = rows[0]?.facts.filter(isVisible) ?? [];
  return parties.length + facts.length === 0
    ? undefined
    : (profileView(definitions.view, parties, facts) as unknown as ValueMap);
};
