/**
 * serve/authorize-key: the authorizer of routes that ask for a client key. API Gateway keeps its answer for a minute, for
 * each of two authorizers, so an answer about writing is never taken for one about reading.
 * @module
 */
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
} from 'aws-lambda';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { keyIn, ownerOfKey } from '#application/serve/client-keys.ts';
import type { Table } from '#application/shared/table.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS, routeKeyOf } from '#domain/serve/operations.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindTable } from '../../shared/wiring.ts';

/** What API Gateway is told. */
type Answer = APIGatewaySimpleAuthorizerResult & { readonly context: { readonly client: string } };

/** Makes the handler on a table. */
export const makeHandler = (table: Table, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const key = keyIn(event.headers?.['authorization']);
    const use = USES.get(event.routeKey);
    const isAsked = key !== undefined && use !== undefined;
    const client = isAsked ? await ownerOfKey(table, sha256, key, use) : undefined;
    return { isAuthorized: client !== undefined, context: { client: client ?? '' } };
  });

const USES = new Map(
  (OPERATIONS as readonly Operation[]).map((each) => [routeKeyOf(each), each.key]),
);

const env = readEnvironment('FUNCTION_ID', 'TABLE_NAME');

/** Bound to the table. */
export const handler = makeHandler(bindTable(env.TABLE_NAME), makeTelemetry(env.FUNCTION_ID));
