/**
 * serve/describe-api: `GET /v1/openapi.json` and `GET /v1/docs`, the answer to what browsers ask first, and to every path
 * that is no route.
 *
 * Open to anybody, therefore without a grant on anything: it knows the routes and nothing else.
 * @module
 */
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { docsPage } from '#domain/serve/docs-page.ts';
import { openApiDocument } from '#domain/serve/openapi.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { success } from '#domain/shared/result.ts';
import { makeApi } from '../../shared/api.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { wallClock } from '../../shared/wiring.ts';

/** The page runs nothing and loads nothing. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
};

/** Makes the handler. */
export const makeHandler = (telemetry: Telemetry) => {
  // Both are the same for every caller, and take a few milliseconds to write.
  let document: object | undefined;
  let page: string | undefined;
  const answer = makeApi(
    'documents',
    {
      getOpenApi: async () => {
        document ??= openApiDocument();
        return success({ body: document });
      },
      getDocs: async () => {
        page ??= docsPage(OPERATIONS);
        return success({ body: page, type: 'text/html; charset=utf-8', headers: PAGE_HEADERS });
      },
    },
    { telemetry, clock: wallClock },
  );
  return async (event: APIGatewayProxyEventV2, context: Context) =>
    event.routeKey === PREFLIGHT_ROUTE ? PREFLIGHT_ANSWER : answer(event, context);
};

/** Asked by browsers before a page of another origin may send; API Gateway adds what it allows. */
const PREFLIGHT_ROUTE = 'OPTIONS /{proxy+}';
const PREFLIGHT_ANSWER: APIGatewayProxyStructuredResultV2 = { statusCode: 204 };

const env = readEnvironment('FUNCTION_ID');

/** Bound to nothing. */
export const handler = makeHandler(makeTelemetry(env.FUNCTION_ID));
