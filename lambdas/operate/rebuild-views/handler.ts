/**
 * operate/rebuild-views: makes views anew that are of older definitions, a part in each invocation, until none is left.
 * @module
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import {
  continueRebuild,
  type Rebuild,
  type RebuildPorts,
} from '#application/operate/rebuild-views.ts';
import { loadState, saveState } from '#application/operate/upkeep-store.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import { bindDefinitions, bindScan, bindTable, wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: RebuildPorts, reserveMs: number, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (_event: ScheduledEvent, context: Context): Promise<void> => {
    const read = await loadState<Rebuild>(ports.table, 'REBUILD');
    const mayGoOn = hasTimeLeft(context, reserveMs);
    const rebuild = await continueRebuild(ports, read.state, { mayGoOn });
    if (rebuild !== read.state) await saveState(ports.table, 'REBUILD', read, rebuild);
    const known = read.state?.definitions === rebuild.definitions ? read.state.total : 0;
    telemetry.count('ViewsRebuilt', rebuild.total - known);
    if (rebuild === read.state) return;
    telemetry.log.info(rebuild.complete ? 'every view is current' : 'views rebuilt', {
      definitions: rebuild.definitions,
      views: rebuild.total - known,
    });
  });

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  { table, clock: wallClock, scan: bindScan(env.TABLE_NAME), definitions: current },
  60_000,
  makeTelemetry(env.FUNCTION_ID),
);
