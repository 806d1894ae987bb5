/**
 * profile/maintain-view: keeps customer summaries, and what service desks search by, up with the table's own stream.
 *
 * An error fails the whole batch, and repeating it is safe. An image replaces only what a summary has from an earlier one,
 * by its position in the stream, and what images cannot tell is read from the table; a lookup is only a key.
 * @module
 */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type FollowPorts, makeFollower } from '#application/profile/follow-table.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { tableChanges } from '../../shared/table-changes.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindDefinitions, bindPseudonymiser, bindTable, wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: FollowPorts, telemetry: Telemetry) => {
  const follow = makeFollower(ports);
  return withTelemetry(telemetry, async (event: DynamoDBStreamEvent): Promise<void> => {
    const changes = tableChanges(event);
    const { written, conflicts, lookups, arrivals, servableAt } = await follow(changes);
    telemetry.count('ViewsWritten', written);
    telemetry.count('LookupsWritten', lookups);
    for (const [source, own] of groupBy(arrivals, (arrival) => arrival.source)) {
      const waits = own.map(({ committedAt }) => Math.max(0, servableAt - committedAt));
      telemetry.observe('CommitToServableMs', source, waits);
    }
    telemetry.log.info('views maintained', { records: changes.length, views: written, conflicts });
  });
};

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'PEPPER_SECRET_ARN', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  {
    table,
    definitions: current,
    lookups: async () => ({ table, pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN) }),
    clock: wallClock,
  },
  makeTelemetry(env.FUNCTION_ID),
);
