// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation, not of JavaScript
/**
 * A small assembly written by hand: one stream, one table, one bucket, one secret, three functions, one API.
 *
 * It has the files and shapes that aws-cdk-lib 2.276 writes, without the seconds that a synthesis takes.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const resolve = `
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
const dynamodb = new DynamoDBClient({});
export const handler = async (event, context) => {
  for (const record of event.Records) {
    const text = Buffer.from(record.kinesis.data, 'base64').toString();
    if (text.includes('poison'))
      return { batchItemFailures: [{ itemIdentifier: record.kinesis.sequenceNumber }] };
    const change = JSON.parse(text);
    await dynamodb.send(new UpdateItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: 'row#' + record.kinesis.partitionKey }, sk: { S: 'ROW' } },
      UpdateExpression: 'SET seen = list_append(if_not_exists(seen, :none), :one)',
      ExpressionAttributeValues: { ':none': { L: [] }, ':one': { L: [{ N: String(change.n) }] } },
    }));
  }
  console.log(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Tiny', Dimensions: [['function']], Metrics: [{ Name: 'Handled' }] }] },
    function: context.functionName, Handled: event.Records.length,
  }));
  return { batchItemFailures: [] };
};
`;

const view = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
const dynamodb = new DynamoDBClient({});
export const handler = async (event) => {
  for (const { dynamodb: change, eventSourceARN } of event.Records) {
    const key = change.Keys.pk.S;
    if (!key.startsWith('row#')) continue;
    await dynamodb.send(new PutItemCommand({
      TableName: process.env.TABLE_NAME,
      Item: { pk: { S: 'view#' + key.slice(4) }, sk: { S: 'VIEW' }, count: { N: String(change.NewImage.seen.L.length) }, source: { S: eventSourceARN } },
    }));
  }
};
`;

const read = `
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { S3Client, PutObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
const dynamodb = new DynamoDBClient({});
const secrets = new SecretsManagerClient({});
const s3 = new S3Client({ forcePathStyle: true });
export const handler = async (event) => {
  const id = event.pathParameters.identifier;
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: process.env.TABLE_NAME, Key: { pk: { S: 'view#' + id }, sk: { S: 'VIEW' } } }));
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ARN }));
  await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: 'reads/中文/last.json', Body: '{"id":1}' }));
  const object = await s3.send(new GetObjectCommand({ Bucket: process.env.BUCKET, Key: 'reads/中文/last.json' }));
  return {
    statusCode: Item ? 200 : 404,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, count: Item ? Number(Item.count.N) : 0, claims: event.requestContext.authorizer.jwt.claims.sub, secretLength: secret.SecretString.length, stored: await object.Body.transformToString() }),
  };
};
`;

const FUNCTIONS = { resolve, view, read };

/** What the tests change in the assembly. */
export interface TinySettings {
  readonly batchSize?: number;
  readonly route?: string;
  readonly sortKey?: string;
}

/** Writes the assembly into a folder. */
export const writeTinyAssembly = (directory: string, settings: TinySettings = {}): void => {
  mkdirSync(directory, { recursive: true });
  for (const [name, code] of Object.entries(FUNCTIONS)) {
    mkdirSync(join(directory, `asset.${name}`), { recursive: true });
    writeFileSync(join(directory, `asset.${name}`, 'index.mjs'), code);
  }
  const write = (file: string, value: unknown) =>
    writeFileSync(join(directory, file), JSON.stringify(value));
  write('manifest.json', manifest());
  write('Tiny.template.json', { Resources: resources(settings) });
  write('Tiny.assets.json', { version: '55.0.0', files: files() });
  write('Tiny.metadata.json', metadata());
};

const manifest = () => ({
  version: '55.0.0',
  artifacts: {
    'Tiny.assets': { type: 'cdk:asset-manifest', properties: { file: 'Tiny.assets.json' } },
    Tiny: {
      type: 'aws:cloudformation:stack',
      environment: 'aws://unknown-account/ap-east-1',
      properties: { templateFile: 'Tiny.template.json' },
      dependencies: ['Tiny.assets'],
      additionalMetadataFile: 'Tiny.metadata.json',
    },
  },
});

const files = () =>
  Object.fromEntries(
    Object.keys(FUNCTIONS).map((name) => [
      name,
      {
        source: { path: `asset.${name}`, packaging: 'zip' },
        destinations: { 'current_account-current_region': { objectKey: `${name}.zip` } },
      },
    ]),
  );

const metadata = () =>
  Object.fromEntries(
    ['Customer360', 'Changes', 'Failed', 'Pepper'].map((id) => [
      `/Tiny/${id}/Resource`,
      [{ type: 'aws:cdk:logicalId', data: id }],
    ]),
  );

const ref = (Ref: string) => ({ Ref });
const arnOf = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

const lambda = (name: string, role: string, variables: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: `${name}.zip` },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: arnOf(role),
    Timeout: 10,
    MemorySize: 256,
    Environment: { Variables: variables },
  },
});

const mayDo = (...statements: readonly (readonly [string | readonly string[], unknown])[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [
      {
        PolicyName: 'Own',
        PolicyDocument: {
          Statement: statements.map(([Action, Resource]) => ({
            Effect: 'Allow',
            Action,
            Resource,
          })),
        },
      },
    ],
  },
});

const resources = ({ batchSize = 50, route = '/v1/rows', sortKey = 'sk' }: TinySettings) => ({
  Customer360: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: sortKey, AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  },
  Changes: {
    Type: 'AWS::Kinesis::Stream',
    Properties: { StreamModeDetails: { StreamMode: 'ON_DEMAND' }, RetentionPeriodHours: 168 },
  },
  Failed: { Type: 'AWS::S3::Bucket' },
  Pepper: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
  },
  ResolveRole: mayDo(
    ['dynamodb:UpdateItem', arnOf('Customer360')],
    ['kinesis:*', arnOf('Changes')],
    [['s3:ListBucket', 's3:PutObject'], '*'],
  ),
  ViewRole: mayDo(
    ['dynamodb:PutItem', arnOf('Customer360')],
    [['dynamodb:DescribeStream', 'dynamodb:Get*'], arnOf('Customer360', 'StreamArn')],
  ),
  ReadRole: mayDo(
    ['dynamodb:GetItem', arnOf('Customer360')],
    ['secretsmanager:GetSecretValue', ref('Pepper')],
    [['s3:GetObject', 's3:PutObject'], { 'Fn::Join': ['', [arnOf('Failed'), '/*']] }],
  ),
  Resolve: lambda('resolve', 'ResolveRole', { TABLE_NAME: ref('Customer360') }),
  View: lambda('view', 'ViewRole', { TABLE_NAME: ref('Customer360') }),
  Read: lambda('read', 'ReadRole', {
    TABLE_NAME: ref('Customer360'),
    SECRET_ARN: ref('Pepper'),
    BUCKET: ref('Failed'),
  }),
  ResolveChanges: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf('Changes'),
      FunctionName: ref('Resolve'),
      BatchSize: batchSize,
      ParallelizationFactor: 2,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 2,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: arnOf('Failed') } },
      StartingPosition: 'TRIM_HORIZON',
    },
  },
  ViewRows: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf('Customer360', 'StreamArn'),
      FunctionName: ref('View'),
      BatchSize: batchSize,
      StartingPosition: 'TRIM_HORIZON',
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'Api', ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: ref('Api'), StageName: '$default' },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: ref('Api'),
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['tributary'], Issuer: 'https://idp.example.com/' },
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arnOf('Read'),
      PayloadFormatVersion: '2.0',
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: ref('Api'),
      RouteKey: `GET ${route}/{identifier}`,
      Target: { 'Fn::Join': ['', ['integrations/', ref('Integration')]] },
      AuthorizationType: 'JWT',
      AuthorizerId: ref('Authorizer'),
      AuthorizationScopes: ['c360/profile.read'],
    },
  },
});
