/**
 * API: what every route does alike. Find the operation, count the caller, check the request, answer.
 *
 * A use case's problem is a document; what it throws is a defect or an outage, which Lambda counts and API Gateway
 * answers with 500, without a word about it.
 * @module
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Credentials } from '#domain/serve/access.ts';
import type { Operation, OperationGroup } from '#domain/serve/operation.ts';
import { operationsOf, routeKeyOf } from '#domain/serve/operations.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { type CheckedRequest, readRequest } from '#domain/serve/read-request.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Result } from '#domain/shared/result.ts';
import { type AnswerContext, type ApiAnswer, respond, respondProblem } from './answer.ts';
import { callerOf } from './caller.ts';
import { withTelemetry } from './middleware.ts';
import { nextPageLink } from './next-page.ts';
import { makeAllowances } from './rate-limit.ts';
import type { Telemetry } from './telemetry.ts';

/** A request of one operation, checked. */
export interface ApiRequest extends CheckedRequest {
  readonly operation: Operation;
  readonly requestId: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly caller: Credentials;
}

/** Answers one operation. */
export type AnswerOperation = (request: ApiRequest) => Promise<Result<ApiAnswer, ApiProblem>>;

/** What the API needs of its surroundings. */
export interface ApiSettings {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Requests per second that one caller may make of one execution environment. */
  readonly requestsPerSecond?: number;
}

/** Longest body in bytes; routes that take more say so themselves. */
const MAX_BODY = 256 * 1024;
const REQUESTS_PER_SECOND = 500;

/** Makes the handler of a group of operations, one answer for each. */
export const makeApi = (
  group: OperationGroup,
  answers: Readonly<Record<string, AnswerOperation>>,
  settings: ApiSettings,
) => {
  const byRoute = new Map(operationsOf(group).map((each) => [routeKeyOf(each), each]));
  const allow = makeAllowances(settings.requestsPerSecond ?? REQUESTS_PER_SECOND, settings.clock);
  return withTelemetry(
    settings.telemetry,
    async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
      const operation = byRoute.get(event.routeKey);
      const caller = callerOf(event, operation);
      const { passes, headers } = allow(caller.client);
      const context = contextOf(event, operation, headers);
      if (!passes) return respondProblem(TOO_MANY, context);
      if (!operation) return respondProblem(NO_SUCH_ROUTE, context);
      const answer = await answerTo(event, operation, caller, answers);
      return answer.ok
        ? respond(linked(answer.value, operation, event), context)
        : respondProblem(answer.error, context);
    },
  );
};

const linked = (
  { headers, ...answer }: ApiAnswer,
  operation: Operation,
  { queryStringParameters = {} }: APIGatewayProxyEventV2,
): ApiAnswer => ({
  ...answer,
  headers: { ...headers, ...nextPageLink(operation, queryStringParameters, answer.body) },
});

const TOO_MANY: ApiProblem = {
  code: 'too-many-requests',
  detail: 'The allowance of this client is used up.',
  retryAfterSeconds: 1,
};

const NO_SUCH_ROUTE: ApiProblem = { code: 'no-such-route', detail: '/v1/docs lists the routes.' };

const contextOf = (
  { headers, requestContext }: APIGatewayProxyEventV2,
  operation: Operation | undefined,
  rateLimit: AnswerContext['rateLimit'],
): AnswerContext => ({
  requestId: requestContext.requestId,
  headers: headers ?? {},
  rateLimit,
  ...(operation ? { operation } : {}),
});

const answerTo = async (
  event: APIGatewayProxyEventV2,
  operation: Operation,
  caller: Credentials,
  answers: Readonly<Record<string, AnswerOperation>>,
): Promise<Result<ApiAnswer, ApiProblem>> => {
  const body = operation.body ? bodyOf(event) : undefined;
  if (body !== undefined && body.length > MAX_BODY) return { ok: false, error: TOO_LARGE };
  const checked = readRequest(operation, {
    parameters: event.pathParameters ?? {},
    query: event.queryStringParameters ?? {},
    body: body?.toString('utf8'),
  });
  if (!checked.ok) return checked;
  const answer = answers[operation.id];
  if (!answer) return { ok: false, error: NO_SUCH_ROUTE };
  return answer({
    ...checked.value,
    operation,
    requestId: event.requestContext.requestId,
    parameters: (event.pathParameters ?? {}) as Record<string, string>,
    headers: event.headers ?? {},
    caller,
  });
};

const TOO_LARGE: ApiProblem = {
  code: 'body-too-large',
  detail: `A body has at most ${MAX_BODY} bytes.`,
};

const bodyOf = ({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer | undefined =>
  body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
