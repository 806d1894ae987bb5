/**
 * Which keys of KMS the resources are encrypted with. Nothing is encrypted here; but whoever uses a resource on AWS has to
 * be allowed to use its key.
 * @module
 */
import { z } from 'zod';
import { ACCOUNT_ID } from '../template/physical.ts';
import type { Resolver } from '../template/resolver.ts';
import type { LocatedResource } from '../template/types.ts';
import { identityOf, readProperties } from './reader.ts';

const BUCKET = z.object({
  BucketEncryption: z
    .object({
      ServerSideEncryptionConfiguration: z.array(
        z.object({
          ServerSideEncryptionByDefault: z.object({ KMSMasterKeyID: z.string().optional() }),
        }),
      ),
    })
    .optional(),
});
const SECRET = z.object({ KmsKeyId: z.string().optional() });
const STREAM = z.object({ StreamEncryption: z.object({ KeyId: z.string() }).optional() });
const TABLE = z.object({
  Replicas: z
    .array(
      z.object({
        SSESpecification: z.object({ KMSMasterKeyId: z.string().optional() }).optional(),
      }),
    )
    .default([]),
});

type KeyOf = (resolver: Resolver, located: LocatedResource) => string | undefined;

const KEYS: Readonly<Record<string, KeyOf>> = {
  'AWS::DynamoDB::GlobalTable': (resolver, located) =>
    readProperties(resolver, located, TABLE).Replicas[0]?.SSESpecification?.KMSMasterKeyId,
  'AWS::Kinesis::Stream': (resolver, located) =>
    readProperties(resolver, located, STREAM).StreamEncryption?.KeyId,
  'AWS::S3::Bucket': (resolver, located) => {
    const { BucketEncryption } = readProperties(resolver, located, BUCKET);
    const [first] = BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    return first?.ServerSideEncryptionByDefault.KMSMasterKeyID;
  },
  'AWS::SecretsManager::Secret': (resolver, located) =>
    readProperties(resolver, located, SECRET).KmsKeyId,
};

/** ARN of the key by ARN of the resource, for those that are encrypted with a key of the templates. */
export const planKeys = (
  resolver: Resolver,
  everything: readonly LocatedResource[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    everything.flatMap((located) => {
      const key = KEYS[located.resource.Type]?.(resolver, located);
      return key === undefined ? [] : [[identityOf(resolver, located).arn, arnOf(key, resolver)]];
    }),
  );

/** A key is named by its ARN or by its id. */
const arnOf = (key: string, { region }: Resolver): string =>
  key.startsWith('arn:') ? key : `arn:aws:kms:${region}:${ACCOUNT_ID}:key/${key}`;
