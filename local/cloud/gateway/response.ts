/**
 * From a function's answer to an HTTP response, as API Gateway maps payload format 2.0.
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import type { Invocation } from '../functions/function-pool.ts';

/** An HTTP response, whole. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** A response of API Gateway's own: `{"message":"…"}`. */
export const messageResponse = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify({ message })),
});

/** The answer when the integration took too long or could not be reached. */
export const UNAVAILABLE = messageResponse(503, 'Service Unavailable');

const INTERNAL_ERROR = messageResponse(500, 'Internal Server Error');

/** Maps how an invocation ended. */
export const responseOf = (invocation: Invocation): GatewayResponse => {
  if (invocation.kind === 'throttled') return UNAVAILABLE;
  if (invocation.kind === 'too-large') return messageResponse(413, 'Request Entity Too Large');
  if (invocation.kind === 'function-error') return INTERNAL_ERROR;
  const answer = JSON.parse(invocation.payload) as Json;
  return isJsonObject(answer) && 'statusCode' in answer ? mapped(answer) : bare(answer);
};

/** JSON without a status is the body of a 200. */
const bare = (answer: Json): GatewayResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)),
});

const mapped = (answer: JsonObject): GatewayResponse => {
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer;
  const status = Number(statusCode);
  const wellFormed =
    Number.isInteger(status) &&
    status >= 200 &&
    status < 600 &&
    (body === undefined || body === null || typeof body === 'string');
  if (!wellFormed) return INTERNAL_ERROR;
  return {
    status,
    headers: { ...headersIn(headers), ...cookiesIn(cookies) },
    body: Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded ? 'base64' : 'utf8'),
  };
};

const headersIn = (headers: Json | undefined): Record<string, string> => ({
  'content-type': 'text/plain;charset=UTF-8',
  ...Object.fromEntries(
    Object.entries(isJsonObject(headers) ? headers : {}).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]),
  ),
});

const cookiesIn = (cookies: Json | undefined): Record<string, readonly string[]> =>
  Array.isArray(cookies) && cookies.length > 0 ? { 'set-cookie': cookies.map(String) } : {};
