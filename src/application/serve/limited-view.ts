/**
 * Limited view: the view of a customer made of only the rows that a grant may see.
 *
 * The stored view sums over all brands and sources, and nothing can be taken out of a sum. So who may see a part is
 * shown the same view, computed from that part: brand A's figures hold no order of brand B.
 * @module
 */
import type { Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import {
  factsPartial,
  type ProfileView,
  profileView,
  sourceOf,
} from '#domain/profile/profile-view.ts';
import { type Grant, seesRow } from '#domain/serve/access.ts';
import { readCustomerRows } from './customer-rows.ts';

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
): Promise<ProfileView | undefined> => {
  const rows = await readCustomerRows(table, units);
  const isVisible = rowFilter(definitions, grant);
  const parties = rows.parties.filter(isVisible);
  const facts = rows.facts.filter(isVisible);
  const { view } = definitions;
  return parties.length + facts.length === 0
    ? undefined
    : profileView(view, parties, [factsPartial(view, facts)]);
};
