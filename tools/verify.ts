/**
 * `npm run verify`: random histories of a small shop against a batch computation of the same, for as long as you like.
 *
 * Each history is delivered shuffled, repeated and cut into batches to several workers on one table, with crashes,
 * throttling, reloads, changes of rules and decisions of operators; what is left must equal what the oracle computes from
 * the final rows. A seed names a history with all its accidents.
 * @module
 */
import { createHash, randomInt } from 'node:crypto';
import { startEngineStores } from '../test/support/engine-store.ts';
import { racesNamed } from '../test/support/race-catalogue.ts';
import { exploreRace } from '../test/support/races.ts';
import type { MakeStore } from '../test/support/run-world.ts';
import { type Finding, judgeSeed } from '../test/support/verify-seed.ts';
import { verifyViews } from '../test/support/verify-views.ts';
import { readOptions } from './read-options.ts';
import { runMutants } from './verify/mutants.ts';

const HELP = `Usage: npm run verify -- [options]

  --histories N   histories to run (1000)
  --seed S        seed of the first one; the others count up from it (drawn)
  --people N      these three replace what the seed would choose
  --events N
  --workers N
  --engine        against the local DynamoDB engine in place of a table in memory (100)
  --views         histories of views: every figure of every customer, at random instants and for random brands
  --scored        only histories whose rules score pairs
  --races NAME    races of two workers in place of histories, each in every order: those whose name begins so, '' for all
  --first         stops at the first that differs
  --mutants       takes the guards out of the code one by one, and looks whether that is noticed (up to 4000 histories each)
  --guard WORDS   of those, the ones with these words in their name

It prints a digest over the canonical state of all histories: the same seed gives the same on every machine.

Examples
  npm run verify -- --histories 100000            a night
  npm run verify -- --seed 4711 --histories 1     one history again
  npm run verify -- --views --histories 10000     views, an hour or so
`;

const number = { type: 'string' } as const;
const OPTIONS = {
  engine: { type: 'boolean' },
  first: { type: 'boolean' },
  scored: { type: 'boolean' },
  views: { type: 'boolean' },
  races: { type: 'string' },
  guard: { type: 'string' },
  mutants: { type: 'boolean' },
  ...{ histories: number, seed: number, people: number, events: number, workers: number },
} as const;

/** Most findings that are shown; after that they only count. */
const SHOWN = 5;

type Overrides = Partial<Record<'people' | 'events' | 'workers', number>> & {
  readonly scored?: true;
};

interface Run {
  readonly first: number;
  readonly histories: number;
  readonly overrides: Overrides;
  readonly stopAtFirst: boolean;
  readonly makeStore: MakeStore | undefined;
}

const verify = async ({ first, histories, overrides, stopAtFirst, makeStore }: Run) => {
  const progress = startProgress(histories);
  const digest = createHash('sha256');
  let found = 0;
  for (let seed = first; seed < first + histories; seed++) {
    const verdict = await judgeSeed(seed, overrides, makeStore);
    digest.update(verdict.digest);
    if (verdict.finding && ++found <= SHOWN) show(verdict.finding, overrides);
    progress.next(found);
    if (found > 0 && stopAtFirst) break;
  }
  progress.end();
  return { found, digest: digest.digest('hex') };
};

const startProgress = (histories: number) => {
  const startedAt = performance.now();
  let done = 0;
  let toldAt = startedAt;
  const perSecond = () => Math.round((done * 1000) / (performance.now() - startedAt));
  const tell = (found: number) =>
    console.error(`${done} of ${histories}, ${found} differ, ${perSecond()} per second`);
  return {
    next: (found: number) => {
      done += 1;
      if (performance.now() - toldAt < 5_000) return;
      toldAt = performance.now();
      tell(found);
    },
    end: () => console.error(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`),
  };
};

const show = ({ seed, options, problems }: Finding, overrides: Overrides): void => {
  const flags = Object.entries(overrides).map(([name, value]) =>
    value === true ? ` --${name}` : ` --${name} ${value}`,
  );
  console.error(`\nSeed ${seed} differs. Its world: ${JSON.stringify(options)}`);
  for (const problem of problems) console.error(problem);
  console.error(`Again: npm run verify -- --histories 1 --seed ${seed}${flags.join('')}\n`);
};

const readNumber = (name: string, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a number, not ${text}.`);
  process.exit(2);
};

const run = async (
  numbers: Partial<Record<string, number>>,
  engine: boolean,
  stopAtFirst: boolean,
  scored: boolean,
) => {
  const {
    histories = engine ? 100 : 1_000,
    seed = randomInt(1_000_000_000),
    ...overrides
  } = numbers;
  console.error(`${histories} histories from seed ${seed}${engine ? ', on the local engine' : ''}`);
  const stores = engine ? await startEngineStores() : undefined;
  const makeStore = stores?.makeStore;
  try {
    const { found, digest } = await verify({
      first: seed,
      histories,
      overrides: { ...overrides, ...(scored ? { scored } : {}) },
      stopAtFirst,
      makeStore,
    });
    console.log(`${histories} histories, ${found} differ`);
    console.log(digest);
    return found === 0 ? 0 : 1;
  } finally {
    await stores?.stop();
  }
};

const runViews = async (numbers: Partial<Record<string, number>>): Promise<number> => {
  const { histories = 1_000, seed = randomInt(1_000_000_000) } = numbers;
  console.error(`${histories} histories of views from seed ${seed}`);
  const progress = startProgress(histories);
  let found = 0;
  for (let next = seed; next < seed + histories; next++) {
    const finding = await verifyViews(next);
    if (finding && ++found <= SHOWN) console.error(JSON.stringify(finding, undefined, 1));
    progress.next(found);
  }
  progress.end();
  console.log(`${histories} histories, ${found} differ`);
  return found === 0 ? 0 : 1;
};

const runRaces = async (beginning: string, stopAtFirst: boolean): Promise<number> => {
  const races = racesNamed(beginning);
  console.error(`${races.length} races`);
  const progress = startProgress(races.length);
  let found = 0;
  for (const { name, race } of races) {
    const finding = await exploreRace(race);
    if (finding && ++found <= SHOWN)
      console.error(
        `\n${name}: ${JSON.stringify(finding.schedule)}\n${finding.problems.join('\n')}`,
      );
    progress.next(found);
    if (found > 0 && stopAtFirst) break;
  }
  progress.end();
  console.log(`${races.length} races, ${found} differ`);
  return found === 0 ? 0 : 1;
};

const {
  engine = false,
  first = false,
  guard = '',
  mutants = false,
  races,
  scored = false,
  views = false,
  ...values
} = readOptions(HELP, OPTIONS).values;
const numbers: Partial<Record<string, number>> = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, readNumber(name, String(value))]),
);
if (mutants)
  process.exitCode =
    runMutants(numbers['histories'] ?? 4000, numbers['seed'] ?? 1, guard) === 0 ? 0 : 1;
else if (races !== undefined) process.exitCode = await runRaces(races, first);
else if (views) process.exitCode = await runViews(numbers);
else process.exitCode = await run(numbers, engine, first, scored);
