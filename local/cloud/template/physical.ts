/**
 * What a resource is called, and what Ref and Fn::GetAtt answer for it, without creating anything.
 *
 * CloudFormation appends a random suffix to a generated name. Here the name is a function of stack and
 * logical id, so that a restart finds its data again and two runs of the same template agree.
 * ARNs have the shape that AWS documents per service; the account is always zeros.
 * @module
 */
import { createHash } from 'node:crypto';
import type { LocatedResource } from './types.ts';

/** The account number of the local cloud. */
export const ACCOUNT_ID = '000000000000';

/** The stream label of every local table: AWS puts the creation time here. */
const STREAM_LABEL = '2026-01-01T00:00:00.000';

/** A resource with the name given to it, for the functions that answer Ref and Fn::GetAtt. */
export interface NamedResource {
  readonly name: string;
  readonly region: string;
  readonly logicalId: string;
}

interface TypeAnswers {
  /** The property that sets the name, when the template does. */
  readonly nameProperty?: string;
  readonly shape?: (name: string) => string;
  readonly ref?: (it: NamedResource) => string;
  readonly attributes: Readonly<Record<string, (it: NamedResource) => string>>;
}

const arn = (service: string, resource: (name: string) => string) => (it: NamedResource) =>
  `arn:aws:${service}:${it.region}:${ACCOUNT_ID}:${resource(it.name)}`;

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

const shortened = (name: string, limit: number): string =>
  name.length <= limit ? name : `${name.slice(0, limit - 9)}-${digest(name, 8)}`;

const tableArn = arn('dynamodb', (name) => `table/${name}`);
const streamArn = arn('kinesis', (name) => `stream/${name}`);
const functionArn = arn('lambda', (name) => `function:${name}`);
const secretArn = arn('secretsmanager', (name) => `secret:${name}-${digest(name, 6)}`);

const TABLE: TypeAnswers = {
  nameProperty: 'TableName',
  attributes: {
    Arn: tableArn,
    StreamArn: (it) => `${tableArn(it)}/stream/${STREAM_LABEL}`,
    TableId: (it) => digest(it.name, 32),
  },
};

const ANSWERS: Readonly<Record<string, TypeAnswers>> = {
  'AWS::DynamoDB::Table': TABLE,
  'AWS::DynamoDB::GlobalTable': TABLE,
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    attributes: { Arn: arn('events', (name) => `rule/${name}`) },
  },
  'AWS::Kinesis::Stream': { nameProperty: 'Name', attributes: { Arn: streamArn } },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    shape: (name) => shortened(name, 64),
    attributes: { Arn: functionArn },
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    shape: (name) => shortened(name.toLowerCase(), 63),
    attributes: {
      Arn: (it) => `arn:aws:s3:::${it.name}`,
      DomainName: (it) => `${it.name}.s3.amazonaws.com`,
      RegionalDomainName: (it) => `${it.name}.s3.${it.region}.amazonaws.com`,
    },
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    ref: secretArn,
    attributes: { Id: secretArn },
  },
  'AWS::ApiGatewayV2::Api': {
    shape: (name) => digest(name, 10),
    attributes: {
      ApiId: (it) => it.name,
      ApiEndpoint: (it) => `https://${it.name}.execute-api.${it.region}.amazonaws.com`,
    },
  },
  'AWS::ApiGatewayV2::Stage': { nameProperty: 'StageName', attributes: {} },
  'AWS::ApiGatewayV2::Authorizer': { attributes: { AuthorizerId: (it) => it.name } },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    attributes: {
      Arn: (it) => `arn:aws:iam::${ACCOUNT_ID}:role/${it.name}`,
      RoleId: (it) => digest(it.name, 20),
    },
  },
  'AWS::KMS::Key': {
    attributes: { Arn: arn('kms', (name) => `key/${name}`), KeyId: (it) => it.name },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    attributes: { Arn: arn('logs', (name) => `log-group:${name}:*`) },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: arn('sns', (name) => name),
    attributes: { TopicArn: arn('sns', (name) => name) },
  },
  'AWS::SSM::Parameter': { nameProperty: 'Name', attributes: {} },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    attributes: { Arn: arn('cloudwatch', (name) => `alarm:${name}`) },
  },
};

const OTHER: TypeAnswers = { attributes: {} };

const answersOf = (type: string): TypeAnswers => ANSWERS[type] ?? OTHER;

/** The property of a type that carries a name chosen in the template, if it has one. */
export const namePropertyOf = (type: string): string | undefined => answersOf(type).nameProperty;

/** The name of a resource that the template does not name itself: `<stack>-<logical id>`. */
export const generatedName = ({ stack, logicalId, resource }: LocatedResource): string => {
  const name = `${stack.name}-${logicalId}`;
  return answersOf(resource.Type).shape?.(name) ?? name;
};

/** What Ref answers. */
export const refOf = (type: string, it: NamedResource): string =>
  answersOf(type).ref?.(it) ?? it.name;

/** What Fn::GetAtt answers, or undefined when the local cloud knows no such attribute. */
export const attributeOf = (
  type: string,
  it: NamedResource,
  attribute: string,
): string | undefined => answersOf(type).attributes[attribute]?.(it);
