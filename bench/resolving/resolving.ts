/**
 * Resolving: workers beside each other, components that are large, and load at the rates that are asked for.
 * @module
 */
import { workloadOf } from '../workload/retail-workload.ts';
import { type ComponentCosts, countComponents } from './component.ts';
import { type ContentionCosts, countContention } from './contention.ts';
import { type LoadCosts, type LoadEngine, measureLoad } from './load.ts';
import { EXACT_RATE, retailRecords, SCORED_RATE, scoredRecords } from './records.ts';

/** All that is found out about resolving. */
export interface ResolvingCosts {
  readonly contention: readonly ContentionCosts[];
  readonly components: readonly ComponentCosts[];
  readonly exact: LoadCosts;
  readonly scored: LoadCosts;
}

/** How much of it. */
export interface ResolvingOptions {
  readonly contentionChanges: number;
  readonly componentRows: readonly number[];
  readonly loadSeconds: number;
}

const WORKERS = [1, 4, 16];

/** Runs all of it. */
export const measureResolving = async (
  engine: LoadEngine,
  options: ResolvingOptions,
  say: (line: string) => void,
): Promise<ResolvingCosts> => {
  const workload = workloadOf(options.contentionChanges);
  const contention = await countContention(workload, WORKERS, say);
  const components = await countComponents(options.componentRows, say);
  say(`exact rules, ${EXACT_RATE} records a second`);
  const exact = await measureLoad(engine, retailRecords(options.loadSeconds), EXACT_RATE);
  say(`scored rules, ${SCORED_RATE} records a second`);
  const scored = await measureLoad(engine, scoredRecords(options.loadSeconds), SCORED_RATE);
  return { contention, components, exact, scored };
};
