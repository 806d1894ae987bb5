/**
 * Calls of an AWS service in its JSON protocol, as plain HTTP to a local engine.
 *
 * The pollers hand records on as the JSON they came as: decoding them into SDK objects and writing them out again was
 * the dearest part of polling (2.4 ms of processor time a row, profiled). Loopback engines read no signature, but
 * kinesalite wants the header to be there.
 * @module
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';

/** Calls one operation; rejects when the engine cannot be reached or refuses. */
export type JsonCall = (operation: string, input: object) => Promise<JsonObject>;

/** A service as its engine knows it. */
export interface JsonService {
  readonly endpoint: string;
  /** `Kinesis_20131202`, `DynamoDBStreams_20120810`. */
  readonly target: string;
  readonly contentType: string;
}

/** Authorization that names no one. */
export const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/local/aws4_request, SignedHeaders=host, Signature=0';

/** Date that belongs to {@link AUTHORIZATION}. */
export const AUTHORIZED_AT = '20260101T000000Z';

const PATIENCE_MS = 30_000;

/** Opens connections to a service, kept alive until `close`. */
export const openService = ({
  endpoint,
  target,
  contentType,
}: JsonService): { readonly call: JsonCall; close(): void } => {
  const agent = new Agent({ keepAlive: true });
  const call: JsonCall = async (operation, input) => {
    const headers = {
      'content-type': contentType,
      'x-amz-target': `${target}.${operation}`,
      authorization: AUTHORIZATION,
      'x-amz-date': AUTHORIZED_AT,
    };
    const { status, body } = await post(endpoint, agent, headers, JSON.stringify(input));
    const answer = JSON.parse(body) as Json;
    if (status === 200 && isJsonObject(answer)) return answer;
    throw new Error(`${operation} was answered with ${status}: ${body.slice(0, 300)}`);
  };
  return { call, close: () => agent.destroy() };
};

const post = (
  endpoint: string,
  agent: Agent,
  headers: Record<string, string>,
  body: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(endpoint, { method: 'POST', agent, headers, timeout: PATIENCE_MS });
    sent.on('response', (answer) => {
      text(answer).then((read) => resolve({ status: answer.statusCode, body: read }), reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
