/**
 * Limited view: the view of a customer made of only the rows that a grant may see.
 *
 * Partials are kept brand by brand, so a view of some brands is put together from what is stored. Markets and sources are
 * not kept apart, and nothing can be taken out of a sum: who is limited to some is shown the same view, computed from
 * their rows. Either way brand A's figures hold no order of brand B.
 * @module
 */
import { viewOf } from '#application/profile/summary.ts';
import type { Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import {
  brandOf,
  type FactRow,
  factsPartial,
  partialContext,
  sourceOf,
} from '#domain/profile/facts-partial.ts';
import { type ProfileView, profileView } from '#domain/profile/profile-view.ts';
import { type Grant, seesRow } from '#domain/serve/access.ts';
import { shownKinds } from '#domain/serve/shown-kinds.ts';
import { readCustomerRows } from './customer-rows.ts';
import type { FoundProfile } from './get-profile.ts';

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
    return seesRow(grant, { source, market: sources[source]?.region, brand: brandOf(fields) });
  };

/** Whether a grant may know of an entry: of its row, and that there are any of its kind. */
export const entryFilter = (
  definitions: Definitions,
  grant: Grant,
): ((fact: FactRow) => boolean) => {
  const isVisible = rowFilter(definitions, grant);
  const { shows } = shownKinds(definitions, grant);
  return (fact) => isVisible(fact) && shows(fact.as);
};

/**
 * The view as of an instant, epoch milliseconds; `undefined` when the grant may see no row of the customer. Reads all
 * buckets of its units when markets or sources are limited, nothing otherwise.
 */
export const limitedView = async (
  table: Table,
  definitions: Definitions,
  { units, summary }: Pick<FoundProfile, 'units' | 'summary'>,
  grant: Grant,
  now: number,
): Promise<ProfileView | undefined> => {
  const { brands, markets, barredSources } = grant;
  const isKeptApart = markets === undefined && barredSources.length === 0;
  const view = isKeptApart
    ? viewOf(definitions.view, summary, { now, ...(brands ? { brands } : {}) })
    : await viewOfRows(table, definitions, units, grant, now);
  return view && view.sources.length > 0 ? view : undefined;
};

const viewOfRows = async (
  table: Table,
  definitions: Definitions,
  units: FoundProfile['units'],
  grant: Grant,
  now: number,
): Promise<ProfileView> => {
  const rows = await readCustomerRows(table, units);
  const isVisible = rowFilter(definitions, grant);
  const facts = factsPartial(partialContext(definitions, now), rows.facts.filter(isVisible));
  return profileView(definitions.view, rows.parties.filter(isVisible), facts, { now });
};
