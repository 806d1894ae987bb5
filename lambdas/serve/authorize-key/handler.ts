/**
 * serve/authorize-key: the authorizer of the Tracking API. API Gateway keeps its answer for a minute.
 * @module
 */
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
} from 'aws-lambda';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { ownerOfKey, writeKeyIn } from '#application/serve/write-keys.ts';
import type { Table } from '#application/shared/table.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindTable } from '../../shared/wiring.ts';

/** What API Gateway is told. */
type Answer = APIGatewaySimpleAuthorizerResult & { readonly context: { readonly client: string } };

/** Makes the handler on a table. */
export const makeHandler = (table: Table, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const key = writeKeyIn(event.headers?.['authorization']);
    const client = key === undefined ? undefined : await ownerOfKey(table, sha256, key);
    return { isAuthorized: client !== undefined, context: { client: client ?? '' } };
  });

const env = readEnvironment('FUNCTION_ID', 'TABLE_NAME');

/** Bound to the table. */
export const handler = makeHandler(bindTable(env.TABLE_NAME), makeTelemetry(env.FUNCTION_ID));
