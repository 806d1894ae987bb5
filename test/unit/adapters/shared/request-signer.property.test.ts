/**
 * Law: a request is signed as the SDK's own signer signs it, whatever its body, its time and the credentials.
 * Oracle: SignatureV4 of the SDK.
 * @module
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRequestSigner } from '#adapters/shared/request-signer.ts';

const REGIONS = ['ap-east-1', 'cn-north-1'];
const { sha256 } = new DynamoDBClient({ region: 'ap-east-1' }).config;

const credentials: fc.Arbitrary<AwsCredentialIdentity> = fc.record(
  {
    accessKeyId: fc.string({ minLength: 1 }),
    secretAccessKey: fc.string({ minLength: 1 }),
    sessionToken: fc.base64String({ minLength: 4 }),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);

const signing = fc.record({
  by: fc.nat(2),
  region: fc.constantFrom(...REGIONS),
  date: fc.date({ min: new Date('2026-01-01'), max: new Date('2026-01-03'), noInvalidDate: true }),
  body: fc.string({ unit: 'grapheme' }),
  host: fc.domain(),
});

const requestTo = (host: string, body: string) => ({
  method: 'POST',
  protocol: 'https:',
  hostname: host,
  path: '/',
  query: {},
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.GetItem',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'aws-sdk-js/3',
    'x-amz-user-agent': 'aws-sdk-js/3',
    'amz-sdk-request': 'attempt=1; max=5',
    host,
  },
  body,
});

test('requests in a row, by changing credentials, in changing regions and days', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(credentials, credentials, credentials),
      fc.array(signing, { minLength: 1, maxLength: 6 }),
      async (known, signings) => {
        let by = known[0];
        const current = async () => by;
        const signer = makeRequestSigner({
          service: 'dynamodb',
          credentials: current,
          region: async () => 'nowhere',
        });
        const region = 'nowhere';
        const oracle = new SignatureV4({
          service: 'dynamodb',
          credentials: current,
          region,
          sha256,
        });
        for (const { date, body, host, ...rest } of signings) {
          by = known[rest.by] ?? by;
          const at = { signingDate: date, signingRegion: rest.region };
          const signed = await signer.sign(requestTo(host, body), at);
          const { headers } = await oracle.sign(requestTo(host, body), at);
          expect(signed.headers).toEqual(headers);
        }
      },
    ),
    { numRuns: 60 },
  );
});
