/**
 * serve/maintain-lookups: keeps what service desks search by up with the party rows of the table's stream.
 *
 * An error fails the whole batch; repeating it writes the same items again.
 * @module
 */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type LookupPorts, maintainLookups } from '#application/serve/maintain-lookups.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { tableChanges } from '../../shared/table-changes.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindPseudonymiser, bindTable } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<LookupPorts>, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: DynamoDBStreamEvent): Promise<void> => {
    const written = await maintainLookups(await ports(), tableChanges(event));
    telemetry.count('LookupsWritten', written);
  });

const env = readEnvironment('FUNCTION_ID', 'PEPPER_SECRET_ARN', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);

/** Bound to the table. */
export const handler = makeHandler(
  async () => ({ table, pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN) }),
  makeTelemetry(env.FUNCTION_ID),
);
