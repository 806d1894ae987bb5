/**
 * What a Lambda function meets in a test: an environment, an invocation, and a console whose lines are kept.
 */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { vi } from 'vitest';

/** An invocation with nine seconds to go. */
export const CONTEXT = {
  functionName: 'function',
  awsRequestId: 'r-1',
  getRemainingTimeInMillis: () => 9_000,
} as Context;

/** What a test says of a request. */
export interface AskedOf {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: unknown;
  readonly claims?: Readonly<Record<string, string>>;
  /** The client whose key is shown, in place of a token. */
  readonly key?: string;
}

/** The event of a request to a route such as `GET /v1/sources`, with a token of client `tests`. */
export const apiEvent = (routeKey: string, asked: AskedOf = {}): APIGatewayProxyEventV2 =>
  ({
    version: '2.0',
    routeKey,
    headers: asked.headers ?? {},
    requestContext: {
      requestId: 'q-7',
      authorizer:
        asked.key === undefined
          ? { jwt: { claims: { client_id: 'tests', ...asked.claims }, scopes: null } }
          : { lambda: { client: asked.key } },
    },
    isBase64Encoded: false,
    ...(asked.path ? { pathParameters: asked.path } : {}),
    ...(asked.query ? { queryStringParameters: asked.query } : {}),
    ...(asked.body === undefined ? {} : { body: bodyText(asked.body) }),
  }) as unknown as APIGatewayProxyEventV2;

const bodyText = (body: unknown): string =>
  typeof body === 'string' ? body : JSON.stringify(body);

const VARIABLES = {
  ARCHIVE_BUCKET: 'archive',
  AUDIT_TABLE_NAME: 'audit',
  AWS_REGION: 'ap-east-1',
  BULK_READS_PER_HOUR: '100',
  DEFINITIONS_BUCKET: 'definitions',
  DROPS_BUCKET: 'drops',
  ERASURE_KEY_SECRET_ARN: 'arn:marks',
  FAILED_BUCKET: 'failed',
  FUNCTION_ID: 'stage/function',
  ONE_ID_KEY_SECRET_ARN: 'arn:key',
  PEPPER_SECRET_ARN: 'arn:pepper',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_METRICS_NAMESPACE: 'Tributary',
  POWERTOOLS_SERVICE_NAME: 'tributary',
  QUARANTINE_BUCKET: 'quarantine',
  RIGHTS_BUCKET: 'rights',
  ROWS_PER_FILE: '100',
  STREAM_NAME: 'changes',
  RECONCILE_ITEMS: '1000',
  TABLE_NAME: 'customer360',
};

/**
 * Sets the variables that handler modules read while they load, so they are to be imported after it, and keeps what is
 * written to the console.
 * @returns the lines written, which grow
 */
export const aLambda = (): readonly Record<string, unknown>[] => {
  for (const [name, value] of Object.entries(VARIABLES)) vi.stubEnv(name, value);
  const lines: Record<string, unknown>[] = [];
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: unknown) => {
      if (typeof line === 'string' && line.startsWith('{')) lines.push(JSON.parse(line));
    });
  }
  return lines;
};

/** The sum of a count metric over all lines; `undefined` when it was never written. */
export const metric = (
  lines: readonly Record<string, unknown>[],
  name: string,
): number | undefined => {
  const values = lines.flatMap((line) => (typeof line[name] === 'number' ? [line[name]] : []));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
};
