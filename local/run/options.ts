/**
 * Options of `npm start`, read from the command line.
 * @module
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the user asked for. */
export interface StartOptions {
  readonly customers: number;
  /** Row changes per second of the shop day. */
  readonly rate: number;
  readonly seed: number;
  readonly dataDir: string;
  readonly port?: number;
  readonly definitionsDir: string;
  readonly reset: boolean;
  /** Load, run `seconds` of the shop day, check everything, end. */
  readonly once: boolean;
  readonly seconds: number;
  readonly json: boolean;
}

/** What `--help` prints. */
export const HELP = `Tributary: runs the whole pipeline on this machine.

  npm start                                   load a shop, then keep it running until Ctrl-C
  npm start -- --customers 200 --rate 10      a smaller, quieter shop
  npm start --silent -- --once --json         load, 60 s of changes, checks; one JSON line at the end
  npm start -- --reset                        forget everything and start anew

  --customers N     people in the shop (1000: about 12 000 rows)
  --rate R          row changes per second (50)
  --seed S          seed of people and events (1)
  --data DIR        folder for everything that is kept (.tributary)
  --port P          port of the API (a free one)
  --definitions DIR sources, identity rules and views (definitions)
  --reset           delete what the data folder holds first
  --once            run to the end and check the result
  --seconds N       length of the change phase with --once (60)
  --json            print the result of --once as one JSON line on stdout, last
  --help            print this
`;

/** An option that cannot be used, in one sentence. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/**
 * Reads the arguments; `undefined` when help was asked for.
 * @throws {@link OptionError} naming the option and what it takes
 */
export const readOptions = (args: readonly string[]): StartOptions | undefined => {
  const values = parse(args);
  if (values.help) return undefined;
  const port = values.port === undefined ? undefined : wholeNumber('port', values.port, 1, 65_535);
  return {
    customers: wholeNumber('customers', values.customers, 1, 1_000_000),
    rate: wholeNumber('rate', values.rate, 1, 10_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    dataDir: resolve(values.data),
    definitionsDir: resolve(values.definitions),
    ...(port === undefined ? {} : { port }),
    reset: values.reset,
    once: values.once,
    json: values.json,
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new OptionError(`${(error as Error).message}. See npm start -- --help`);
  }
};

const OPTIONS = {
  customers: { type: 'string', default: '1000' },
  rate: { type: 'string', default: '50' },
  seed: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '60' },
  data: { type: 'string', default: '.tributary' },
  port: { type: 'string' },
  definitions: { type: 'string', default: 'definitions' },
  reset: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new OptionError(`--${name} takes a whole number from ${least} to ${most}, not "${text}"`);
};
