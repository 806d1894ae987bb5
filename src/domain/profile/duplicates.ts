/**
 * Duplicates: how much of the source records describes a person whom another record describes too, before identity and after.
 *
 * A person with n records in k customers is n - 1 duplicates before and k - 1 after, and each of the records bears an equal
 * share of both: most persons are in several sources, and their duplicates are nobody's alone. So the duplicates of all sources,
 * and of all markets, add up. Nothing labels persons: they are the customers that would be left if all that waits for review
 * were joined. Counts of disjoint sets of customers add up, by place: `all`, `market|HK`, `source|crm`.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { HeldValue } from '#domain/identity/held-value.ts';
import { areDisjoint } from '#domain/identity/identifier.ts';
import { isNever } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { unitsOfPair } from '#domain/identity/pair.ts';
import type { Customer, Scope } from '#domain/identity/scope.ts';
import { own } from '#domain/shared/json-safety.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { sourceOf } from './facts-partial.ts';

/** Counts of one place: of the records that lie there. */
export interface DuplicateCounts {
  /** Live party rows that belong to a customer. */
  readonly records: number;
  /** Customers that have one. */
  readonly customers: number;
  /** Persons that have one. */
  readonly people: number;
  /** Duplicates that the records bear, in millionths: whole numbers add up alike in any order. */
  readonly before: number;
  readonly after: number;
}

/** Counts by place. */
export type Duplicates = Readonly<Record<string, DuplicateCounts>>;

/** The place of all records. */
export const ALL_RECORDS = 'all';

const WHOLE = 1_000_000;

/** Name of a place: the market or source whose records it has. */
export const placeName = (kind: 'market' | 'source', name: string): string => `${kind}|${name}`;

/** Puts the counts of disjoint sets of persons together. */
export const addDuplicates = (a: DuplicateCounts, b: DuplicateCounts): DuplicateCounts => ({
  records: a.records + b.records,
  customers: a.customers + b.customers,
  people: a.people + b.people,
  before: a.before + b.before,
  after: a.after + b.after,
});

/** What the customers of one scope add: every value that could join two of them to one person is in it. */
export const scopeDuplicates = (
  scope: Scope,
  { sources }: Pick<Definitions, 'sources'>,
): Duplicates => {
  const personOf = afterReview(scope);
  const persons = groupBy(scope.customers, ({ id }) => personOf(id));
  const records = [...persons].flatMap(([person, customers]) =>
    recordsOf(person, customers, scope.units),
  );
  const places = groupBy(
    records.flatMap((record) => placesOf(record, sources).map((place) => ({ place, record }))),
    ({ place }) => place,
  );
  return Object.fromEntries(
    [...places].map(([place, of]) => [place, countsOf(of.map(({ record }) => record))]),
  );
};

/** A party row, and the duplicates that it bears. */
interface CustomerRecord {
  readonly unit: UnitKey;
  readonly customer: OneId;
  /** The person, by one of its customers. */
  readonly person: OneId;
  readonly before: number;
  readonly after: number;
}

/** The records of one person. */
const recordsOf = (
  person: OneId,
  customers: readonly Customer[],
  units: Scope['units'],
): readonly CustomerRecord[] => {
  const rows = customers.flatMap(({ id, units: ofIt }) =>
    ofIt.filter((unit) => units.get(unit)?.party === true).map((unit) => ({ unit, customer: id })),
  );
  const withRows = new Set(rows.map(({ customer }) => customer));
  const shareOf = (duplicates: number) => Math.round((WHOLE * duplicates) / rows.length);
  const [before, after] = [shareOf(rows.length - 1), shareOf(withRows.size - 1)];
  return rows.map((row) => ({ ...row, person, before, after }));
};

const countsOf = (records: readonly CustomerRecord[]): DuplicateCounts => ({
  records: records.length,
  customers: new Set(records.map(({ customer }) => customer)).size,
  people: new Set(records.map(({ person }) => person)).size,
  before: records.reduce((sum, { before }) => sum + before, 0),
  after: records.reduce((sum, { after }) => sum + after, 0),
});

/** The unit of a party row has the row's key. */
const sourceOfParty = (unit: UnitKey): string => sourceOf(unit as string as SourceRowKey);

/** The market is that of the source, as for who may see rows. */
const placesOf = ({ unit }: CustomerRecord, sources: Definitions['sources']): readonly string[] => {
  const source = sourceOfParty(unit);
  const market = own(sources, source)?.region;
  return [
    ALL_RECORDS,
    placeName('source', source),
    ...(market === undefined ? [] : [placeName('market', market)]),
  ];
};

/** Who a customer would be, named by one of the customers that would be one. */
const afterReview = (scope: Scope): ((id: OneId) => OneId) => {
  const waiting = scope.held.filter(waits);
  if (waiting.length === 0) return (id) => id;
  const people = new DisjointSets(scope.customers.map(({ id }) => id));
  const customerOf = new Map(scope.customers.flatMap(unitsWithOwner));
  for (const [unitA, unitB] of waiting.flatMap((value) => pairsOf(value, scope.units))) {
    const [a, b] = [customerOf.get(unitA), customerOf.get(unitB)];
    if (a && b && !areKeptApart(a, b, scope.units)) people.union(a.id, b.id);
  }
  return (id) => people.find(id);
};

const unitsWithOwner = (customer: Customer): readonly (readonly [UnitKey, Customer])[] =>
  customer.units.map((unit) => [unit, customer] as const);

/** A value without a reason is listed only until its scope is closed. */
const waits = ({ reasons }: HeldValue): boolean => reasons.length > 0;

type Pair = readonly [UnitKey, UnitKey];

/** Units that a value would link: two that hold it on a common day. */
const pairsOf = ({ identifier }: HeldValue, units: Scope['units']): readonly Pair[] => {
  const pair = unitsOfPair(identifier);
  if (pair) return [pair];
  const claims = [...units.values()].flatMap(({ key, claims: all }) =>
    all.filter((claim) => claim.identifier === identifier).map((claim) => ({ key, claim })),
  );
  return claims.flatMap((a, index) =>
    claims
      .slice(index + 1)
      .filter((b) => !areDisjoint(a.claim, b.claim))
      .map((b): Pair => [a.key, b.key]),
  );
};

/** Whether an operator said of two customers' units that they are never one. */
const areKeptApart = (a: Customer, b: Customer, units: Scope['units']): boolean =>
  a.id !== b.id && !decisionsOf(a, units).isDisjointFrom(decisionsOf(b, units));

const decisionsOf = (customer: Customer, units: Scope['units']): ReadonlySet<IdentifierKey> =>
  new Set(
    customer.units.flatMap((unit) =>
      (units.get(unit)?.claims ?? []).map(({ identifier }) => identifier).filter(isNever),
    ),
  );

/** What the figures mean and what they cannot know, for whoever reads them. */
export const DUPLICATES_METHOD =
  'records: live source rows that describe a customer. customers: what they were put together to. people: the customers that ' +
  'would be left if all that waits for review were joined, but for those that an operator keeps apart. A person with n records ' +
  'in k customers is n - 1 duplicates before and k - 1 after, wherever they are; each of the records bears an equal share. ' +
  'before and after are duplicates per record, so of all records before = 1 - people / records and after = (customers - people) ' +
  '/ records; reduction = 1 - after / before, null when nothing was a duplicate. A customer counts in each source and market ' +
  '(of the source) that has a record of it. Nobody labels people, so after is an estimate: some of what waits are strangers, ' +
  'and neither duplicates that nothing points to nor strangers that were put together are seen.';

/** Duplicates per record of a place. */
export interface DuplicateRates {
  readonly before: number;
  readonly after: number;
  /** Of the duplicates before, those that are gone; `null` where none was. */
  readonly reduction: number | null;
}

/** The rates of counts, four decimals. */
export const duplicateRates = ({ records, before, after }: DuplicateCounts): DuplicateRates => ({
  before: rate(before, records * WHOLE),
  after: rate(after, records * WHOLE),
  reduction: before === 0 ? null : rate(before - after, before),
});

const rate = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 10_000;
