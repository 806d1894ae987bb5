/**
 * `npm start`: the whole pipeline on one machine.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runForever } from './run/forever.ts';
import { type RunResult, runOnce } from './run/once.ts';
import { HELP, OptionError, readOptions, type StartOptions } from './run/options.ts';
import { type Pipeline, startPipeline } from './run/pipeline.ts';

/** Exit code of a run that somebody ended. */
const INTERRUPTED = 130;
/** Stopping takes at most this long; what is left then ends with the process. */
const STOP_MS = 15_000;

const startedAt = Date.now();

const log = (line: string): void => {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const pipeline = await startPipeline(options, log, abort.signal);
  try {
    return await run(pipeline, options, abort.signal);
  } finally {
    log('stopping');
    await Promise.race([pipeline.stop(), sleep(STOP_MS)]);
  }
};

const run = async (
  pipeline: Pipeline,
  options: StartOptions,
  signal: AbortSignal,
): Promise<number> => {
  if (!options.once) {
    await Promise.race([runForever(pipeline, options, log, signal), aborted(signal)]);
    return 0;
  }
  const result = await Promise.race([runOnce(pipeline, options, log, signal), aborted(signal)]);
  if (!result) return INTERRUPTED;
  print(result, options.json);
  return result.ok ? 0 : 1;
};

const aborted = async (signal: AbortSignal): Promise<undefined> => {
  while (!signal.aborted) await sleep(100, undefined, { ref: false });
  return undefined;
};

const print = (result: RunResult, json: boolean): void => {
  for (const problem of result.problems) log(`problem: ${problem}`);
  process.stdout.write(`${json ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`);
};

try {
  process.exit(await main());
} catch (error) {
  const isExpected = error instanceof OptionError || (error as Error).name === 'AbortError';
  process.stderr.write(
    `${isExpected ? (error as Error).message : ((error as Error).stack ?? error)}\n`,
  );
  process.exit(1);
}
