/**
 * What requests ask of IAM. The requests to DynamoDB are those that our own adapter sends.
 */
import { describe, expect, test } from 'vitest';
import { expressionsOf } from '#adapters/dynamodb/expressions.ts';
import { statementOf } from '#adapters/dynamodb/statements.ts';
import { callsOfRequest } from '../../../../local/cloud/permissions/request-calls.ts';

const ACCOUNT = {
  region: 'ap-east-1',
  accountId: '000000000000',
  partitionKeys: { t: 'pk', audit: 'lane' },
  keys: {},
};
const T = 'arn:aws:dynamodb:ap-east-1:000000000000:table/t';

const json = (target: string, body: unknown) =>
  callsOfRequest(
    { method: 'POST', path: '/', target },
    ACCOUNT,
  )(JSON.stringify(body)).map(({ action, resource, leadingKeys }) => [
    action,
    resource,
    ...(leadingKeys?.() ?? []),
  ]);
const dynamodb = (operation: string, body: unknown) => json(`DynamoDB_20120810.${operation}`, body);
const keyOf = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });

describe('DynamoDB', () => {
  test.each(['GetItem', 'UpdateItem', 'DeleteItem'])('%s names its key', (operation) => {
    const calls = dynamodb(operation, { TableName: 't', Key: keyOf('R#1') });
    expect(calls).toEqual([[`dynamodb:${operation}`, T, 'R#1']]);
  });

  test('a put names the key of its item, under the name that the table gives it', () => {
    const Item = { lane: { S: 'A#1' }, pk: { S: 'other' } };
    expect(dynamodb('PutItem', { TableName: 'audit', Item })).toEqual([
      ['dynamodb:PutItem', T.replace('/t', '/audit'), 'A#1'],
    ]);
  });

  test('a query names the partition that it reads, and none of an index', () => {
    const query = {
      TableName: 't',
      KeyConditionExpression: '#1 > :1 AND #0 = :0',
      ExpressionAttributeNames: { '#0': 'pk', '#1': 'sk' },
      ExpressionAttributeValues: { ':0': { S: 'OPEN' }, ':1': { S: 'a' } },
    };
    expect(dynamodb('Query', query)).toEqual([['dynamodb:Query', T, 'OPEN']]);
    const plain = { ...query, KeyConditionExpression: 'pk = :0 AND begins_with(sk, :1)' };
    expect(dynamodb('Query', plain)).toEqual([['dynamodb:Query', T, 'OPEN']]);
    expect(dynamodb('Query', { ...query, IndexName: 'i' })).toEqual([
      ['dynamodb:Query', `${T}/index/i`],
    ]);
  });

  test('a scan names none', () => {
    expect(dynamodb('Scan', { TableName: 't' })).toEqual([['dynamodb:Scan', T]]);
  });

  test('a batch is one call for each table, with all keys', () => {
    const RequestItems = {
      t: { Keys: [keyOf('A'), keyOf('B')] },
      audit: { Keys: [{ lane: { S: 'C' } }] },
    };
    expect(dynamodb('BatchGetItem', { RequestItems })).toEqual([
      ['dynamodb:BatchGetItem', T, 'A', 'B'],
      ['dynamodb:BatchGetItem', T.replace('/t', '/audit'), 'C'],
    ]);
  });

  test('a transaction is the calls of its actions', () => {
    const TransactItems = [
      { Put: { TableName: 't', Item: keyOf('A') } },
      { Update: { TableName: 't', Key: keyOf('B') } },
      { Delete: { TableName: 't', Key: keyOf('C') } },
      { ConditionCheck: { TableName: 't', Key: keyOf('D') } },
    ];
    expect(dynamodb('TransactWriteItems', { TransactItems })).toEqual([
      ['dynamodb:PutItem', T, 'A'],
      ['dynamodb:UpdateItem', T, 'B'],
      ['dynamodb:DeleteItem', T, 'C'],
      ['dynamodb:ConditionCheckItem', T, 'D'],
    ]);
  });

  test('statements of our adapter are calls of PartiQL', () => {
    const key = { pk: 'U#1', sk: 'BUCKET' };
    const Statements = [
      statementOf('t', { kind: 'put', item: { ...key, v: '?' }, when: { missing: ['pk'] } }),
      statementOf('t', { kind: 'update', key, set: { a: 'pk=?', b: 2 }, when: { exists: ['pk'] } }),
    ];
    expect(dynamodb('BatchExecuteStatement', { Statements })).toEqual([
      ['dynamodb:PartiQLInsert', T, 'U#1'],
      ['dynamodb:PartiQLUpdate', T, 'U#1'],
    ]);
  });

  test('updates of our adapter have their key where it is looked for', () => {
    const update = { kind: 'update', key: { pk: 'U#1', sk: 's' }, set: { a: 1 } } as const;
    const input = { TableName: 't', Key: keyOf('U#1'), ...expressionsOf(update) };
    expect(dynamodb('UpdateItem', input)).toEqual([['dynamodb:UpdateItem', T, 'U#1']]);
  });
});

describe('other services of JSON', () => {
  test.each([
    [
      'Kinesis_20131202.PutRecords',
      { StreamName: 's' },
      'kinesis:PutRecords',
      'arn:aws:kinesis:ap-east-1:000000000000:stream/s',
    ],
    ['Kinesis_20131202.PutRecords', { StreamARN: 'arn:s' }, 'kinesis:PutRecords', 'arn:s'],
    [
      'secretsmanager.GetSecretValue',
      { SecretId: 'arn:x' },
      'secretsmanager:GetSecretValue',
      'arn:x',
    ],
  ])('%s of %j', (target, body, action, resource) => {
    expect(json(target, body)).toEqual([[action, resource]]);
  });
});

describe('S3', () => {
  test.each([
    ['GET', '/b/a/%E4%B8%AD?x-id=GetObject', 'GetObject', 'b/a/中'],
    ['HEAD', '/b/a', 'GetObject', 'b/a'],
    ['PUT', '/b/a?x-id=PutObject', 'PutObject', 'b/a'],
    ['DELETE', '/b/a?x-id=DeleteObject', 'DeleteObject', 'b/a'],
    ['DELETE', '/b/a?versionId=1&x-id=DeleteObject', 'DeleteObjectVersion', 'b/a'],
    ['GET', '/b?list-type=2&prefix=a', 'ListBucket', 'b'],
    ['GET', '/b/?versions&prefix=a', 'ListBucketVersions', 'b'],
  ])('%s %s', (method, path, action, resource) => {
    const calls = callsOfRequest({ method, path, target: undefined }, ACCOUNT)('');
    expect(calls).toEqual([{ action: `s3:${action}`, resource: `arn:aws:s3:::${resource}` }]);
  });
});

describe('what is encrypted with a key of the templates asks for the key', () => {
  const KEY = 'arn:aws:kms:ap-east-1:000000000000:key/k';
  const ARNS = [T, 'arn:aws:s3:::b', 'arn:aws:kinesis:ap-east-1:000000000000:stream/s', 'arn:x'];
  const account = { ...ACCOUNT, keys: Object.fromEntries(ARNS.map((arn) => [arn, KEY])) };
  const actions = (method: string, path: string, target?: string, body: object = {}) =>
    callsOfRequest(
      { method, path, target },
      account,
    )(JSON.stringify(body)).map(({ action, resource }) => [action, resource === KEY]);

  test.each([
    ['dynamodb:GetItem', 'kms:Decrypt', 'DynamoDB_20120810.GetItem', { TableName: 't', Key: {} }],
    [
      'kinesis:PutRecords',
      'kms:GenerateDataKey',
      'Kinesis_20131202.PutRecords',
      { StreamName: 's' },
    ],
    [
      'secretsmanager:GetSecretValue',
      'kms:Decrypt',
      'secretsmanager.GetSecretValue',
      { SecretId: 'arn:x' },
    ],
  ])('%s, %s', (action, use, target, body) => {
    expect(actions('POST', '/', target, body)).toEqual([
      [action, false],
      [use, true],
    ]);
  });

  test.each([
    ['GET', '/b/a', ['s3:GetObject', 'kms:Decrypt']],
    ['PUT', '/b/a', ['s3:PutObject', 'kms:GenerateDataKey']],
    ['DELETE', '/b/a', ['s3:DeleteObject']],
    ['GET', '/b?list-type=2', ['s3:ListBucket']],
  ])('%s %s of S3', (method, path, expected) => {
    expect(actions(method, path).map(([action]) => action)).toEqual(expected);
  });
});

test.each([
  { method: 'POST', path: '/b?delete', target: undefined },
  { method: 'POST', path: '/', target: 'DynamoDB_20120810.DescribeTable' },
  { method: 'POST', path: '/', target: 'AWSLambda.Invoke' },
])('what nobody has thought of is refused: %j', (request) => {
  expect(() => callsOfRequest(request, ACCOUNT)('{}')).toThrow('nobody has said');
});
