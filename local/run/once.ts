/**
 * One run from beginning to end: load, a change phase, checks, and a verdict.
 * @module
 */
import { runShop } from '../sources/shop/run-shop.ts';
import { checkRun, type RunCheck } from './check-run.ts';
import { watchLoad } from './load-watch.ts';
import type { StartOptions } from './options.ts';
import type { Pipeline } from './pipeline.ts';
import { type Percentiles, Stopwatch } from './stopwatch.ts';

/** The result, as `--json` prints it. */
export interface RunResult {
  readonly rowsLoaded: number;
  readonly changes: number;
  readonly customers: number;
  readonly truth: {
    readonly pairwisePrecision: number;
    readonly pairwiseRecall: number;
    readonly duplicateReduction: number;
  };
  readonly freshnessMs: Percentiles;
  readonly loadRowsPerSecond: number;
  readonly firstProfileSeconds: number;
  readonly quarantined: number;
  readonly failedInvocations: number;
  readonly seconds: number;
  readonly ok: boolean;
  /** Why it is not ok: at most ten of each kind. */
  readonly problems: readonly string[];
}

/** Thresholds that make a run good. Times are reported and not judged. */
const LEAST_PRECISION = 0.995;
const LEAST_RECALL = 0.97;
const LEAST_REDUCTION = 0.8;
/** Of fewer customers one that is missed weighs too much: they are judged by {@link LEAST_RECALL_OF_FEW}. */
const FEW = 500;
const LEAST_RECALL_OF_FEW = 0.9;
const PROBES_PER_SECOND = 4;

/** Runs once on a started pipeline. */
export const runOnce = async (
  pipeline: Pipeline,
  { seed, rate, seconds }: StartOptions,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<RunResult> => {
  const startedAt = Date.now();
  const load = await watchLoad(pipeline, log);
  log(`load: ${load.rowsLoaded} rows in ${load.seconds.toFixed(1)} s`);
  const stopwatch = new Stopwatch(pipeline.endpoints);
  log(`shop: ${rate} changes a second for ${seconds} s`);
  const shop = await runShop({
    connect: pipeline.postgres.connection,
    truthDir: pipeline.truthDir,
    seed,
    rate,
    seconds,
    clock: Date.now,
    signal,
    probesPerSecond: PROBES_PER_SECOND,
    onProbe: stopwatch.follow,
  });
  const freshnessMs = await stopwatch.percentiles();
  log('check: comparing every view with SQL on the sources');
  const check = await checkRun(pipeline, log);
  const problems = [...problemsOf(check, stopwatch.missed), ...refusalsOf(pipeline.cloud)];
  const { pairwisePrecision, pairwiseRecall, duplicateReduction } = check.truth;
  return {
    rowsLoaded: load.rowsLoaded,
    changes: shop.changes,
    customers: check.customers,
    truth: { pairwisePrecision, pairwiseRecall, duplicateReduction },
    freshnessMs,
    loadRowsPerSecond: Math.round(load.rowsLoaded / load.seconds),
    firstProfileSeconds: load.firstProfileSeconds,
    quarantined: pipeline.cloud.metrics.sum('RecordsQuarantined'),
    failedInvocations: pipeline.cloud.metrics.sum('Errors'),
    seconds: (Date.now() - startedAt) / 1000,
    ok: problems.length === 0,
    problems,
  };
};

const problemsOf = (check: RunCheck, missedProbes: number): readonly string[] => [
  ...check.lost.slice(0, 10).map((row) => `lost: ${row}`),
  ...check.surplus.slice(0, 10).map((row) => `surplus: ${row}`),
  ...check.wrongViews.slice(0, 10).map((view) => `wrong view: ${view}`),
  ...(missedProbes > 0 ? [`${missedProbes} probe purchases never arrived`] : []),
  ...below('pairwise precision', check.truth.pairwisePrecision, LEAST_PRECISION),
  ...below('pairwise recall', check.truth.pairwiseRecall, leastRecall(check.customers)),
  ...below('duplicate reduction', check.truth.duplicateReduction, LEAST_REDUCTION),
];

const leastRecall = (customers: number): number =>
  customers < FEW ? LEAST_RECALL_OF_FEW : LEAST_RECALL;

/** Each refusal once: what a role does not allow fails on AWS. */
const refusalsOf = ({ refusals }: Pipeline['cloud']): readonly string[] => [...new Set(refusals)];

const below = (what: string, value: number, least: number): readonly string[] =>
  value < least ? [`${what} is ${value.toFixed(4)}, below ${least}`] : [];
