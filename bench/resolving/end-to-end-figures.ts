/**
 * Figures of the local cloud under load and of un-merges, for the table.
 * @module
 */
import type { Figure, Section } from '../figure.ts';
import type { EndToEndCosts, PipelineLoad } from './end-to-end.ts';
import { EXACT_PROMISE, SCORED_PROMISE } from './records.ts';

/** Milliseconds that the slowest of a hundred resolves may take under the promised load. */
const RESOLVE_P99_MS = 250;
/** Milliseconds until both customers of an un-merge are served. */
const UNMERGE_MS = 5_000;

/** The sections, in their order. */
export const endToEndSections = ({ exact, scored, unmerge }: EndToEndCosts): readonly Section[] => [
  { title: 'End to end, exact rules', figures: loadFigures(exact, EXACT_PROMISE) },
  { title: 'End to end, scored rules', figures: loadFigures(scored, SCORED_PROMISE) },
  {
    title: 'Un-merge',
    figures: [
      {
        ...{ name: 'p99 of an un-merge', value: unmerge.p99, unit: 'ms', budget: UNMERGE_MS },
        how:
          `${unmerge.requests} times the one row that links two customers was changed or deleted: from its put until both are served ` +
          `byte for byte as before; p50 ${unmerge.p50.toFixed(0)}, p95 ${unmerge.p95.toFixed(0)} ms`,
      },
    ],
  },
];

const loadFigures = (load: PipelineLoad, promise: number): readonly Figure[] => {
  const { resolves, committed, servable } = load;
  return [
    {
      ...{ name: 'p99 of a resolve', value: resolves.p99, unit: 'ms', budget: RESOLVE_P99_MS },
      how: `${resolves.invocations} invocations, ${load.failedInvocations} failed; p50 ${resolves.p50.toFixed(1)}, p95 ${resolves.p95.toFixed(1)} ms`,
    },
    {
      ...{ name: 'records a second', value: load.reached, unit: '', least: promise },
      how: `${load.records} records put at ${load.perSecond} a second on ${load.base} that were there, until the last was taken`,
    },
    {
      ...{ name: 'p99, put to committed', value: committed.p99, unit: 'ms' },
      how: `${committed.requests} rows that were followed from outside; p50 ${committed.p50.toFixed(0)}, p95 ${committed.p95.toFixed(0)} ms`,
    },
    ...(servable
      ? [
          {
            ...{ name: 'p99, commit to servable', value: servable.p99, unit: 'ms' },
            how: `as the function that keeps the views tells; p50 ${servable.p50.toFixed(0)}, p95 ${servable.p95.toFixed(0)} ms`,
          },
        ]
      : []),
  ];
};
