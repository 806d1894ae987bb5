/**
 * Secrets from Secrets Manager, read once per process.
 *
 * The pepper and the OneID key never rotate (every stored pseudonym and id depends on them), so a read secret stays.
 * @module
 */
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
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

/** Makes a reader that keeps what it read; concurrent callers share one read, a failed one is not kept. */
export const makeGetSecret = (client: Pick<SecretsManagerClient, 'send'>): GetSecret => {
  const kept = new Map<string, Promise<string>>();
  return (arn) => {
    const known = kept.get(arn) ?? readSecret(client, arn);
    kept.set(arn, known);
    known.catch(() => kept.delete(arn));
    return known;
  };
};

const readSecret = async (
  client: Pick<SecretsManagerClient, 'send'>,
  arn: string,
): Promise<string> => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (!SecretString) throw new SecretError(`secret ${arn} holds no text`);
  return SecretString;
};
