/**
 * Execution environments as Lambda's callers know them: results, errors, time-outs, limits, warm starts.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import { Metrics } from '../../../../local/cloud/functions/metrics.ts';
import type { Statement } from '../../../../local/cloud/permissions/policy.ts';
import type { FunctionPlan } from '../../../../local/cloud/plan/model.ts';

const folders: string[] = [];
const hosts: FunctionHost[] = [];
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  for (const server of servers.splice(0)) server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const hostOf = (
  code: string,
  plan: Partial<FunctionPlan> = {},
  mostEnvironments = 4,
  endpoints: Readonly<Record<string, string>> = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
) => {
  const folder = mkdtempSync(join(tmpdir(), 'function-'));
  folders.push(folder);
  writeFileSync(join(folder, 'index.mjs'), code);
  const metrics = new Metrics();
  const host = new FunctionHost(
    [
      {
        stackName: 'S',
        logicalId: 'Fn1A2B',
        constructId: 'serve/get-profile',
        name: 'fn',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        codeDirectory: folder,
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        environment: { TABLE_NAME: 'customer360' },
        timeoutMs: 3_000,
        memoryMb: 128,
        reservedConcurrency: undefined,
        statements: [],
        ...plan,
      },
    ],
    {
      account: {
        region: 'ap-east-1',
        accountId: '000000000000',
        partitionKeys: { customer360: 'pk' },
        keys: {},
      },
      endpoints,
      logDir: folder,
      metrics,
      mostEnvironments,
      log: () => undefined,
    },
  );
  hosts.push(host);
  const invoke = (event: unknown = {}) => host.invoke('fn', JSON.stringify(event), 'request-1');
  const log = () => readFileSync(join(folder, 'serve-get-profile.log'), 'utf8');
  return { host, invoke, metrics, log };
};

const payloadOf = async (invocation: ReturnType<FunctionHost['invoke']>) => {
  const it = await invocation;
  return it.kind === 'success' ? JSON.parse(it.payload) : it;
};

test('a function sees its event, its context and its environment', async () => {
  const { invoke } = hostOf(`export const handler = async (event, context) => ({
    event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 2000, memory: context.memoryLimitInMB,
    key: process.env.AWS_ACCESS_KEY_ID, region: process.env.AWS_REGION, table: process.env.TABLE_NAME,
    s3: process.env.AWS_ENDPOINT_URL_S3, name: process.env.AWS_LAMBDA_FUNCTION_NAME, home: process.env.HOME })`);
  expect(await payloadOf(invoke({ a: [1, null] }))).toEqual({
    event: { a: [1, null] },
    id: 'request-1',
    left: true,
    memory: '128',
    key: 'Fn1A2B',
    region: 'ap-east-1',
    table: 'customer360',
    s3: 'http://127.0.0.1:1',
    name: 'fn',
  });
});

test('warmed environments take the first events, and no more are started than asked for', async () => {
  const { host, invoke, log } = hostOf(`console.log('started');
    export const handler = async () => new Promise((resolve) => setTimeout(resolve, 50, 'done'))`);
  await host.warm('fn', 2);
  await host.warm('fn', 1);
  expect(await Promise.all([payloadOf(invoke()), payloadOf(invoke())])).toEqual(['done', 'done']);
  expect(log().split('started')).toHaveLength(3);
});

test('a function that cannot start is heard of by its first event, not by whoever warms it', async () => {
  const { host, invoke } = hostOf(
    `throw new RangeError('no'); export const handler = async () => 1`,
  );
  await host.warm('fn', 1);
  expect(await invoke()).toMatchObject({
    kind: 'function-error',
    error: { errorType: 'RangeError' },
  });
});

test('the AWS SDK is there although the bundle leaves it out', async () => {
  const { invoke } = hostOf(`import { S3Client } from '@aws-sdk/client-s3';
    export const handler = async () => S3Client.name`);
  expect(await payloadOf(invoke())).toBe('S3Client');
});

describe('ends with an error when the function', () => {
  test.each([
    [
      'throws',
      `export const handler = async () => { throw new RangeError('no') }`,
      'RangeError',
      'no',
    ],
    [
      'throws what is no error',
      `export const handler = async () => { throw 'no' }`,
      'string',
      'no',
    ],
    ['cannot be loaded', `import 'nowhere'; export const handler = 1`, 'Error', 'nowhere'],
    [
      'has no handler',
      'export const other = 1',
      'TypeError',
      'handler is undefined or not exported',
    ],
    ['ends its process', `export const handler = () => process.exit(3)`, 'Runtime.ExitError', '3'],
    [
      'lets an error escape',
      `export const handler = () => new Promise(() => setTimeout(() => { throw new Error('late') }))`,
      'Error',
      'late',
    ],
    [
      'answers too much',
      `export const handler = async () => 'x'.repeat(7e6)`,
      'Function.ResponseSizeTooLarge',
      'exceeded maximum allowed payload size',
    ],
  ])('%s', async (_, code, errorType, message) => {
    const { invoke } = hostOf(code);
    expect(await invoke()).toMatchObject({
      kind: 'function-error',
      error: { errorType, errorMessage: expect.stringContaining(message) },
    });
  });
});

test('a time-out ends the environment, and the next event gets a new one', async () => {
  const { invoke, metrics, log } = hostOf(
    `let events = 0; export const handler = (event) => event.stay ? new Promise(() => setTimeout(() => {}, 9e6)) : ++events`,
    { timeoutMs: 150 },
  );
  expect(await payloadOf(invoke())).toBe(1);
  expect(await payloadOf(invoke())).toBe(2);
  expect(await invoke({ stay: true })).toMatchObject({
    error: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^\S+Z request-1 Task timed out after 0\.15 seconds$/),
    },
  });
  expect(await payloadOf(invoke())).toBe(1);
  expect([metrics.sum('Invocations'), metrics.sum('Errors')]).toEqual([4, 1]);
  await expect.poll(log, { timeout: 10_000 }).toContain('Task timed out');
});

const SLOW = `export const handler = async () => { await new Promise((done) => setTimeout(done, 100)); return 1 }`;

test('events beyond the reserved concurrency are throttled', async () => {
  const { invoke, metrics } = hostOf(SLOW, { reservedConcurrency: 2 });
  const kinds = (await Promise.all([invoke(), invoke(), invoke()])).map((it) => it.kind);
  expect(kinds.toSorted()).toEqual(['success', 'success', 'throttled']);
  expect(metrics.sum('Throttles')).toBe(1);
});

test('events beyond what the machine carries wait', async () => {
  const { invoke } = hostOf(SLOW, {}, 1);
  const kinds = (await Promise.all([invoke(), invoke(), invoke()])).map((it) => it.kind);
  expect(kinds).toEqual(['success', 'success', 'success']);
});

test('an event of more than 6 MB is refused', async () => {
  const { invoke } = hostOf(SLOW);
  expect(await invoke('x'.repeat(7e6))).toMatchObject({ kind: 'too-large' });
});

test('output goes to the log, metric lines to the metrics', async () => {
  const line = {
    _aws: {
      CloudWatchMetrics: [{ Namespace: 'T', Dimensions: [[]], Metrics: [{ Name: 'Held' }] }],
    },
    Held: 4,
  };
  const { invoke, metrics, log } = hostOf(
    `export const handler = async () => { console.log('hello'); console.log(${JSON.stringify(JSON.stringify(line))}) }`,
  );
  expect(await payloadOf(invoke())).toBeNull();
  await expect.poll(() => metrics.sum('Held'), { timeout: 10_000 }).toBe(4);
  await expect.poll(log, { timeout: 10_000 }).toContain('hello\n');
});

describe('a call to a service', () => {
  const CODE = `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
    import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
    const [dynamodb, s3] = [new DynamoDBClient({}), new S3Client({ forcePathStyle: true })];
    export const handler = async ({ pk, object }) => {
      const sent = object
        ? s3.send(new GetObjectCommand({ Bucket: 'b', Key: object }))
        : dynamodb.send(new GetItemCommand({ TableName: 'customer360', Key: { pk: { S: pk }, sk: { S: 'x' } } }));
      return sent.then(() => 'done', ({ name }) => name);
    }`;
  const table = 'arn:aws:dynamodb:ap-east-1:000000000000:table/customer360';
  const statements: readonly Statement[] = [
    {
      effect: 'Allow',
      actions: ['dynamodb:GetItem'],
      resources: [table],
      conditions: [
        { operator: 'ForAllValues:StringLike', key: 'dynamodb:LeadingKeys', values: ['ROW#*'] },
      ],
    },
    {
      effect: 'Allow',
      actions: ['s3:GetObject'],
      resources: ['arn:aws:s3:::b/in/*'],
      conditions: [],
    },
  ];

  const guarded = async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(String(request.url));
      response.writeHead(request.url?.includes('missing') ? 404 : 200).end('{}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    servers.push(server);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const endpoints = { AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_S3: url };
    return { asked, ...hostOf(CODE, { statements }, 4, endpoints) };
  };

  test('that the role allows is sent', async () => {
    const { invoke, asked, host } = await guarded();
    expect(await payloadOf(invoke({ pk: 'ROW#1' }))).toBe('done');
    expect(await payloadOf(invoke({ object: 'in/a' }))).toBe('done');
    expect(asked).toHaveLength(2);
    expect(host.refusals).toEqual([]);
  });

  test('that it does not allow ends as AWS would end it, once, and is told without what names anybody', async () => {
    const { invoke, asked, host } = await guarded();
    expect(await payloadOf(invoke({ pk: 'I#phone#85291234567' }))).toBe('AccessDeniedException');
    expect(await payloadOf(invoke({ object: 'out/a' }))).toBe('AccessDeniedException');
    expect(asked).toEqual([]);
    expect(host.refusals).toEqual([
      `serve/get-profile may not do dynamodb:GetItem on ${table} of I#…`,
      'serve/get-profile may not do s3:GetObject on arn:aws:s3:::b/out/a',
    ]);
  });

  test('for an object that is missing tells so only who may list', async () => {
    const { invoke, host } = await guarded();
    await payloadOf(invoke({ object: 'in/missing' }));
    expect(host.refusals).toEqual([
      'serve/get-profile may not do s3:ListBucket on arn:aws:s3:::b, to be told 404',
    ]);
  });
});
