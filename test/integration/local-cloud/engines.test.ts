/**
 * What the functions rely on in the engines that are not AWS: S3 and the side services.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engines, startEngines, stopEngines } from '../../../local/cloud/engines/engines.ts';
import {
  type SideServices,
  startSideServices,
} from '../../../local/cloud/engines/side-services.ts';

const root = mkdtempSync(join(tmpdir(), 'engines-'));
const credentials = { accessKeyId: 'AnyFunction1A2B', secretAccessKey: 'local' };
const region = 'ap-east-1';
const Bucket = 'tributary-dev-quarantine';

let engines: Engines;
let sideServices: SideServices;
let s3: S3Client;
let secrets: SecretsManagerClient;

beforeAll(async () => {
  engines = await startEngines(root, {}, () => undefined);
  const arnOf = (name: string) => `arn:aws:secretsmanager:${region}:000000000000:secret:${name}-a`;
  sideServices = await startSideServices(join(root, 'secrets.json'), 0, arnOf);
  s3 = new S3Client({ endpoint: engines.s3.endpoint, region, credentials, forcePathStyle: true });
  secrets = new SecretsManagerClient({ endpoint: sideServices.endpoint, region, credentials });
  await s3.send(new CreateBucketCommand({ Bucket }));
}, 60_000);

afterAll(async () => {
  s3.destroy();
  secrets.destroy();
  sideServices.close();
  await stopEngines(engines);
  rmSync(root, { recursive: true, force: true });
}, 30_000);

const put = (Key: string, Body: Uint8Array | string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

const get = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

describe('S3', { timeout: 30_000 }, () => {
  test.each([
    'a',
    'a/b',
    'erp/2026/11/22/r.json.gz',
    '中文/键 +&=?#%.json',
    `long/${'x'.repeat(200)}`,
  ])('gives back the bytes of %s', async (key) => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    await put(key, bytes);
    expect((await get(key)).equals(bytes)).toBe(true);
  });

  test('gives back content type, encoding and metadata', async () => {
    const facts = {
      ContentType: 'application/x-ndjson',
      ContentEncoding: 'gzip',
      Metadata: { reason: 'not-json' },
    };
    await s3.send(new PutObjectCommand({ Bucket, Key: 'facts', Body: 'x', ...facts }));
    expect(await s3.send(new GetObjectCommand({ Bucket, Key: 'facts' }))).toMatchObject(facts);
  });

  test('shows an object whole as soon as the write is answered, the newest of two writes', async () => {
    for (let size = 1_000_000; size < 1_000_010; size += 1) {
      await put('whole', Buffer.alloc(size, size % 256));
      expect((await get('whole')).equals(Buffer.alloc(size, size % 256))).toBe(true);
    }
  });

  test('lists every key once over pages, in key order', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `pages/${index % 5}/k${index}`);
    await Promise.all(keys.map((key) => put(key, 'x')));
    await put('pages/3', 'x');
    const listed: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'pages/', MaxKeys: 4, ContinuationToken }),
      );
      listed.push(...(page.Contents ?? []).map((it) => it.Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(listed).toEqual([...keys, 'pages/3'].sort());
  });

  test('lists prefixes below a delimiter', async () => {
    await Promise.all(['d/a/1', 'd/a/2', 'd/b/1', 'd/c'].map((key) => put(key, 'x')));
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd/', Delimiter: '/' }));
    expect(page.Contents?.map((it) => it.Key)).toEqual(['d/c']);
    expect(page.CommonPrefixes?.map((it) => it.Prefix)).toEqual(['d/a/', 'd/b/']);
  });

  test('lists nothing below a prefix that nobody wrote', async () => {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'none/at/all/' }));
    expect(page.KeyCount).toBe(0);
  });

  test('deletes, and deleting again is no error', async () => {
    await put('gone', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await expect(get('gone')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test.each([
    ['a key that leaves the bucket', () => put('../../escape', 'x')],
    ['an empty segment', () => put('a//b', 'x')],
    ['a key too long for a file', () => put('x'.repeat(300), 'x')],
    [
      'a chunked upload',
      () =>
        s3.send(
          new PutObjectCommand({
            Bucket,
            Key: 'chunked',
            Body: Readable.from([Buffer.from('hello')]),
            ContentLength: 5,
          }),
        ),
    ],
    [
      'a conditional write',
      () => s3.send(new PutObjectCommand({ Bucket, Key: 'c', Body: 'x', IfNoneMatch: '*' })),
    ],
  ])('refuses %s and stays up', async (_, attempt) => {
    await expect(attempt()).rejects.toThrow('the local S3 store does not support');
    expect(engines.s3.restarts).toBe(0);
  });

  test('keeps its objects over a kill', async () => {
    await put('kept', 'x');
    process.kill(Number(engines.s3.pid), 'SIGKILL');
    await expect.poll(() => engines.s3.restarts, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => get('kept').then(String, String), { timeout: 10_000 }).toBe('x');
  });
});

describe('Secrets Manager', () => {
  test('creates, describes and gives a secret, by name and by ARN', async () => {
    const created = await secrets.send(
      new CreateSecretCommand({ Name: 'pepper', SecretString: 'salt' }),
    );
    const byName = await secrets.send(new GetSecretValueCommand({ SecretId: 'pepper' }));
    const byArn = await secrets.send(new DescribeSecretCommand({ SecretId: created.ARN }));
    expect([byName.SecretString, byArn.Name]).toEqual(['salt', 'pepper']);
  });

  test('knows no secret that nobody made', async () => {
    const asked = secrets.send(new GetSecretValueCommand({ SecretId: 'other' }));
    await expect(asked).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('names the operation that it does not answer', async () => {
    await expect(secrets.send(new ListSecretsCommand({}))).rejects.toThrow(
      'the local cloud does not answer secretsmanager.ListSecrets',
    );
  });
});
