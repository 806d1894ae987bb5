/**
 * Read metrics: the figures of the last pass as a caller may see them.
 *
 * A figure of many is no personal data, so it is not recorded as a read. What a role may not see of one customer it does
 * not see of all of them either: counts go with the view's own measure, amounts with theirs.
 * @module
 */
import { loadMetrics, type StoredMetrics } from '#application/profile/metrics-store.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import {
  ALL_RECORDS,
  DUPLICATES_METHOD,
  type DuplicateCounts,
  type Duplicates,
  duplicateRates,
  placeName,
} from '#domain/profile/duplicates.ts';
import { NO_BRAND } from '#domain/profile/facts-partial.ts';
import { ACTIVITY_DAYS, type Counts, type TrendCell } from '#domain/profile/metrics.ts';
import {
  type Credentials,
  decideAccess,
  type Grant,
  seesPart,
  seesRow,
} from '#domain/serve/access.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { own } from '#domain/shared/json-safety.ts';
import { formatMoney } from '#domain/shared/money.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** What reading needs. */
export interface MetricsPorts {
  readonly table: Table;
  readonly definitions: () => Promise<CurrentDefinitions>;
  readonly clock: Clock;
}

/** Who asks, and for what. */
export interface MetricsRequest {
  readonly caller: Credentials;
  readonly purpose?: string | undefined;
  /** Days, both included, `2026-11-22`; of the sales trend. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

type Body = Readonly<Record<string, unknown>>;
type Answered = Promise<Result<Body, ApiProblem>>;

/** Answers `GET /v1/metrics/member-activity`. */
export const readMemberActivity = (ports: MetricsPorts, request: MetricsRequest): Answered =>
  answer(ports, request, ({ metrics: { activity } }, { grant }) => {
    if (seesPart(grant)) return failure(ALL_ONLY);
    if (grant.treat('lastSeenAt') !== 'clear' || grant.treat('tier') !== 'clear')
      return failure(HIDDEN);
    const groups = Object.entries(activity).sort(([a], [b]) => (a < b ? -1 : 1));
    return success({
      customers: groups.reduce((sum, [, group]) => sum + group.customers, 0),
      tiers: groups.map(([tier, group]) => ({
        tier: tier === 'none' ? null : tier,
        customers: group.customers,
        active: ACTIVITY_DAYS.map((days) => ({ days, customers: group[`d${days}`] ?? 0 })),
      })),
    });
  });

/** Answers `GET /v1/metrics/channel-conversion`. */
export const readChannelConversion = (ports: MetricsPorts, request: MetricsRequest): Answered =>
  answer(ports, request, ({ metrics: { channels } }, { grant }) => {
    if (seesPart(grant)) return failure(ALL_ONLY);
    if (grant.treat('orderCount') !== 'clear') return failure(HIDDEN);
    const groups = Object.entries(channels).sort(([a], [b]) => (a < b ? -1 : 1));
    return success({
      channels: groups.map(([source, { customers, buyers }]) => ({
        source,
        customers,
        buyers,
        conversion: Math.round((10_000 * buyers) / customers) / 10_000,
      })),
    });
  });

/** Answers `GET /v1/metrics/sales-trend`. */
export const readSalesTrend = (ports: MetricsPorts, request: MetricsRequest): Answered =>
  answer(ports, request, ({ metrics: { trend } }, { grant, definitions }) => {
    const { from = '', until = '9999' } = request;
    const cells = Object.entries(trend)
      .map(([name, cell]) => ({ ...placeOf(name), cell }))
      .filter(({ day }) => day >= from && day <= until)
      .filter(({ source, brand }) =>
        seesRow(grant, { source, market: definitions.sources[source]?.region, brand }),
      )
      .sort((a, b) => (placeText(a) < placeText(b) ? -1 : 1));
    return success({
      days: cells.map(({ cell, ...place }) => ({
        ...place,
        brand: place.brand === NO_BRAND ? null : place.brand,
        ...presentCell(cell, grant),
      })),
    });
  });

/** Answers `GET /v1/metrics/identity`. */
export const readDuplicates = (ports: MetricsPorts, request: MetricsRequest): Answered =>
  answer(ports, request, ({ metrics }, { grant }) => {
    if (seesPart(grant)) return failure(ALL_ONLY);
    // A pass by former code did not count them.
    const duplicates = metrics.duplicates as Duplicates | undefined;
    if (!duplicates) return failure(NOT_YET);
    return success({
      method: DUPLICATES_METHOD,
      all: presentCounts(own(duplicates, ALL_RECORDS) ?? NO_RECORDS),
      markets: presentPlaces(duplicates, 'market'),
      sources: presentPlaces(duplicates, 'source'),
    });
  });

const NO_RECORDS = { records: 0, customers: 0, people: 0, before: 0, after: 0 };

const presentPlaces = (duplicates: Duplicates, kind: 'market' | 'source'): readonly Body[] => {
  const prefix = placeName(kind, '');
  return Object.entries(duplicates)
    .filter(([place]) => place.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, counts]) => ({ [kind]: place.slice(prefix.length), ...presentCounts(counts) }));
};

const presentCounts = (counts: DuplicateCounts): Body => {
  const { records, customers, people } = counts;
  return { records, customers, people, ...duplicateRates(counts) };
};

interface Place {
  readonly day: string;
  readonly source: string;
  /** {@link NO_BRAND} for rows that name none. */
  readonly brand: string;
}

const placeOf = (name: string): Place => {
  const [day = '', source = '', brand = ''] = name.split('|');
  return { day, source, brand };
};

const placeText = ({ day, source, brand }: Place): string => [day, source, brand].join('|');

const presentCell = ({ counts, amounts }: TrendCell, { treat }: Grant): Body => {
  const seen = <Part>(parts: Readonly<Record<string, Part>>) =>
    Object.entries(parts).filter(([measure]) => treat(measure) === 'clear');
  return {
    ...Object.fromEntries(seen(counts)),
    ...Object.fromEntries(seen(amounts).map(([measure, sums]) => [measure, moneyOf(sums)])),
  };
};

const moneyOf = (sums: Counts): readonly Body[] =>
  Object.entries(sums)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, amount]) => ({ amount: formatMoney(amount, currency), currency }));

interface Asked {
  readonly grant: Grant;
  readonly definitions: Definitions;
}

const answer = async (
  { table, definitions: current, clock }: MetricsPorts,
  { caller, purpose }: MetricsRequest,
  present: (stored: StoredMetrics, asked: Asked) => Result<Body, ApiProblem>,
): Answered => {
  const { definitions } = await current();
  const granted = decideAccess(definitions.access, caller, purpose);
  if (!granted.ok) return granted;
  if (granted.value.customer !== undefined) return failure(ALL_ONLY);
  const stored = await loadMetrics(table);
  if (!stored) return failure(NOT_YET);
  const shown = present(stored, { grant: granted.value, definitions });
  return shown.ok ? success({ ...aboutPass(stored, clock()), ...shown.value }) : shown;
};

const aboutPass = (
  { startedAt, endedAt, positions = {}, definitions }: StoredMetrics,
  now: number,
): Body => ({
  asOf: new Date(startedAt).toISOString(),
  lagMs: Math.max(0, now - startedAt),
  positions: Object.fromEntries(
    Object.entries(positions).map(([source, applied]) => [
      source,
      applied && {
        position: applied.position,
        committedAt: applied.committedAt,
        lagMs: Math.max(0, now - Date.parse(applied.committedAt)),
      },
    ]),
  ),
  completeAt: new Date(endedAt).toISOString(),
  definitions,
});

const NOT_YET: ApiProblem = {
  code: 'not-yet-visible',
  detail: 'The first pass over all customers is not complete.',
  retryAfterSeconds: 60,
};
const ALL_ONLY: ApiProblem = {
  code: 'not-permitted',
  detail: 'These figures are of all customers, and this caller may see some.',
};
const HIDDEN: ApiProblem = {
  code: 'not-permitted',
  detail: 'The role of this token may not see what these figures are made of.',
};
