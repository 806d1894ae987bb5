/**
 * Signed links: an address under which one object can be fetched for some minutes, without credentials.
 *
 * Signature version 4 in the query. Source: Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".
 * @module
 */
import { createHash, createHmac } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';

/** What signing takes. */
export interface LinkParts {
  /** Address of the object, without query. */
  readonly url: URL;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  /** Epoch milliseconds. */
  readonly now: number;
  readonly seconds: number;
}

/** Signs a link. */
export const signLink = (parts: LinkParts): string => {
  const { url, region, credentials, now, seconds } = parts;
  const time = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const query = Object.entries({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    ...(credentials.sessionToken ? { 'X-Amz-Security-Token': credentials.sessionToken } : {}),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&');
  const request = ['GET', url.pathname, query, `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'];
  const digest = createHash('sha256').update(request.join('\n')).digest('hex');
  const text = ['AWS4-HMAC-SHA256', time, scope, digest].join('\n');
  const signature = hmac(signingKey(credentials.secretAccessKey, scope), text).toString('hex');
  return `${url.origin}${url.pathname}?${query}&X-Amz-Signature=${signature}`;
};

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const signingKey = (secret: string, scope: string): Buffer =>
  scope
    .split('/')
    .reduce((key: string | Buffer, part) => hmac(key, part), `AWS4${secret}`) as Buffer;

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Gives links to objects of a bucket, with the credentials of the client. */
export const makeLinks =
  (client: S3Client, bucket: string, clock: () => number) =>
  async (object: string, seconds: number): Promise<string> => {
    const { config } = client;
    const [region, credentials] = await Promise.all([config.region(), config.credentials()]);
    const base = await baseOf(client, bucket, region);
    const path = object.split('/').map(escaped).join('/');
    const url = new URL(`${base.replace(/\/$/, '')}/${path}`);
    return signLink({ url, region, credentials, now: clock(), seconds });
  };

const baseOf = async ({ config }: S3Client, bucket: string, region: string): Promise<string> => {
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'];
  const ForcePathStyle = config.forcePathStyle === true;
  const { url } = config.endpointProvider({
    Bucket: bucket,
    Region: region,
    ForcePathStyle,
    ...(endpoint === undefined ? {} : { Endpoint: endpoint }),
  });
  return url.href;
};
