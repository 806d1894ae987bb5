/**
 * Figures: what is printed, with the budget of each and how it came about.
 * @module
 */
import type { Kind, KindCosts } from './costs/kinds.ts';
import { ratioOf, type WhaleCosts } from './costs/whales.ts';
import type { PartCosts } from './costs/write-costs.ts';
import type { Figure, Section } from './figure.ts';
import { resolvingSections } from './resolving/figures.ts';
import type { Growth, Results } from './results.ts';

/** All sections, in the order in which they are printed. */
export const sectionsOf = (results: Results): readonly Section[] => [
  { title: 'Write units per change', figures: writeFigures(results) },
  { title: 'A batch of 100 records, structural changes apart', figures: batchFigures(results) },
  { title: 'Growth', figures: growthFigures(results) },
  { title: 'US dollars per million changes, DMS left out', figures: billFigures(results) },
  { title: 'Processor time per change', figures: handlerFigures(results) },
  { title: 'Profile read', figures: readFigures(results) },
  ...resolvingSections(results.resolving),
];

const writeFigures = ({ costs }: Results): readonly Figure[] => {
  const { all, load, day } = costs;
  const kinds = all.kinds;
  const unit = 'write units';
  return [
    {
      ...{ name: 'resolve, known row', value: unitsOf(kinds, 'known'), unit, budget: 1.1 },
      how: `${share(kinds, 'known')}; rows seen before, identifiers unchanged; with its part of the positions and defects of a batch`,
    },
    {
      ...{ name: 'resolve, first sight', value: unitsOf(kinds, 'firstSight'), unit, budget: 2.1 },
      how: `${share(kinds, 'firstSight')}; facts registered under a unit that is there: registry and contribution`,
    },
    {
      ...{ name: 'resolve, structural', value: unitsOf(kinds, 'structural'), unit, budget: 16 },
      how: `${share(kinds, 'structural')}; commits of the identity graph, transactions count double`,
    },
    {
      ...{ name: 'resolve, all', value: all.resolve.writeUnits / all.changes, unit },
      how: partText(load, day, ({ resolve }) => resolve.writeUnits),
    },
    {
      ...{ name: 'stream side', value: all.view.writeUnits / all.changes, unit, budget: 1.1 },
      how: `summaries and buckets that grow, in batches of 100 stream records; ${partText(load, day, ({ view }) => view.writeUnits)}`,
    },
    {
      ...{ name: 'all together', value: totalUnits(all), unit, budget: 4 },
      how: `${all.changes} changes about a customer in batches of 100, of ${all.records} records; ${partText(load, day, ({ resolve, view }) => resolve.writeUnits + view.writeUnits)}`,
    },
  ];
};

/** Write units of both sides per change. */
export const totalUnits = ({ resolve, view, changes }: PartCosts): number =>
  (resolve.writeUnits + view.writeUnits) / changes;

const changesOf = ({ known, firstSight, structural }: KindCosts): number =>
  known.changes + firstSight.changes + structural.changes;

/** Write units per change of a kind, its part of the positions kept per batch included. */
export const unitsOf = (kinds: KindCosts, kind: Kind): number =>
  kinds[kind].units / kinds[kind].changes + kinds.batchUnits / changesOf(kinds);

const share = (kinds: KindCosts, kind: Kind): string =>
  `${((100 * kinds[kind].changes) / changesOf(kinds)).toFixed(1)} % of changes`;

const partText = (load: PartCosts, day: PartCosts, pick: (part: PartCosts) => number): string =>
  `load ${(pick(load) / load.changes).toFixed(2)}, days ${(pick(day) / day.changes).toFixed(2)}`;

const batchFigures = ({ batches }: Results): readonly Figure[] => {
  const counted = `${batches.batches} batches of changes that are not structural, ${batches.leftOut} left out`;
  const most = ({ max }: { readonly max: number }) => `at most ${max.toFixed(0)}`;
  return [
    {
      ...{ name: 'requests', value: batches.resolve.mean, unit: 'a batch', budget: 12 },
      how: `resolve side, average, ${most(batches.resolve)}; ${counted}`,
    },
    {
      ...{ name: 'stages', value: batches.resolveRounds.median, unit: 'in sequence', budget: 4 },
      how: `longest chain of requests that wait for each other, median, ${most(batches.resolveRounds)}`,
    },
    {
      ...{ name: 'requests, stream side', value: batches.view.mean, unit: 'a batch' },
      how: `per batch of 100 stream records, average, ${most(batches.view)}`,
    },
    {
      ...{ name: 'stages, stream side', value: batches.viewRounds.median, unit: 'in sequence' },
      how: `median, ${most(batches.viewRounds)}`,
    },
  ];
};

const growthFigures = ({ baseGrowth, historyGrowth, whale }: Results): readonly Figure[] => [
  {
    ...{ name: 'exponent, base', value: baseGrowth.exponent, unit: '', budget: 1.05 },
    how: `workloads of growing size, people in proportion: ${pointText(baseGrowth)}`,
  },
  {
    ...{ name: 'exponent, histories', value: historyGrowth.exponent, unit: '', budget: 1.05 },
    how: `days of a shop that begins with 1000 people: ${pointText(historyGrowth)}`,
  },
  whaleFigure('whale, single changes', whale, whale.single),
  whaleFigure('whale, ten together', whale, whale.batched),
  {
    ...{ name: 'largest item of the whale', value: whale.largestItem.bytes / 1024, unit: 'KB' },
    budget: 100,
    how: `${whale.largestItem.kind}, ${whale.rows} rows`,
  },
];

const whaleFigure = (name: string, { rows }: WhaleCosts, pair: WhaleCosts['single']): Figure => ({
  ...{ name, value: ratioOf(pair), unit: '×', budget: 1.2 },
  how:
    `read and write units at list price, ${rows} rows to 10: USD ${pair.whale.usdPerMillion.toFixed(2)} to ` +
    `${pair.small.usdPerMillion.toFixed(2)} a million; write units ${pair.whale.writeUnits.toFixed(2)} to ` +
    `${pair.small.writeUnits.toFixed(2)}, requests ${pair.whale.requests.toFixed(2)} to ${pair.small.requests.toFixed(2)}`,
});

const pointText = ({ points }: Growth): string =>
  points
    .map(({ changes, usd }) => `${changes} at USD ${((usd / changes) * 1e6).toFixed(2)}/M`)
    .join(', ');

const billFigures = ({ bill }: Results): readonly Figure[] => [
  ...bill.map(({ what, usdPerMillion, formula }) => ({
    ...{ name: what, value: usdPerMillion, unit: 'USD' },
    how: formula,
  })),
  {
    ...{ name: 'all together', value: usdOf(bill), unit: 'USD', budget: 3.3 },
    how: 'sum; prices of us-east-1, on demand',
  },
];

/** Sum of a bill. */
export const usdOf = (bill: Results['bill']): number =>
  bill.reduce((sum, { usdPerMillion }) => sum + usdPerMillion, 0);

const handlerFigures = ({ handlers }: Results): readonly Figure[] => {
  const { withSdk, withoutSdk, jsonParse, peer } = handlers;
  const sides = ({ resolve, view }: typeof withSdk) =>
    `resolve ${resolve.toFixed(0)}, view ${view.toFixed(0)}`;
  const ran = `${handlers.changes} changes, median of ${handlers.rounds} rounds`;
  return [
    {
      ...{ name: 'functions with the SDK', value: withSdk.both, unit: 'µs' },
      how: `both handlers from the event's JSON on, answers recorded from the local engine and given at once; ${sides(withSdk)}; ${ran}`,
    },
    {
      ...{ name: 'functions without the SDK', value: withoutSdk.both, unit: 'µs' },
      how: `the same on a table that answers at once; ${sides(withoutSdk)}`,
    },
    {
      ...{ name: 'JSON.parse of the record', value: jsonParse, unit: 'µs' },
      how: 'the same records, nothing else done',
    },
    {
      ...{ name: 'peer, PostgreSQL triggers', value: peer, unit: 'µs' },
      how: `processor time of its server process for the same changes in the same batches; ${handlers.customers} customers, digest equal (${handlers.digest.slice(0, 12)})`,
    },
    {
      ...{ name: 'with SDK to peer', value: withSdk.both / peer, unit: '×', budget: 1.5 },
      how: 'both sides of ours, DynamoDB itself not counted; the peer pays for landing its rows',
    },
    {
      ...{ name: 'without SDK to JSON.parse', value: withoutSdk.both / jsonParse, unit: '×' },
      budget: 8,
      how: `resolve side alone ${(withoutSdk.resolve / jsonParse).toFixed(1)} ×`,
    },
  ];
};

const readFigures = ({ reads }: Results): readonly Figure[] => {
  const { api, floor, peer, perSecond, rounds } = reads;
  const times = ({ p50, p95, p99 }: typeof api) =>
    `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms`;
  return [
    {
      ...{ name: 'requests in sequence', value: rounds.most, unit: '', budget: 2 },
      how: `by member card, the most over ${rounds.members} members of a shop; freshness is read beside them`,
    },
    {
      ...{ name: 'over a redirect', value: rounds.mostRedirected, unit: '', budget: 3 },
      how: `of these, ${rounds.redirected} whose customer has merged since the card came: a redirect adds one`,
    },
    {
      ...{ name: 'p95', value: api.p95, unit: 'ms', budget: 50 },
      how: `${api.requests} requests at ${perSecond} a second through the local cloud: ${times(api)}`,
    },
    {
      ...{ name: 'refused', value: api.refused, unit: 'requests', budget: 0 },
      how: 'of these; every execution environment was busy, or the machine was',
    },
    {
      ...{ name: 'p95 to the floor', value: api.p95 / floor.p95, unit: '×' },
      how: `a bare GetItem through the same engine at the same rate: ${times(floor)}`,
    },
    {
      ...{ name: 'p99 to the peer', value: api.p99 / peer.p99, unit: '×', budget: 2 },
      how: `the peer's query for the same customers, over its own protocol: ${times(peer)}`,
    },
  ];
};

/** Whether a figure keeps its budget; `undefined` when it has none. */
export const isKept = ({ value, budget, least }: Figure): boolean | undefined =>
  budget === undefined && least === undefined
    ? undefined
    : value <= (budget ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY);

/** Whether no figure misses what is promised of it. */
export const areKept = (sections: readonly Section[]): boolean =>
  sections.every(({ figures }) => figures.every((figure) => isKept(figure) !== false));
