/**
 * operate/fold-metrics: folds the figures of the whole business, a part of the table in each invocation.
 * @module
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import {
  continueFold,
  type FoldPass,
  type FoldPorts,
  isFolded,
} from '#application/operate/fold-metrics.ts';
import { loadState, saveState } from '#application/operate/upkeep-store.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import { bindDefinitions, bindScan, bindTable, wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: FoldPorts, reserveMs: number, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (_event: ScheduledEvent, context: Context): Promise<void> => {
    const read = await loadState<FoldPass>(ports.table, 'METRICS');
    const pass = await continueFold(ports, read.state, hasTimeLeft(context, reserveMs));
    await saveState(ports.table, 'METRICS', read, pass);
    telemetry.count('MetricsFolded', isFolded(pass) ? 1 : 0);
    telemetry.log.info(isFolded(pass) ? 'metrics folded' : 'part of the metrics folded', {
      records: pass.items,
    });
  });

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  { table, scan: bindScan(env.TABLE_NAME), definitions: current, clock: wallClock },
  60_000,
  makeTelemetry(env.FUNCTION_ID),
);
