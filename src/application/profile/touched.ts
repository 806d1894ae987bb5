/**
 * Touched: which customers and units a batch of table changes concerns.
 * @module
 */
import { asMap } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';

/** One item before and after, as the table's stream gives it. */
export interface TableChange {
  readonly before?: Item;
  readonly after?: Item;
}

/** What a batch concerns. */
export interface Touched {
  readonly customers: ReadonlySet<OneId>;
  readonly units: ReadonlySet<UnitKey>;
}

/** Finds what a batch of table changes concerns. A unit that went has changed a customer item, too. */
export const touchedBy = (changes: readonly TableChange[]): Touched => {
  const items = changes.flatMap(({ before, after }) => after ?? before ?? []);
  return {
    customers: new Set(items.flatMap(customerOfItem)),
    units: new Set([...items.flatMap(unitOfItem), ...changes.flatMap(grownUnit)]),
  };
};

const customerOfItem = (item: Item): readonly OneId[] =>
  item.sk === 'CUSTOMER' ? [item.pk.slice(2) as OneId] : [];

const unitOfItem = (item: Item): readonly UnitKey[] => {
  if (item.sk === 'BUCKET') return [item.pk.slice(2, item.pk.lastIndexOf('#')) as UnitKey];
  return item.sk === 'ROW' && item['claims'] !== undefined ? [item.pk.slice(2) as UnitKey] : [];
};

// A bucket that a unit has now may hold rows that nobody could see before.
const grownUnit = ({ before, after }: TableChange): readonly UnitKey[] =>
  before && after?.sk === 'UNIT' && before['buckets'] !== after['buckets']
    ? [after.pk.slice(2) as UnitKey]
    : [];

/** A row that became servable, and when its change was committed at the source. */
export interface Arrival {
  readonly source: string;
  /** Epoch milliseconds. */
  readonly committedAt: number;
}

/** The changes from source logs in a batch; load rows have no commit time. */
export const arrivalsIn = (changes: readonly TableChange[]): readonly Arrival[] =>
  changes.flatMap(({ before, after }) => {
    if (after?.sk === 'ROW') return arrival(after.pk.slice(2), after['at'], before?.['at']);
    return after?.sk === 'BUCKET' ? bucketArrivals(before, after) : [];
  });

const bucketArrivals = (before: Item | undefined, after: Item): readonly Arrival[] =>
  Object.keys(after)
    .filter((name) => name.includes('.'))
    .flatMap((row) => arrival(row, asMap(after[row])['c'], asMap(before?.[row])['c']));

const arrival = (row: string, committedAt: unknown, before: unknown): readonly Arrival[] =>
  typeof committedAt === 'number' && committedAt !== before
    ? [{ source: row.slice(0, row.indexOf('.')), committedAt }]
    : [];
