/**
 * Touched: what a batch of table changes means to customer views.
 * @module
 */
import { listChangesIn } from '#application/identity/list-changes.ts';
import { commitTimesIn, rowNamesIn } from '#application/shared/contributions.ts';
import { BUCKET, bucketOfKey, type ScopeId } from '#application/shared/items.ts';
import { isPartyItem, lastChangeIn } from '#application/shared/party-row.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { isLater, markOf, type StreamMark } from './summary.ts';

/** One item before and after, as the table's stream gives it. */
export interface TableChange {
  readonly before?: Item;
  readonly after?: Item;
  /** Sequence number: digits, growing for each item. */
  readonly sequence: string;
}

/** The newest image of a unit's party row, or of one of its buckets. */
export interface PartImage {
  readonly unit: UnitKey;
  /** Absent for a party row. */
  readonly bucket?: number;
  readonly item: Item;
  readonly mark: StreamMark;
  /** A row came to the bucket. */
  readonly adds: boolean;
}

/** A customer whose list of units changed. */
export interface TouchedCustomer {
  /**
   * Units that came to it. One that left and came back may have changed elsewhere meanwhile, although the summary knows
   * it.
   */
  readonly came: ReadonlySet<UnitKey>;
  /** The scope that told of it. */
  readonly scope?: ScopeId;
}

/** What a batch concerns. */
export interface Touched {
  readonly customers: ReadonlyMap<OneId, TouchedCustomer>;
  readonly images: readonly PartImage[];
}

/** Finds what a batch of table changes concerns. A unit that went has changed a customer's list, too. */
export const touchedBy = (changes: readonly TableChange[]): Touched => {
  const images = new Map<string, PartImage>();
  for (const image of changes.flatMap(partImage)) {
    const known = images.get(image.item.pk);
    if (!known || isLater(image.mark, known.mark)) images.set(image.item.pk, image);
  }
  const customers = new Map<OneId, TouchedCustomer>();
  for (const [id, touched] of changes.flatMap(touchedCustomers)) {
    const { came = [], ...known } = customers.get(id) ?? {};
    customers.set(id, { ...known, ...touched, came: new Set([...came, ...touched.came]) });
  }
  return { customers, images: [...images.values()] };
};

const NO_UNITS: ReadonlySet<UnitKey> = new Set();

/**
 * A scope tells of the lists that its commit changed. Of an id that became a redirect, came to rest or came back its own
 * item tells.
 */
const touchedCustomers = ({
  before,
  after,
}: TableChange): readonly (readonly [OneId, TouchedCustomer])[] => {
  const item = after ?? before;
  if (item?.sk === 'CUSTOMER') return [[item.pk.slice(2) as OneId, { came: NO_UNITS }]];
  if (after?.sk !== 'SCOPE') return [];
  const scope = after.pk.slice(2) as ScopeId;
  return listChangesIn(after).map(({ id, came }) => [id, { came: new Set(came), scope }] as const);
};

const partImage = ({ before, after, sequence }: TableChange): readonly PartImage[] => {
  if (after?.sk === BUCKET) {
    const { unit, bucket } = bucketOfKey(after);
    const adds = rowNamesIn(after).size > rowNamesIn(before).size;
    const image = { unit, bucket, item: after, mark: markOf(sequence), adds };
    return adds || hasOtherRows(before, after) ? [image] : [];
  }
  return after && isPartyItem(after) && saysSomethingElse(before, after)
    ? [{ unit: after.pk.slice(2) as UnitKey, item: after, mark: markOf(sequence), adds: false }]
    : [];
};

// What only a unit or a commit notes of itself changes no part: the image before had the same rows, and a change of its own.
const hasOtherRows = (before: Item | undefined, after: Item): boolean =>
  [...rowNamesIn(after)].some((name) => !isSame(before?.[name], after[name]));

const saysSomethingElse = (before: Item | undefined, after: Item): boolean =>
  !before || !isPartyItem(before) || !isSame(before['said'], after['said']);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A row that became servable, and when its change was committed at the source. */
export interface Arrival {
  readonly source: string;
  /** Epoch milliseconds. */
  readonly committedAt: number;
}

/** The changes from source logs in a batch; load rows have no commit time. */
export const arrivalsIn = (changes: readonly TableChange[]): readonly Arrival[] =>
  changes.flatMap(({ before, after }) => {
    if (after?.sk === 'ROW') return arrival(after.pk.slice(2), arrivedAt(after), arrivedAt(before));
    return after?.sk === BUCKET ? bucketArrivals(before, after) : [];
  });

const arrivedAt = (row: Item | undefined) => row && lastChangeIn(row)['at'];

const bucketArrivals = (before: Item | undefined, after: Item): readonly Arrival[] => {
  const known = commitTimesIn(before);
  return [...commitTimesIn(after)].flatMap(([row, at]) => arrival(row, at, known.get(row)));
};

const arrival = (row: string, committedAt: unknown, before: unknown): readonly Arrival[] =>
  typeof committedAt === 'number' && committedAt !== before
    ? [{ source: row.slice(0, row.indexOf('.')), committedAt }]
    : [];
