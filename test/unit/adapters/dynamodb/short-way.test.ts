/**
 * The short way against the SDK's whole way, which is the oracle: the same requests, answers and errors.
 *
 * When an upgrade of the SDK changes what it sends or reads, the comparisons below fail.
 * @module
 */
import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test, vi } from 'vitest';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { toAttributes } from '#adapters/dynamodb/marshal.ts';
import { PackedText } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';

interface Sent {
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

interface Answer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sends commands through a client on answers in their order, and says what was sent and what came of it. */
const through = async (
  make: (config: DynamoDBClientConfig) => DynamoDBClient,
  commands: readonly (() => unknown)[],
  answers: readonly Answer[] = [{ body: {} }],
) => {
  const sent: Sent[] = [];
  const client = make({
    region: 'ap-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' },
    maxAttempts: 3,
    requestHandler: {
      handle: async (request: unknown) => {
        const {
          statusCode = 200,
          headers = {},
          body,
        } = must(answers[sent.length] ?? answers.at(-1), 'answer');
        sent.push(request as Sent);
        const bytes = Buffer.from(JSON.stringify(body));
        return { response: { statusCode, headers, body: bytes } as never };
      },
    },
  });
  const serialize = vi.spyOn(client.config.protocol, 'serializeRequest');
  const outcomes: unknown[] = [];
  for (const command of commands) {
    outcomes.push(await client.send(command() as never).catch((error: unknown) => error));
  }
  return { sent, outcomes, serialized: serialize.mock.calls.length };
};

const stock = (config: DynamoDBClientConfig) => new DynamoDBClient(config);
const both = async (
  ...args: [commands: readonly (() => unknown)[], answers?: readonly Answer[]]
) => ({
  short: await through(makeDynamoClient, ...args),
  whole: await through(stock, ...args),
});

type Of = Record<string, AttributeValue>;

const BYTES = Uint8Array.of(1, 0, 255, 7);
const KEY = { pk: { S: 'C#"B":{' }, sk: { S: 'SUMMARY' } };
const PLAIN: Of = {
  ...KEY,
  王: { L: [{ N: '-12' }, { BOOL: false }, { NULL: true }, { SS: ['b', '"B":"'] }] },
  d: { M: { r: { N: '1' } } },
};
// Names that look like the types of bytes.
const ITEM: Of = { ...PLAIN, B: { M: { BS: { S: 'a\u2028\n😀' }, B: { M: {} } } } };
const WITH_BYTES: Of = { ...ITEM, d: { M: { b: { B: BYTES }, s: { BS: [BYTES] } } } };

const COMMANDS: readonly (readonly [name: string, command: (item: Of) => unknown])[] = [
  ['BatchGetItem', () => new BatchGetItemCommand({ RequestItems: { T: { Keys: [KEY] } } })],
  ['PutItem', (Item) => new PutItemCommand({ TableName: 'T', Item })],
  ['DeleteItem', () => new DeleteItemCommand({ TableName: 'T', Key: KEY })],
  ['Query', () => new QueryCommand({ TableName: 'T', ConsistentRead: true, Limit: 5 })],
  [
    'UpdateItem',
    (M) =>
      new UpdateItemCommand({
        TableName: 'T',
        Key: KEY,
        UpdateExpression: 'SET #0=:0',
        ExpressionAttributeNames: { '#0': 'doc' },
        ExpressionAttributeValues: { ':0': { M } },
      }),
  ],
  [
    'BatchExecuteStatement',
    (M) =>
      new BatchExecuteStatementCommand({
        Statements: [{ Statement: `UPDATE "T" SET "d"=?`, Parameters: [{ M }, { S: '王' }] }],
      }),
  ],
  [
    'TransactWriteItems',
    (Item) =>
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName: 'T', Item } }],
        ClientRequestToken: 'token',
      }),
  ],
];

/** Headers of what differs from request to request; that the signature is the SDK's is shown in request-signer.property.test.ts. */
const OWN = [
  'amz-sdk-invocation-id',
  'authorization',
  'content-length',
  'x-amz-content-sha256',
  'x-amz-date',
];

const withoutOwn = ({ hostname, path, headers }: Sent) => ({
  hostname,
  path,
  names: Object.keys(headers).sort(),
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name))),
});

const textOf = ({ body }: Sent): string => Buffer.from(body as Uint8Array).toString();

const jsonOf = (sent: Sent): Record<string, unknown> => JSON.parse(textOf(sent));

/** An outcome without its waits; the SDK has bytes as one class, the short way as another. */
const comparable = (outcome: unknown): unknown =>
  JSON.parse(
    JSON.stringify(
      { ...(outcome as object), message: (outcome as Error).message },
      (name, value) => (name === 'totalRetryDelay' ? undefined : bytesAsBase64(value)),
    ),
  );

const bytesAsBase64 = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const { type, data } = (value ?? {}) as { type?: unknown; data?: number[] };
  return type === 'Buffer' ? Buffer.from(data ?? []).toString('base64') : value;
};

describe.each(COMMANDS)('a %s', (_, command) => {
  test('is sent as the SDK sends it, the first and the others', async () => {
    const commands = [PLAIN, WITH_BYTES, ITEM, PLAIN].map((item) => () => command(item));
    const { short, whole } = await both(commands);
    expect(short.sent.map(withoutOwn)).toEqual(whole.sent.map(withoutOwn));
    expect(short.sent.map(jsonOf)).toEqual(whole.sent.map(jsonOf));
    for (const sent of short.sent)
      expect(sent.headers['content-length']).toBe(String(Buffer.byteLength(textOf(sent))));
  });

  test('goes through the SDK once', async () => {
    const { serialized } = await through(
      makeDynamoClient,
      Array(5).fill(() => command(PLAIN)),
    );
    expect(serialized).toBe(1);
  });
});

test('packed texts go the short way', async () => {
  const packed = toAttributes({
    pk: 'C#1',
    sk: 'SUMMARY',
    d: new PackedText('phone '.repeat(400)),
  });
  const command = () => new PutItemCommand({ TableName: 'T', Item: packed });
  const { short, whole } = await both([command, command]);
  expect(short.serialized).toBe(1);
  expect(short.sent.map(jsonOf)).toEqual(whole.sent.map(jsonOf));
});

test('a transaction without a token gets that of the SDK, and other operations its whole way', async () => {
  const transaction = () => new TransactWriteItemsCommand({ TransactItems: [] });
  const scan = () => new ScanCommand({ TableName: 'T' });
  const { sent, serialized } = await through(makeDynamoClient, [
    transaction,
    transaction,
    scan,
    scan,
  ]);
  expect(serialized).toBe(4);
  const tokens = sent.slice(0, 2).map((each) => jsonOf(each)['ClientRequestToken']);
  expect(new Set(tokens).size).toBe(2);
});

describe('an answer', () => {
  const base64 = Buffer.from(BYTES).toString('base64');
  const item = { ...ITEM, d: { M: { b: { B: base64 }, s: { BS: [base64] } } } };
  const bodies = [
    { Responses: { T: [ITEM] }, UnprocessedKeys: {}, ConsumedCapacity: [{ CapacityUnits: 1.5 }] },
    { Responses: { T: [item, ITEM] }, UnprocessedKeys: { T: { Keys: [KEY] } } },
    {},
  ];

  test('is read as the SDK reads it, bytes as well', async () => {
    const answers = bodies.map((body) => ({ body, headers: { 'x-amzn-requestid': 'r' } }));
    const command = () => new BatchGetItemCommand({ RequestItems: { T: { Keys: [KEY] } } });
    const { short, whole } = await both([command, command, command], answers);
    expect(short.outcomes.map(comparable)).toEqual(whole.outcomes.map(comparable));
    expect(short.outcomes).toMatchObject(bodies.map(() => ({ $metadata: { attempts: 1 } })));
  });
});

describe('an answer that refuses', () => {
  const refusal = (name: string, more: object = {}, statusCode = 400): Answer => ({
    statusCode,
    headers: { 'x-amzn-requestid': 'r' },
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no', ...more },
  });
  const command = () => new PutItemCommand({ TableName: 'T', Item: WITH_BYTES });
  const done: Answer = { body: {} };

  test.each([
    ['ConditionalCheckFailedException', { Item: KEY }, 1],
    [
      'TransactionCanceledException',
      { CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: KEY }, { Code: 'None' }] },
      1,
    ],
    ['ValidationException', {}, 1],
    ['SomethingNew', {}, 1],
    ['ProvisionedThroughputExceededException', {}, 3],
  ])('%s is the error of the SDK, after as many attempts', async (name, more, attempts) => {
    const answers = [done, ...Array(attempts).fill(refusal(name, more))];
    const { short, whole } = await both([command, command], answers);
    expect(short.sent).toHaveLength(1 + attempts);
    expect(short.outcomes.map(comparable)).toEqual(whole.outcomes.map(comparable));
    expect(short.outcomes[1]).toMatchObject({ name });
    expect(Object.getPrototypeOf(short.outcomes[1])).toBe(Object.getPrototypeOf(whole.outcomes[1]));
  });

  test('for a moment is asked again', async () => {
    const { outcomes, sent } = await through(
      makeDynamoClient,
      [command, command],
      [done, refusal('InternalServerError', {}, 500), done],
    );
    expect(outcomes[1]).toMatchObject({ $metadata: { attempts: 2 } });
    expect(sent[2]?.headers['amz-sdk-request']).toBe('attempt=2; max=3');
    expect(sent[1]?.headers['amz-sdk-invocation-id']).toBe(
      sent[2]?.headers['amz-sdk-invocation-id'],
    );
  });

  test('for a clock that is wrong is asked again by the time of the store', async () => {
    const skewed: Answer = {
      ...refusal('InvalidSignatureException'),
      headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
    };
    const { outcomes, sent } = await through(
      makeDynamoClient,
      [command, command],
      [done, skewed, done],
    );
    expect(outcomes[1]).toMatchObject({ $metadata: { attempts: 2 } });
    const [first, , corrected] = sent.map(({ headers }) => headers['x-amz-date'] ?? '');
    expect(Number(corrected?.slice(9, 11)) - Number(first?.slice(9, 11))).not.toBe(0);
  });
});

test('credentials that end are asked for anew', async () => {
  let issued = 0;
  const credentials = async () => ({
    accessKeyId: `key${++issued}`,
    secretAccessKey: 's',
    expiration: new Date(Date.now() + 1_000),
  });
  const make = (config: DynamoDBClientConfig) => makeDynamoClient({ ...config, credentials });
  const command = () => new PutItemCommand({ TableName: 'T', Item: PLAIN });
  const { sent } = await through(make, [command, command, command]);
  const keys = sent.map(
    ({ headers }) => /Credential=(\w+)/.exec(headers['authorization'] ?? '')?.[1],
  );
  expect(new Set(keys).size).toBe(3);
});
