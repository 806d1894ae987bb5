/**
 * Who runs a command: on AWS the principal that the credentials belong to, on the local cloud the user of the machine.
 *
 * One call of STS, signed by the SDK's own signer as those of Lambda are.
 * Source: AWS STS API reference, GetCallerIdentity, 2011-06-15. It needs no permission and cannot be denied by one.
 * @module
 */
import { userInfo } from 'node:os';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { SignatureV4 } from '@smithy/signature-v4';

/** STS refused, or is not reached. */
export class CallerError extends Error {
  override readonly name = 'CallerError';
}

const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * ARN of the caller.
 * @param client gives region and credentials
 * @param endpoint that of AWS unless given
 * @throws CallerError
 */
export const callerOnAws = async (client: KinesisClient, endpoint?: string): Promise<string> => {
  const { credentials, sha256 } = client.config;
  const region = await client.config.region();
  const url = new URL('/', endpoint ?? endpointOf(region));
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body: BODY,
  });
  const answer = await fetch(url, { method: 'POST', headers, body: BODY });
  const text = await answer.text();
  const arn = /<Arn>(?<arn>[^<]+)<\/Arn>/.exec(text)?.groups?.['arn'];
  if (answer.ok && arn !== undefined) return arn;
  throw new CallerError(`STS answers ${answer.status} and does not say who calls`);
};

const endpointOf = (region: string): string =>
  process.env['AWS_ENDPOINT_URL_STS'] ??
  `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** The user of this machine, by name or, without one, by number. */
export const callerHere = (): string => {
  try {
    return `os:${userInfo().username}`;
  } catch {
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
};
