/**
 * Secrets from Secrets Manager, kept for a minute.
 *
 * The keys of ids and marks never change; the peppers do, and a rotation waits until whoever keeps the old ones has read
 * them anew. One that cannot be read anew is not gone on with: it may no longer be in force.
 * @module
 */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { Clock } from '#domain/shared/clock.ts';
import { HTTP_OPTIONS } from '../shared/http-options.ts';

/** A secret that is not there as text. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** Gives the text of a secret. Throws {@link SecretError} when it has none. */
export type GetSecret = (arn: string) => Promise<string>;

/** Makes the client; `AWS_ENDPOINT_URL_SECRETS_MANAGER` is read by the SDK itself. */
export const makeSecretsClient = (config: SecretsManagerClientConfig = {}): SecretsManagerClient =>
  new SecretsManagerClient({
    retryMode: 'standard',
    maxAttempts: 5,
    requestHandler: HTTP_OPTIONS,
    ...config,
  });

/** Milliseconds for which a secret is kept. */
export const SECRET_KEPT_MS = 60_000;

/** Makes a reader that keeps what it read for a while; concurrent callers share one read, a failed one is not kept. */
export const makeGetSecret = (
  client: Pick<SecretsManagerClient, 'send'>,
  clock: Clock = Date.now,
): GetSecret => {
  const kept = new Map<string, { readonly text: Promise<string>; readonly until: number }>();
  return (arn) => {
    const known = kept.get(arn);
    if (known && clock() < known.until) return known.text;
    const text = readSecret(client, arn);
    kept.set(arn, { text, until: clock() + SECRET_KEPT_MS });
    text.catch(() => kept.delete(arn));
    return text;
  };
};

/** Puts another text in place of a secret's; readers follow within {@link SECRET_KEPT_MS}. */
export const putSecret = async (
  client: Pick<SecretsManagerClient, 'send'>,
  arn: string,
  text: string,
): Promise<void> => {
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
};

const readSecret = async (
  client: Pick<SecretsManagerClient, 'send'>,
  arn: string,
): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (!SecretString) throw new SecretError(`secret ${arn} holds no text`);
  return SecretString;
};
