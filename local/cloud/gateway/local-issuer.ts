/**
 * A local OpenID Connect issuer: real keys, a JWKS, a client-credentials token endpoint.
 *
 * It plays the issuer that the template names: tokens carry that URL as `iss`, and the gateway finds the keys
 * here instead of there. The key is made once per data folder, so that a token outlives a restart.
 * RSA, because the JWT authorizer of API Gateway accepts no other kind.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import { must } from '#domain/shared/assert.ts';
import { readJsonFile, replaceJsonFile } from '../files.ts';
import { closeNow, listener, listenLocally, readBody } from '../http.ts';

/** What a token says; all of it may be left to the issuer. */
export interface TokenRequest {
  readonly scopes?: readonly string[];
  readonly subject?: string;
  readonly audience?: string | readonly string[];
  readonly expiresInSeconds?: number;
  /** More claims, such as a brand. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The issuer's settings, taken from the template's authorizer. */
export interface IssuerSettings {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Scopes of a token for which none were asked. */
  readonly scopes: readonly string[];
  readonly keyFile: string;
  readonly port: number;
}

/** A running issuer. */
export interface LocalIssuer {
  readonly endpoint: string;
  readonly keys: JWTVerifyGetKey;
  mintToken(request?: TokenRequest): Promise<string>;
  close(): void;
}

const ALGORITHM = 'RS256';
const TOKEN_SECONDS = 12 * 60 * 60;
const BODY_LIMIT = 64 * 1024;

/** Starts the issuer. */
export const startLocalIssuer = async (settings: IssuerSettings): Promise<LocalIssuer> => {
  const privateJwk = await keyIn(settings.keyFile);
  const { kty, n, e, kid } = privateJwk;
  const publicKeys: JSONWebKeySet = {
    keys: [{ kty: must(kty, 'key type'), n, e, kid, alg: ALGORITHM, use: 'sig' } as JWK],
  };
  const mintToken = (request: TokenRequest = {}) => mint(settings, privateJwk, request);
  const server = createServer(listener((request, response) => respond(request, response)));
  const endpoint = await listenLocally(server, settings.port);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const document = await documentFor(request, { settings, endpoint, publicKeys, mintToken });
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? { error: 'not_found' }));
  };
  return {
    endpoint,
    keys: createLocalJWKSet(publicKeys),
    mintToken,
    close: () => closeNow(server),
  };
};

const keyIn = async (path: string): Promise<JWK> => {
  const known = readJsonFile<JWK>(path);
  if (known) return known;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const named = { ...jwk, kid: await calculateJwkThumbprint(jwk) };
  replaceJsonFile(path, named);
  return named;
};

const mint = async (
  settings: IssuerSettings,
  privateJwk: JWK,
  request: TokenRequest,
): Promise<string> => {
  const subject = request.subject ?? 'local';
  const scope = (request.scopes ?? settings.scopes).join(' ');
  const audience = request.audience ?? settings.audience;
  return new SignJWT({ ...request.claims, client_id: subject, scope, token_use: 'access' })
    .setProtectedHeader({ alg: ALGORITHM, kid: must(privateJwk.kid, 'key id') })
    .setIssuer(settings.issuer)
    .setSubject(subject)
    .setAudience(typeof audience === 'string' ? audience : [...audience])
    .setIssuedAt()
    .setExpirationTime(`${request.expiresInSeconds ?? TOKEN_SECONDS}s`)
    .setJti(randomUUID())
    .sign(await importJWK(privateJwk, ALGORITHM));
};

interface Serving {
  readonly settings: IssuerSettings;
  readonly endpoint: string;
  readonly publicKeys: JSONWebKeySet;
  readonly mintToken: (request: TokenRequest) => Promise<string>;
}

const documentFor = async (
  request: IncomingMessage,
  { settings, endpoint, publicKeys, mintToken }: Serving,
): Promise<unknown> => {
  switch (`${request.method} ${request.url}`) {
    case 'GET /.well-known/openid-configuration':
      return discovery(settings, endpoint);
    case 'GET /jwks':
      return publicKeys;
    case 'POST /token':
      return issue(await readBody(request, BODY_LIMIT), mintToken);
    default:
      return undefined;
  }
};

const discovery = ({ issuer, scopes }: IssuerSettings, endpoint: string) => ({
  issuer,
  jwks_uri: `${endpoint}/jwks`,
  token_endpoint: `${endpoint}/token`,
  grant_types_supported: ['client_credentials'],
  id_token_signing_alg_values_supported: [ALGORITHM],
  scopes_supported: scopes,
});

/** Any client gets any scope: this issuer guards made-up data on one machine. */
const issue = async (body: Buffer | undefined, mintToken: Serving['mintToken']) => {
  const form = new URLSearchParams(body?.toString() ?? '');
  const scope = form.get('scope');
  const subject = form.get('client_id') ?? 'local';
  const token = await mintToken({ subject, ...(scope && { scopes: scope.split(' ') }) });
  return { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS };
};
