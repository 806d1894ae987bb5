/**
 * Maintain views: keeps the summary of every customer that a table change touches.
 *
 * A summary is computed from consistent reads that happen after the change, and written only when nobody else has
 * written it since those reads began; whoever comes second reads again. So the last write has seen everything,
 * whatever the order of stream records and workers.
 * @module
 */

import { readScopes } from '#application/identity/world.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import {
  type CustomerItem,
  customerKey,
  parseCustomerItem,
  type ScopeId,
  summaryKey,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Item, Table, Value, Write } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { profileView } from '#domain/profile/profile-view.ts';
import { type CustomerRows, readCustomerRows } from './customer-rows.ts';
import { type TableChange, touchedBy } from './touched.ts';

/** What maintaining views needs. */
export interface ViewPorts {
  readonly table: Table;
  readonly definitions: () => Promise<{ readonly hash: string; readonly definitions: Definitions }>;
}

/** What became of a batch. */
export interface ViewReport {
  readonly written: number;
  /** Summaries that somebody else wrote first and that were computed again. */
  readonly conflicts: number;
}

/** Customers refreshed with one set of reads. */
const CUSTOMERS_AT_ONCE = 40;
const CHUNKS_AT_ONCE = 4;
const MAX_ATTEMPTS = 20;

/**
 * Brings the summaries of all customers touched by these table changes up to date. Safe to repeat.
 * @throws when a summary could not be written in {@link MAX_ATTEMPTS} attempts, or the store fails
 */
export const maintainViews = async (
  ports: ViewPorts,
  changes: readonly TableChange[],
): Promise<ViewReport> => {
  const touched = touchedBy(changes);
  const owners = await ownersOf(ports.table, touched.units);
  const customers = [...new Set([...touched.customers, ...owners])];
  const chunks = Array.from(
    { length: Math.ceil(customers.length / CUSTOMERS_AT_ONCE) },
    (_, index) => customers.slice(index * CUSTOMERS_AT_ONCE, (index + 1) * CUSTOMERS_AT_ONCE),
  );
  const conflicts = await inParallel(chunks, (chunk) => refreshAll(ports, chunk), CHUNKS_AT_ONCE);
  return { written: customers.length, conflicts: conflicts.reduce((sum, count) => sum + count, 0) };
};

/** The customers that units belong to now. A unit that is gone has left its customer with a change of its own. */
const ownersOf = async (table: Table, units: ReadonlySet<UnitKey>): Promise<ReadonlySet<OneId>> => {
  const items = await table.getAll([...units].map(unitItemKey));
  const pointers = items.flatMap((item) =>
    typeof item?.['scope'] === 'string' ? [item['scope'] as ScopeId] : [],
  );
  const scopes = await readScopes(table, pointers);
  return new Set(
    scopes
      .flatMap(({ scope }) => scope.customers)
      .flatMap((customer) => (customer.units.some((unit) => units.has(unit)) ? [customer.id] : [])),
  );
};

const refreshAll = async (ports: ViewPorts, customers: readonly OneId[]): Promise<number> => {
  let open = customers;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const written = await ports.table.writeAll(await summaries(ports, open));
    open = open.filter((_, index) => !written[index]);
    if (open.length === 0) return attempt;
  }
  throw new Error(`${open.length} summaries were written by others ${MAX_ATTEMPTS} times over`);
};

const summaries = async (
  { table, definitions }: ViewPorts,
  customers: readonly OneId[],
): Promise<readonly Write[]> => {
  const { hash, definitions: current } = await definitions();
  // The revision is read first: whoever writes after this read has seen at least what is read from here on.
  const stored = await table.getAll(customers.map(summaryKey));
  const items = await table.getAll(customers.map(customerKey));
  const found = customers.map((id, index) => ({
    id,
    summary: stored[index],
    customer: customerOf(items[index]),
  }));
  const { rows, crowded } = await readCustomerRows(
    table,
    found.map(({ customer }) => customer?.units ?? []),
  );
  await growUnits(table, crowded);
  return found.map(({ id, summary, customer }, index) =>
    summaryWrite(id, summary, viewOf(current, customer, rows[index]), hash),
  );
};

const customerOf = (item: Item | undefined): CustomerItem | undefined =>
  item && parseCustomerItem(item);

// A redirect and an id at rest keep an empty summary, so that its revision goes on and no late write can fill it.
const viewOf = (
  { view }: Definitions,
  customer: CustomerItem | undefined,
  rows: CustomerRows | undefined,
): Value | undefined =>
  customer && rows && customer.units.length > 0
    ? (profileView(view, rows.parties, rows.facts) as unknown as Value)
    : undefined;

const summaryWrite = (
  id: OneId,
  summary: Item | undefined,
  view: Value | undefined,
  definitions: string,
): Write => {
  const revision = (summary?.['rev'] as number | undefined) ?? 0;
  return {
    kind: 'put',
    item: {
      ...summaryKey(id),
      rev: revision + 1,
      definitions,
      ...(view === undefined ? {} : { view }),
    },
    when: summary ? { equals: [['rev'], revision] } : { missing: ['pk'] },
  };
};

/** Doubles the buckets of units that have outgrown theirs; rows keep their bucket, new rows spread over all. */
const growUnits = (
  table: Table,
  units: ReadonlyMap<UnitKey, number>,
): Promise<readonly boolean[]> =>
  table.writeAll(
    [...units].map(([unit, buckets]) => ({
      kind: 'update',
      key: unitItemKey(unit),
      set: { buckets: buckets * 2 },
      when: { equals: [['buckets'], buckets] },
    })),
  );
