/**
 * Answers of the HTTP API: JSON, problem documents, and the headers that every answer carries.
 *
 * The entity tag covers what the caller sees and leaves freshness out, which moves with the clock: a poller is told 304
 * until something of the customer changes.
 * @module
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Operation } from '#domain/serve/operation.ts';
import {
  type ApiProblem,
  PROBLEMS,
  problemDocument,
  segmentProblem,
} from '#domain/serve/problems.ts';

/** What a use case answers when all went well. */
export interface ApiAnswer {
  /** Default 200. */
  readonly status?: number;
  /** An object is sent as JSON, text as it is. */
  readonly body: object | string;
  readonly type?: string;
  /** Further headers, such as `link`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an answer has to be told of its request. */
export interface AnswerContext {
  readonly requestId: string;
  readonly operation?: Operation;
  /** Request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** State of the caller's allowance, as header fields. */
  readonly rateLimit: Readonly<Record<string, string>>;
}

/** Personal data must not lie in any cache on the way. */
const COMMON = { 'cache-control': 'no-store', vary: 'accept-encoding, authorization' };
/** Below this many bytes packing saves nothing. */
const WORTH_PACKING = 1_024;
const pack = promisify(gzip);

/** The response for an answer: 304 when the caller has it already. */
export const respond = async (
  answer: ApiAnswer,
  context: AnswerContext,
): Promise<APIGatewayProxyStructuredResultV2> => {
  const { status = 200, body, type = 'application/json' } = answer;
  const isTagged = status === 200 && context.operation?.method === 'GET';
  const tag = isTagged ? entityTag(body) : '';
  const common = headersFor(context);
  const links = [common['link'], answer.headers?.['link']].filter((link) => link !== undefined);
  const headers = {
    ...common,
    ...(isTagged ? { etag: tag } : {}),
    ...answer.headers,
    ...(links.length > 0 ? { link: links.join(', ') } : {}),
  };
  if (isTagged && isKnown(tag, context)) return { statusCode: 304, headers };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return packed(
    { statusCode: status, headers: { 'content-type': type, ...headers }, text },
    context,
  );
};

/** The response for a problem. */
export const respondProblem = (
  problem: ApiProblem,
  context: AnswerContext,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: PROBLEMS[problem.code].status,
  headers: {
    'content-type': context.operation?.segment ? 'application/json' : 'application/problem+json',
    ...headersFor(context),
    ...(problem.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(problem.retryAfterSeconds) }),
  },
  body: JSON.stringify(
    context.operation?.segment
      ? segmentProblem(problem)
      : problemDocument(problem, context.requestId),
  ),
});

const headersFor = ({
  requestId,
  operation,
  rateLimit,
}: AnswerContext): Readonly<Record<string, string>> => ({
  ...COMMON,
  'request-id': requestId,
  'x-content-type-options': 'nosniff',
  ...rateLimit,
  ...deprecationHeaders(operation),
});

// RFC 9745 wants the day as a structured-field date (seconds), RFC 8594 as an HTTP date.
const deprecationHeaders = (operation: Operation | undefined): Record<string, string> => {
  if (!operation?.deprecation) return {};
  const { since, sunset, link } = operation.deprecation;
  return {
    deprecation: `@${Date.parse(since) / 1000}`,
    sunset: new Date(sunset).toUTCString(),
    link: `<${link}>; rel="deprecation"`,
  };
};

const FRESHNESS: ReadonlySet<string> = new Set(['asOf', 'lagMs', 'positions']);

const entityTag = (body: object | string): string => {
  const stable =
    typeof body === 'string'
      ? body
      : JSON.stringify(body, (name, value) => (FRESHNESS.has(name) ? undefined : value));
  return `W/"${createHash('sha256').update(stable).digest('base64url').slice(0, 22)}"`;
};

const isKnown = (tag: string, { headers }: AnswerContext): boolean =>
  (headers['if-none-match'] ?? '').split(',').some((known) => known.trim() === tag);

const packed = async (
  answer: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  },
  { headers }: AnswerContext,
): Promise<APIGatewayProxyStructuredResultV2> => {
  const { text, ...rest } = answer;
  const wanted = /(^|,)\s*gzip\s*(,|$|;\s*q=(0\.[1-9]|1))/.test(headers['accept-encoding'] ?? '');
  if (!wanted || text.length < WORTH_PACKING) return { ...rest, body: text };
  return {
    statusCode: rest.statusCode,
    headers: { ...rest.headers, 'content-encoding': 'gzip' },
    body: (await pack(text, { level: 4 })).toString('base64'),
    isBase64Encoded: true,
  };
};
