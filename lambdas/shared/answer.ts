/**
 * Answers of the HTTP API: JSON, and problem documents as RFC 9457 has them.
 * @module
 */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** A problem that a caller can cause. */
export interface Problem {
  readonly status: 400 | 404 | 409 | 425;
  /** Stable code, also the last part of `type`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

/** Personal data must not lie in any cache on the way. */
const HEADERS = { 'cache-control': 'no-store' };

/** A JSON answer. */
export const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { 'content-type': 'application/json', ...HEADERS, ...headers },
  body: JSON.stringify(body),
});

/** A problem document; `instance` is the request's id. */
export const problemAnswer = (
  problem: Problem,
  requestId: string,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: problem.status,
  headers: { 'content-type': 'application/problem+json', ...HEADERS },
  body: JSON.stringify({
    type: `urn:tributary:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: `urn:request:${requestId}`,
  }),
});
