/**
 * A `fetch` that signs, as the how-to shows it.
 */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from '../../local/cloud/gateway/access-keys.ts';

class Sha256 {
  readonly #hash;

  constructor(secret?: unknown) {
    this.#hash = secret ? createHmac('sha256', secret as Buffer) : createHash('sha256');
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  digest = async (): Promise<Uint8Array> => this.#hash.digest();
  reset = (): void => {};
}

/** Signs every request with a key. */
export const signedFetch = (credentials: AccessKey, region: string): typeof fetch => {
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256 });
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const request = await signer.sign({
      method: init.method ?? 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...(init.headers as Record<string, string>), host: url.host },
      body: init.body,
    });
    return fetch(url, { ...init, headers: request.headers });
  };
};
