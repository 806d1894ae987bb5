/**
 * Figures of resolving, for the table.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { Figure, Section } from '../figure.ts';
import type { ComponentCosts } from './component.ts';
import type { ContentionCosts } from './contention.ts';
import type { LoadCosts } from './load.ts';
import type { ResolvingCosts } from './resolving.ts';

/** Milliseconds that the slowest of a hundred resolves may take under the promised load. */
const P99_MS = 250;

/** The sections, in their order. */
export const resolvingSections = (costs: ResolvingCosts): readonly Section[] => [
  { title: 'Workers beside each other, per change', figures: contentionFigures(costs.contention) },
  { title: 'A change in a component', figures: costs.components.map(componentFigure) },
  { title: 'Load, exact rules', figures: loadFigures(costs.exact) },
  { title: 'Load, scored rules', figures: loadFigures(costs.scored) },
];

const contentionFigures = (all: readonly ContentionCosts[]): readonly Figure[] => {
  const alone = must(all[0], 'one worker');
  return all.map((costs) => ({
    ...{ name: `requests, ${costs.workers} workers`, value: costs.requests, unit: 'a change' },
    how:
      `${costs.changes} changes, ${costs.customers} customers; reads ${costs.reads.toFixed(3)}, writes ${costs.writes.toFixed(2)}, ` +
      `transactions ${costs.transactions.toFixed(3)} of which ${(100 * costs.cancelled).toFixed(1)} % cancelled, commits planned again ` +
      `${costs.conflicts.toFixed(3)}, delivered again ${costs.redelivered.toFixed(4)}, write units ${costs.writeUnits.toFixed(2)} ` +
      `(${(costs.writeUnits / alone.writeUnits).toFixed(2)} × one worker)`,
  }));
};

/** Write units of a change, however many rows hang together with it. */
const COMPONENT_UNITS = 40;

const componentFigure = (costs: ComponentCosts): Figure => ({
  ...{
    name: `${costs.rows} rows`,
    value: costs.writeUnits,
    unit: 'write units',
    budget: COMPONENT_UNITS,
  },
  how: `${costs.requests.toFixed(1)} requests, ${costs.readUnits.toFixed(1)} read units (${costs.coldReadUnits} in a new environment), ${costs.transactions.toFixed(1)} transactions, ${costs.milliseconds.toFixed(1)} ms of processor time; ${costs.failed} rows did not fit`,
});

const loadFigures = (costs: LoadCosts): readonly Figure[] => {
  const { records, resolves, processor } = costs;
  const each = processor.resolver + processor.engine;
  return [
    {
      ...{ name: 'p99 of a resolve', value: resolves.p99, unit: 'ms', budget: P99_MS },
      how: `${resolves.requests} batches at ${costs.perSecond} records a second, open loop; p50 ${resolves.p50.toFixed(1)}, p95 ${resolves.p95.toFixed(1)} ms`,
    },
    {
      ...{ name: 'p99 of a record', value: records.p99, unit: 'ms' },
      how: `from when it was due to when it was resolved, ${records.requests} records; p50 ${records.p50.toFixed(1)}, p95 ${records.p95.toFixed(1)} ms; ${costs.backlog} waited when the last was due`,
    },
    {
      ...{ name: 'processor per record', value: each, unit: 'ms' },
      how: `resolver ${processor.resolver.toFixed(2)}, engine ${processor.engine.toFixed(2)}; ${costs.perSecond} a second take ${((each * costs.perSecond) / 10).toFixed(0)} % of one processor`,
    },
    {
      ...{ name: 'rate when saturated', value: costs.saturated, unit: 'records a second' },
      how: `${costs.base} records of an empty table, ${(costs.saturated / costs.perSecond).toFixed(1)} × the rate that is offered`,
    },
  ];
};
