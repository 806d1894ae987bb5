/**
 * Options of `npm run bench`, read from the command line.
 * @module
 */
import { parseArgs } from 'node:util';
import type { EndToEndOptions } from './resolving/end-to-end.ts';
import type { ResolvingOptions } from './resolving/resolving.ts';

/** What the user asked for. */
export interface BenchOptions {
  readonly json: boolean;
  /** A missed budget ends the run with 1. */
  readonly strict: boolean;
  /** Changes of the largest workload. */
  readonly changes: number;
  /** Changes that processor time is measured on. */
  readonly handlerChanges: number;
  /** Changes that requests of a batch are counted on. */
  readonly batchChanges: number;
  readonly whaleRows: number;
  readonly readSeconds: number;
  readonly resolving: ResolvingOptions;
  readonly endToEnd: EndToEndOptions;
  /** One part alone; all but `end-to-end` and `standing` when absent. */
  readonly only?: 'resolving' | 'end-to-end' | 'standing';
}

/** What `--help` prints. */
export const HELP = `Tributary: what a change costs, against the budgets of ARCHITECTURE.md.

  npm run bench                              everything, up to a million changes (half an hour or more)
  npm run bench -- --quick                   the same up to a hundred thousand (some minutes)
  npm run bench -- --changes 300000          another size of the largest workload
  npm run bench --silent -- --json | tail -1 the result as one JSON line, last on stdout

  --changes N       changes of the largest workload (1000000; with --quick 100000), at least 1000
  --quick           smaller workloads and fewer repetitions
  --only resolving  workers beside each other, large components, and load at fixed rates; nothing else
  --only end-to-end the local cloud at the rates that are promised, and how soon an un-merge is served; part of no other run
  --only standing   what the stacks cost in a month in which nothing changes, of each environment; part of no other run
  --strict          end with 1 when a budget is missed; for a machine that does nothing else
  --json            print one JSON line after the table
  --help            print this

Counts are the same on every machine; times are processor time of this one, in ratios to what ran beside them.
A budget that is missed is printed as missed and, without --strict, changes nothing else; a run that breaks ends with 1.
`;

/** An option that cannot be used, in one sentence. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * Reads the arguments; `undefined` when help was asked for.
 * @throws {@link OptionError} naming the option and what it takes
 */
export const readOptions = (args: readonly string[]): BenchOptions | undefined => {
  const { help, json, strict, quick, changes, only } = parse(args);
  if (help) return undefined;
  const largest = quick ? 100_000 : 1_000_000;
  return {
    json,
    strict,
    ...partOf(only),
    changes: changes === undefined ? largest : wholeNumber(changes),
    ...(quick ? QUICK : WHOLE),
    whaleRows: 10_000,
  };
};

type Sizes = Pick<
  BenchOptions,
  'handlerChanges' | 'batchChanges' | 'readSeconds' | 'resolving' | 'endToEnd'
>;

const QUICK: Sizes = {
  handlerChanges: 4_000,
  batchChanges: 8_000,
  readSeconds: 6,
  resolving: { contentionChanges: 4_000, componentRows: [10, 100, 1_000], loadSeconds: 20 },
  endToEnd: { loadSeconds: 20, unmerges: 10 },
};

const WHOLE: Sizes = {
  handlerChanges: 10_000,
  batchChanges: 30_000,
  readSeconds: 15,
  resolving: {
    contentionChanges: 20_000,
    componentRows: [10, 100, 1_000, 10_000],
    loadSeconds: 60,
  },
  endToEnd: { loadSeconds: 60, unmerges: 40 },
};

const partOf = (only: string | undefined): Pick<BenchOptions, 'only'> => {
  if (only === undefined) return {};
  if (only === 'resolving' || only === 'end-to-end' || only === 'standing') return { only };
  throw new OptionError(`--only takes resolving, end-to-end or standing, not "${only}"`);
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}. See npm run bench -- --help`);
  }
};

const OPTIONS = {
  changes: { type: 'string' },
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const wholeNumber = (text: string): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1_000 && value <= 10_000_000) return value;
  throw new OptionError(`--changes takes a whole number from 1000 to 10000000, not "${text}"`);
};
