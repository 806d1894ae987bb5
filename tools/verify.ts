/**
 * `npm run verify`: random histories of a small shop against a batch computation of the same, for as long as you like.
 *
 * Each history is delivered shuffled, repeated and cut into batches to several workers on one table, with crashes; what
 * is left must equal what the oracle computes from the final rows. A seed names a history with all its accidents.
 * @module
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { type Finding, verifySeed } from '../test/support/verify-seed.ts';

const HELP = `Usage: npm run verify -- [options]

  --histories N   histories to run (1000)
  --seed S        seed of the first one; the others count up from it (drawn)
  --people N      these three replace what the seed would choose
  --events N
  --workers N

Examples
  npm run verify -- --histories 100000            a night
  npm run verify -- --seed 4711 --histories 1     one history again
`;

const number = { type: 'string' } as const;
const OPTIONS = {
  help: { type: 'boolean' },
  ...{ histories: number, seed: number, people: number, events: number, workers: number },
} as const;

/** Most findings that are shown; after that they only count. */
const SHOWN = 5;

type Overrides = Partial<Record<'people' | 'events' | 'workers', number>>;

const verify = async (first: number, histories: number, overrides: Overrides): Promise<number> => {
  const progress = startProgress(histories);
  let found = 0;
  for (let seed = first; seed < first + histories; seed++) {
    const finding = await verifySeed(seed, overrides);
    if (finding && ++found <= SHOWN) show(finding, overrides);
    progress.next(found);
  }
  progress.end();
  return found;
};

const startProgress = (histories: number) => {
  const startedAt = performance.now();
  let done = 0;
  let toldAt = startedAt;
  const perSecond = () => Math.round((done * 1000) / (performance.now() - startedAt));
  const tell = (found: number) =>
    console.error(`${done} of ${histories} histories, ${found} differ, ${perSecond()} per second`);
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
  const flags = Object.entries(overrides).map(([name, value]) => ` --${name} ${value}`);
  console.error(`\nSeed ${seed} differs. Its world: ${JSON.stringify(options)}`);
  for (const problem of problems) console.error(problem);
  console.error(`Again: npm run verify -- --histories 1 --seed ${seed}${flags.join('')}\n`);
};

const readNumber = (name: string, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} takes a number, not ${text}.`);
  process.exit(2);
};

/** The options as given; a wrong one ends the program with a sentence. */
const readFlags = () => {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm run verify -- --help`);
    process.exit(2);
  }
};

const { help, ...values } = readFlags();
const numbers: Partial<Record<string, number>> = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, readNumber(name, value)]),
);
if (help) console.log(HELP);
else {
  const { histories = 1_000, seed = randomInt(1_000_000_000), ...overrides } = numbers;
  console.error(`${histories} histories from seed ${seed}`);
  const found = await verify(seed, histories, overrides);
  console.log(`${histories} histories, ${found} differ`);
  process.exitCode = found === 0 ? 0 : 1;
}
