/**
 * profile/maintain-view: keeps customer summaries up with the table's own change stream.
 *
 * An error fails the whole batch: every summary is computed from what the table holds now, so repeating costs time only.
 * @module
 */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { maintainViews, type ViewPorts } from '#application/profile/maintain-views.ts';
import { makeServableNotes } from '#application/profile/servable.ts';
import { arrivalsIn } from '#application/profile/touched.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { tableChanges } from '../../shared/table-changes.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindDefinitions, bindTable, wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: ViewPorts, clock: Clock, telemetry: Telemetry) => {
  const note = makeServableNotes(ports.table, clock);
  return withTelemetry(telemetry, async (event: DynamoDBStreamEvent): Promise<void> => {
    const changes = tableChanges(event);
    const report = await maintainViews(ports, changes);
    const now = clock();
    telemetry.count('ViewsWritten', report.written);
    const arrivals = arrivalsIn(changes);
    for (const [source, own] of groupBy(arrivals, (arrival) => arrival.source)) {
      const waits = own.map(({ committedAt }) => Math.max(0, now - committedAt));
      telemetry.observe('CommitToServableMs', source, waits);
    }
    await note(arrivals);
    telemetry.log.info('views maintained', {
      records: changes.length,
      views: report.written,
      conflicts: report.conflicts,
    });
  });
};

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  { table, definitions: current },
  wallClock,
  makeTelemetry(env.FUNCTION_ID),
);
