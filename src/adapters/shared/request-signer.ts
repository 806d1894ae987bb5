/**
 * Request signer: AWS signature version 4 for services that take JSON by POST at the root of a host.
 *
 * It signs what the SDK's signer signs, to the same letter. It only keeps what that one derives for every request: the key,
 * which is the same for a day, in a form that needs no setting up. When to sign anew, at what instant and with whose
 * credentials stays with the SDK, whose configuration takes a signer.
 * Source: AWS General Reference, "Create a signed AWS API request".
 * @module
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type {
  AwsCredentialIdentity,
  HttpRequest,
  RequestSigner,
  RequestSigningArguments,
} from '@smithy/types';

/** What a signer asks for. */
export interface SignerOptions {
  /** The service's name in scopes, e.g. `dynamodb`. */
  readonly service: string;
  /** The credentials in force; the same object as long as they are. */
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly region: () => Promise<string>;
}

/** Makes a signer. Requests have a body, no query, and headers in lower case without runs of spaces. */
export const makeRequestSigner = (options: SignerOptions): RequestSigner => {
  const keyFor = keepingLastKey();
  const sign = async (request: HttpRequest, given: RequestSigningArguments = {}) => {
    const credentials = await options.credentials();
    const region = given.signingRegion ?? (await options.region());
    const time = compactTime(given.signingDate);
    const scope = [time.slice(0, 8), region, options.service, 'aws4_request'];
    const payload = hash('sha256', request.body as Uint8Array | string, 'hex');
    const headers = {
      ...request.headers,
      'x-amz-date': time,
      ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
      'x-amz-content-sha256': payload,
    };
    const names = signedNames(headers);
    const text = textToSign({ path: request.path, headers, names, payload, time, scope });
    const signature = createHmac('sha256', keyFor(credentials, scope)).update(text).digest('hex');
    const authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return { ...request, headers: { ...headers, authorization } };
  };
  // The port also has forms for texts and events; no service that takes JSON asks for them.
  return { sign } as RequestSigner;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Date, region, service and terminator: what a key is derived for. */
type Scope = readonly string[];

/** Headers that the way may change; the SDK leaves them out, too. */
const UNSIGNED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'expect',
  'user-agent',
  'x-amzn-trace-id',
]);

const signedNames = (headers: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(headers)
    .filter((name) => !UNSIGNED.has(name))
    .sort();

interface Signable {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  readonly payload: string;
  readonly time: string;
  readonly scope: Scope;
}

const textToSign = ({ path, headers, names, payload, time, scope }: Signable): string => {
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = `POST\n${path}\n\n${lines}\n${names.join(';')}\n${payload}`;
  return `${ALGORITHM}\n${time}\n${scope.join('/')}\n${hash('sha256', canonical, 'hex')}`;
};

/** `2026-11-30T08:50:03.120Z` as `20261130T085003Z`. */
const compactTime = (date: RequestSigningArguments['signingDate'] = new Date()): string =>
  new Date(date).toISOString().replace(/[:-]|\.\d{3}/g, '');

const keepingLastKey = () => {
  let last: { readonly of: AwsCredentialIdentity; readonly scope: string; readonly key: KeyObject };
  return (credentials: AwsCredentialIdentity, parts: Scope): KeyObject => {
    const scope = parts.join('/');
    if (last?.of !== credentials || last.scope !== scope)
      last = { of: credentials, scope, key: deriveKey(credentials.secretAccessKey, parts) };
    return last.key;
  };
};

const deriveKey = (secret: string, scope: Scope): KeyObject =>
  createSecretKey(
    scope.reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    ),
  );
