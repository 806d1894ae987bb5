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
  changes.flatMap(({ before, after }): readonly Arrival[] => {
    const committedAt = after?.['at'];
    if (!after || typeof committedAt !== 'number' || committedAt === before?.['at']) return [];
    const row = after.sk === 'ROW' ? after.pk.slice(2) : changedRow(before, after);
    return row === undefined ? [] : [{ source: row.slice(0, row.indexOf('.')), committedAt }];
  });

const changedRow = (before: Item | undefined, after: Item): string | undefined =>
  Object.keys(after).find(
    (name) => name.includes('.') && asMap(after[name])['v'] !== asMap(before?.[name])['v'],
  );
