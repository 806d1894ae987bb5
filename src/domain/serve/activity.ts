/**
 * Activity: what a customer did and what was done for it, newest first, each entry with the source row behind it.
 *
 * Pure functions over fact rows. The order is total (instant, then row key), so a page begins where the last one ended,
 * whatever was added meanwhile.
 * @module
 */
import type { Definitions, FieldMapping } from '#domain/definitions/types.ts';
import { calendarDay } from '#domain/shared/calendar-day.ts';
import { formatMoney } from '#domain/shared/money.ts';
import { type FactRow, sourceOf } from '../profile/facts-partial.ts';
import type { Grant } from './access.ts';
import { rowOf, treatValue } from './redact.ts';

/** What is asked of a list. Instants are epoch milliseconds; `until` is exclusive. */
export interface ActivityFilter {
  /** Kinds of facts; absent: all. */
  readonly kinds?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Only coupons that can be redeemed in this store. */
  readonly redeemableAt?: string | undefined;
}

/** Where a page ended. */
export interface ActivityPosition {
  readonly at: number;
  readonly rowKey: string;
}

/** Facts that a filter lets through at an instant, newest first. Facts without a time come last. */
export const filterActivity = (
  facts: readonly FactRow[],
  filter: ActivityFilter,
  definitions: Definitions,
  now: number,
): readonly FactRow[] =>
  facts
    .filter(
      (fact) =>
        includes(filter.kinds, fact.as) &&
        includes(filter.sources, sourceOf(fact.rowKey)) &&
        timeOf(fact) >= (filter.from ?? Number.NEGATIVE_INFINITY) &&
        timeOf(fact) < (filter.until ?? Number.POSITIVE_INFINITY) &&
        (filter.redeemableAt === undefined ||
          isRedeemable(fact, filter.redeemableAt, now, definitions)),
    )
    .sort((a, b) => compare(positionOf(a), positionOf(b)));

const includes = (wanted: readonly string[] | undefined, value: string): boolean =>
  wanted === undefined || wanted.includes(value);

/** Business time of a fact, epoch milliseconds; 0 when its source gives none. */
export const timeOf = ({ fields }: FactRow): number =>
  typeof fields['at'] === 'number' ? fields['at'] : 0;

/** Position of a fact in the list. */
export const positionOf = (fact: FactRow): ActivityPosition => ({
  at: timeOf(fact),
  rowKey: fact.rowKey,
});

const compare = (a: ActivityPosition, b: ActivityPosition): number => {
  if (a.at !== b.at) return b.at - a.at;
  return a.rowKey < b.rowKey ? -1 : Number(a.rowKey > b.rowKey);
};

/** Facts after a position, at most `limit`, and whether there are more. */
export const pageAfter = (
  sorted: readonly FactRow[],
  after: ActivityPosition | undefined,
  limit: number,
): { readonly page: readonly FactRow[]; readonly hasMore: boolean } => {
  const rest = after ? sorted.filter((fact) => compare(positionOf(fact), after) > 0) : sorted;
  return { page: rest.slice(0, limit), hasMore: rest.length > limit };
};

/** State of a coupon, as far as its source tells it. */
export type CouponState = 'issued' | 'claimed' | 'locked' | 'redeemed' | 'expired' | 'voided';

/**
 * State of a coupon, by the fields `voidedAt`, `redeemedAt`, `expiresOn`, `lockedAt` and `claimedAt`, those that its table has. It
 * expires with the last instant of its day, where its source is.
 */
export const couponState = (
  { rowKey, fields }: FactRow,
  at: number,
  { sources }: Definitions,
): CouponState => {
  const has = (field: string): boolean => typeof fields[field] === 'number';
  if (has('voidedAt')) return 'voided';
  if (has('redeemedAt')) return 'redeemed';
  const last = fields['expiresOn'];
  const zone = sources[sourceOf(rowKey)]?.timeZone ?? 'UTC';
  if (typeof last === 'string' && calendarDay(at, zone) > last) return 'expired';
  if (has('lockedAt')) return 'locked';
  return has('claimedAt') ? 'claimed' : 'issued';
};

// A coupon that names no stores is good in all of them.
const isRedeemable = (
  fact: FactRow,
  store: string,
  at: number,
  definitions: Definitions,
): boolean => {
  const { stores } = fact.fields;
  const state = fact.as === 'coupon' ? couponState(fact, at, definitions) : undefined;
  return (
    (state === 'issued' || state === 'claimed') &&
    (typeof stores !== 'string' || stores.split(/[,;\s]+/).includes(store))
  );
};

/** An entry as the API shows it. */
export const presentActivity = (
  fact: FactRow,
  definitions: Definitions,
  grant: Grant,
  now: number,
): Readonly<Record<string, unknown>> => {
  const { as, rowKey } = fact;
  const at = timeOf(fact);
  return {
    kind: as,
    at: at === 0 ? null : new Date(at).toISOString(),
    source: sourceOf(rowKey),
    ...rowOf(rowKey, grant.treat),
    ...brandShown(fact, grant),
    ...(as === 'coupon' ? { state: couponState(fact, now, definitions) } : {}),
    fields: presentFields(fact, definitions, grant),
  };
};

const brandShown = ({ as, fields: { brand } }: FactRow, { treat }: Grant): object => {
  const name = `${as}.brand`;
  const shown = treatValue(treat(name), name, brand);
  return shown === undefined ? {} : { brand: shown };
};

const presentFields = (
  { as, rowKey, fields }: FactRow,
  { sources }: Definitions,
  { treat }: Grant,
): Readonly<Record<string, unknown>> => {
  const [source = '', table = ''] = rowKey.split('.');
  const mappings = sources[source]?.tables[table]?.fields ?? {};
  return Object.fromEntries(
    Object.entries(mappings).flatMap(([field, mapping]) => {
      const value = fields[field];
      if (field === 'at' || value === undefined) return [];
      const name = `${as}.${field}`;
      const shown = treatValue(treat(name), name, presentValue(mapping, value));
      return shown === undefined ? [] : [[field, shown] as const];
    }),
  );
};

const presentValue = (mapping: FieldMapping, value: unknown): unknown => {
  if (mapping.type === 'time') return new Date(Number(value)).toISOString();
  if (mapping.type !== 'money') return value;
  const { amount, currency } = value as { readonly amount: number; readonly currency: string };
  return { amount: formatMoney(amount, currency), currency };
};
