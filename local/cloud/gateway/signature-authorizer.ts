/**
 * The IAM authorizer of an HTTP API: Signature Version 4 over the request.
 *
 * A request is signed again, with the secret of the key that it names, over the headers that it says it signed; what comes
 * out must be what it carries. Whatever is wrong is 403, as API Gateway answers.
 * Source: IAM User Guide, "AWS Signature Version 4 for API requests".
 * @module
 */
import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey, AccessKeys } from './access-keys.ts';
import type { Authorization } from './jwt-authorizer.ts';
import { type GatewayRequest, headersOf, splitUrl } from './request-event.ts';
import { messageResponse } from './response.ts';

/** What signatures are checked against. */
export interface SignatureSettings {
  readonly keys: AccessKeys;
  readonly region: string;
}

const SERVICE = 'execute-api';
/** A signature is good for so long before and after its date. */
const MAX_SKEW_MS = 5 * 60_000;

/** Authorizes a request for a route that asks for a signature. */
export const authorizeSignature = async (
  request: GatewayRequest,
  { keys, region }: SignatureSettings,
): Promise<Authorization> => {
  const claim = claimIn(headersOf(request.rawHeaders));
  const key = claim && keys.find(claim.accessKeyId);
  const isGood =
    claim !== undefined &&
    key !== undefined &&
    isOfHere(claim, region, request.receivedAt) &&
    coversEnough(claim, key) &&
    equal(claim.signature, await signatureOver(request, claim, key, region));
  return isGood
    ? { kind: 'granted', authorizer: { iam: identityOf(key) } }
    : { kind: 'refused', response: messageResponse(403, 'Forbidden') };
};

/** What a request says of its signature. */
interface Claim {
  readonly accessKeyId: string;
  /** `20261130/cn-north-1/execute-api/aws4_request` */
  readonly scope: string;
  /** `20261130T083000Z` */
  readonly date: string;
  /** Headers that are signed, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

const claimIn = (headers: Readonly<Record<string, string>>): Claim | undefined => {
  const [, accessKeyId, scope, names, signature] =
    AUTHORIZATION.exec(headers['authorization'] ?? '') ?? [];
  const date = headers['x-amz-date'];
  if (!accessKeyId || !scope || !names || !signature || date === undefined) return undefined;
  const signed = names.split(';').map((name) => [name, headers[name] ?? ''] as const);
  return { accessKeyId, scope, date, headers: Object.fromEntries(signed), signature };
};

const isOfHere = ({ scope, date }: Claim, region: string, now: number): boolean =>
  scope === `${date.slice(0, 8)}/${region}/${SERVICE}/aws4_request` &&
  Math.abs(now - instantOf(date)) <= MAX_SKEW_MS;

/** `20261130T083000Z` → epoch milliseconds; NaN for anything else. */
const instantOf = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

// What is not signed could have been put there by anybody.
const coversEnough = ({ headers }: Claim, { sessionToken }: AccessKey): boolean =>
  'host' in headers &&
  'x-amz-date' in headers &&
  (sessionToken === undefined || headers['x-amz-security-token'] === sessionToken);

const signatureOver = async (
  { method, url, body }: GatewayRequest,
  { headers, date }: Claim,
  { accessKeyId, secretAccessKey, sessionToken }: AccessKey,
  region: string,
): Promise<string> => {
  const { path, query } = splitUrl(url);
  const { host = '', ...others } = headers;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    region,
    service: SERVICE,
    sha256: NodeSha256,
    applyChecksum: false,
  });
  // A hash of the body that is signed as a header says nothing about the body that came.
  const { 'x-amz-content-sha256': _stated, ...unhashed } = others;
  const hashed = 'x-amz-content-sha256' in others ? { 'x-amz-content-sha256': hashOf(body) } : {};
  const signed = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname: host,
      path,
      query: parametersIn(query),
      headers: { ...unhashed, ...hashed, host },
      body,
    },
    { signingDate: new Date(instantOf(date)), signableHeaders: new Set(Object.keys(headers)) },
  );
  return /Signature=([0-9a-f]{64})$/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
};

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

const parametersIn = (query: string): Record<string, string[]> => {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = [...(parameters[name] ?? []), value];
  return parameters;
};

const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** The parts of an identity that API Gateway tells a function. */
const identityOf = ({ accessKeyId, accountId, userId, userArn }: AccessKey) => ({
  accessKey: accessKeyId,
  accountId,
  callerId: userId,
  cognitoIdentity: null,
  principalOrgId: null,
  userArn,
  userId,
});

/** SHA-256, plain or keyed, as the signer asks for it. */
class NodeSha256 {
  readonly #secret: Uint8Array | string | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#fresh();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

const bytesOf = (source: string | ArrayBuffer | ArrayBufferView): Uint8Array | string => {
  if (typeof source === 'string') return source;
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
};
