/**
 * Check of a run: at a quiet moment nothing is lost, nothing is counted twice, and every view equals SQL on the sources.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '#application/shared/in-parallel.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { untilCaptured } from '../capture/until-captured.ts';
import { type ExpectedView, expectedViews } from '../sources/expected.ts';
import { amounts } from '../sources/expected-figures.ts';
import { scoreTruth, type TruthScore } from '../sources/score.ts';
import { readTruth } from '../sources/shop/truth.ts';
import { readSourceRows, type SourceRow } from '../sources/source-rows.ts';
import { type Amount, type ApiProfile, fetchProfile } from './api.ts';
import type { Pipeline } from './pipeline.ts';
import { readStoredCustomers, type StoredCustomers } from './stored-customers.ts';

/** What the check found. */
export interface RunCheck {
  readonly customers: number;
  /** Live rows of the sources that the pipeline does not know. */
  readonly lost: readonly string[];
  /** Rows in two places, or in a place although their source no longer has them. */
  readonly surplus: readonly string[];
  /** Customers whose view differs from SQL, with the first difference. */
  readonly wrongViews: readonly string[];
  readonly truth: TruthScore;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 1_000;

/** Checks, and checks again until the pipeline has come to rest. */
export const checkRun = async (
  pipeline: Pipeline,
  log: (line: string) => void,
): Promise<RunCheck> => {
  await untilCaptured(pipeline.captureSources);
  const rows = await readSourceRows(pipeline.postgres.connection);
  return untilSettled(
    () => checkOnce(pipeline, rows),
    (found) => [...found.lost, ...found.surplus, ...found.wrongViews],
    async (differences) => {
      log(`check: ${differences} differences, waiting for the pipeline to come to rest`);
      await sleep(PAUSE_MS);
    },
  );
};

/**
 * Looks again until nothing differs, or the same differs as before and patience is over: on a busy machine one look may
 * take longer than patience, and what it saw first is not where the pipeline came to rest.
 * @param pause waits between two looks; told how many differences there are
 */
export const untilSettled = async <Found>(
  look: () => Promise<Found>,
  differencesIn: (found: Found) => readonly string[],
  pause: (differences: number) => Promise<void>,
  clock: Clock = Date.now,
): Promise<Found> => {
  const deadline = clock() + PATIENCE_MS;
  for (let before = ''; ; ) {
    const found = await look();
    const differences = differencesIn(found);
    const now = differences.toSorted().join('\n');
    if (now === '' || (now === before && clock() > deadline)) return found;
    before = now;
    await pause(differences.length);
  }
};

const checkOnce = async (pipeline: Pipeline, rows: readonly SourceRow[]): Promise<RunCheck> => {
  const stored = await readStoredCustomers(pipeline.endpoints);
  const { views, unassigned, vanished } = expectedViews(rows, stored.customerOf, today());
  const lost = unassigned.filter((row) => !stored.known.has(row));
  const surplus = [...stored.twice, ...vanished];
  const settled = lost.length + surplus.length === 0;
  return {
    customers: stored.customers,
    lost,
    surplus,
    wrongViews: settled ? await wrongViews(pipeline, stored, views) : [],
    truth: scoreTruth(rows, stored.customerOf, readTruth(pipeline.truthDir)),
  };
};

/** The day it is in Hong Kong, counted from 1970-01-01. */
const today = (): number => Math.floor((Date.now() + 8 * 3_600_000) / 86_400_000);

const wrongViews = async (
  { endpoints }: Pipeline,
  { customerOf }: StoredCustomers,
  views: ReadonlyMap<string, ExpectedView>,
): Promise<readonly string[]> => {
  const customers = [...new Set(customerOf.values())];
  const differences = await inParallel(customers, async (customer) => {
    const profile = await fetchProfile(endpoints, `customerId:${customer}`);
    return profile ? differenceOf(profile, views.get(customer)) : 'no answer';
  });
  return differences.flatMap((difference, index) =>
    difference === undefined ? [] : [`${customers[index]}: ${difference}`],
  );
};

/** The first figure in which an answer differs from what SQL says. */
export const differenceOf = (
  profile: ApiProfile,
  expected: ExpectedView | undefined,
): string | undefined => {
  if (!expected) return 'SQL knows no such customer';
  const told = comparable(profile);
  const right = comparableExpected(expected);
  const field = Object.keys(right).find((name) => told[name] !== right[name]);
  return field && `${field} is ${told[field]}, SQL says ${right[field]}`;
};

const comparable = (profile: ApiProfile): Readonly<Record<string, string>> => ({
  ...figureTexts(profile),
  lastOrderAt: profile.lastOrderAt ?? 'never',
  rows: sorted(profile.sources.map(({ source, rows }) => `${source} ${rows}`)),
});

const comparableExpected = (expected: ExpectedView): Readonly<Record<string, string>> => ({
  orderCount: String(expected.orderCount),
  returnCount: String(expected.returnCount),
  couponCount: String(expected.couponCount),
  caseCount: String(expected.caseCount),
  pointsBalance: String(expected.pointsBalance),
  lastOrderAt:
    expected.lastOrderAt === undefined ? 'never' : new Date(expected.lastOrderAt).toISOString(),
  spend: amounts(expected.spend),
  ...countsOf(expected),
  paid: amounts(expected.paid),
  ...expected.figures,
  rows: sorted(Object.entries(expected.rowsBySource).map(([source, rows]) => `${source} ${rows}`)),
});

const COUNTS = ['paymentCount', 'consentsStanding', 'eventCount', 'leadCount'] as const;

const countsOf = (figures: Pick<ExpectedView, (typeof COUNTS)[number]>) =>
  Object.fromEntries(COUNTS.map((name) => [name, String(figures[name])]));

const moneyText = (amounts: readonly Amount[]): string =>
  sorted(amounts.map(({ amount, currency }) => `${currency} ${amount}`));

const figureTexts = (profile: ApiProfile): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(profile).map(([name, value]) => [name, figureText(name, value)]),
  );

const figureText = (name: string, value: unknown): string => {
  if (name === 'rfm') return Object.values(value ?? { score: 'none' }).join(' ');
  if (name.startsWith('preferred')) return Object.values(value ?? { value: 'none' }).join(' ');
  return Array.isArray(value) ? moneyText(value as readonly Amount[]) : String(value);
};

const sorted = (entries: readonly string[]): string => [...entries].sort().join(', ');
