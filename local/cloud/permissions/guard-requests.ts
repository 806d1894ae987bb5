/**
 * The guard of an execution environment: holds every request to a service of the local cloud against the role of the function,
 * before it is sent.
 *
 * It stands where all clients pass, in Node's own `http`, so that a bundle needs nothing for it and no client can be made
 * without it. What is refused ends as the SDK ends for AWS's answer: with an error of that name, which is not tried again.
 * @module
 */
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { Account } from './account.ts';
import { type Call, compilePolicy, type IsAllowed, type Statement } from './policy.ts';
import { callsOfRequest } from './request-calls.ts';

/** What the guard has to know. */
export interface Guarded {
  readonly statements: readonly Statement[];
  readonly account: Account;
  /** `127.0.0.1:4566` of each service. */
  readonly hosts: readonly string[];
}

/** Puts the guard before every request that this thread sends from now on; tells of each that is refused. */
export const guardRequests = (
  { statements, account, hosts }: Guarded,
  onRefusal: (refused: string) => void,
): void => {
  const isAllowed = compilePolicy(statements);
  const services = new Set(hosts);
  const send = http.request;
  const guarded = (options: RequestOptions, onResponse?: (response: IncomingMessage) => void) => {
    const request = send(options, onResponse);
    if (services.has(`${options.host}:${options.port}`))
      guard(request, options, { account, isAllowed, onRefusal });
    return request;
  };
  http.request = guarded as typeof http.request;
  syncBuiltinESMExports();
};

interface Judge {
  readonly account: Account;
  readonly isAllowed: IsAllowed;
  readonly onRefusal: (refused: string) => void;
}

const guard = (request: ClientRequest, options: RequestOptions, judge: Judge): void => {
  const headers = options.headers as Readonly<Record<string, string>>;
  const callsOf = callsOfRequest(
    {
      method: options.method ?? 'GET',
      path: options.path ?? '/',
      target: headers['x-amz-target'],
    },
    judge.account,
  );
  const end = request.end.bind(request) as (body?: string | Uint8Array) => ClientRequest;
  const isJson = headers['x-amz-target'] !== undefined;
  request.end = ((body?: string | Uint8Array) => {
    const refused = callsOf(textOf(body, isJson)).find((call) => !judge.isAllowed(call));
    if (!refused) return end(body);
    judge.onRefusal(sentenceOf(refused));
    return request.destroy(new AccessDeniedError(refused));
  }) as ClientRequest['end'];
  if (!isJson) hideWhatIsMissing(request, callsOf(''), judge);
};

const textOf = (body: string | Uint8Array = '', isJson = true): string => {
  if (!isJson) return '';
  return typeof body === 'string' ? body : Buffer.from(body).toString();
};

/** S3 says that an object is missing only to who may list the bucket; to others it says that they may not read it. */
const hideWhatIsMissing = (
  request: ClientRequest,
  calls: readonly Call[],
  { isAllowed, onRefusal }: Judge,
): void => {
  request.prependListener('response', ({ statusCode }: IncomingMessage) => {
    const bucket = calls[0]?.resource.split('/')[0] ?? '';
    const list = { action: 's3:ListBucket', resource: bucket };
    if (statusCode === 404 && !isAllowed(list)) onRefusal(`${sentenceOf(list)}, to be told 404`);
  });
};

/** What stands before the first `#` says which kind of item it is; the rest may name a customer. */
const sentenceOf = ({ action, resource, leadingKeys }: Call): string => {
  const keys = [...new Set((leadingKeys?.() ?? []).map((key) => key.replace(/#.*/s, '#…')))];
  return `${action} on ${resource}${keys.length > 0 ? ` of ${keys.join(', ')}` : ''}`;
};

/** As the SDK reads it from an answer of AWS. */
class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedException';
  readonly $fault = 'client';
  readonly $metadata = { httpStatusCode: 400 };

  constructor(call: Call) {
    super(`not authorized to perform ${sentenceOf(call)}`);
  }
}
