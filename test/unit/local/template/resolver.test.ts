// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation, not of JavaScript
import { describe, expect, test } from 'vitest';
import { Resolver } from '../../../../local/cloud/template/resolver.ts';
import type { Template } from '../../../../local/cloud/template/types.ts';
import { assemblyOf, json, stackOf } from './assemblies.ts';

const DATA: Template = {
  Resources: {
    Table: { Type: 'AWS::DynamoDB::GlobalTable' },
    Named: {
      Type: 'AWS::Kinesis::Stream',
      Properties: { Name: { 'Fn::Sub': '${AWS::StackName}-s' } },
    },
    Bucket: { Type: 'AWS::S3::Bucket' },
    Secret: { Type: 'AWS::SecretsManager::Secret' },
    Vpc: { Type: 'AWS::EC2::VPC' },
    Absent: { Type: 'AWS::S3::Bucket', Condition: 'IsProduction' },
  },
  Conditions: {
    IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'production'] },
    IsSmall: { 'Fn::Not': [{ Condition: 'IsProduction' }] },
    Both: { 'Fn::And': [{ Condition: 'IsSmall' }, { 'Fn::Equals': ['a', 'a'] }] },
    Either: { 'Fn::Or': [{ Condition: 'IsProduction' }, { Condition: 'Both' }] },
  },
  Parameters: {
    Stage: { Type: 'String', Default: 'development' },
    Bootstrap: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk/version' },
  },
  Mappings: { Regions: { 'us-east-1': { short: 'use1' } } },
  Outputs: {
    Out: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] }, Export: { Name: 'Data:TableArn' } },
  },
};

const data = stackOf('Data', DATA);
const serve = stackOf('Serve', {});
const resolver = new Resolver(assemblyOf(data, serve));

const resolveIn = (stack: typeof data, value: unknown) =>
  resolver.resolve(json(value), { stack, logicalId: 'Here', path: ['Properties'] });

describe('resolves', () => {
  test.each([
    ['plain values', { a: [1, true, null] }, { a: [1, true, null] }],
    ['Ref of a table', { Ref: 'Table' }, 'Data-Table'],
    ['Ref of a named stream', { Ref: 'Named' }, 'Data-s'],
    ['Ref of a bucket, in lower case', { Ref: 'Bucket' }, 'data-bucket'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'development'],
    ['Ref of what does not run here', { Ref: 'Vpc' }, 'Data-Vpc'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    [
      'Fn::GetAtt as a list',
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'arn:aws:dynamodb:us-east-1:000000000000:table/Data-Table/stream/2026-01-01T00:00:00.000',
    ],
    [
      'Fn::GetAtt as text',
      { 'Fn::GetAtt': 'Named.Arn' },
      'arn:aws:kinesis:us-east-1:000000000000:stream/Data-s',
    ],
    ['Fn::Join', { 'Fn::Join': ['/', ['a', { Ref: 'Stage' }]] }, 'a/development'],
    ['Fn::Join over Fn::Split', { 'Fn::Join': ['+', { 'Fn::Split': [',', 'a,b'] }] }, 'a+b'],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Table} ${Bucket.Arn} ${!Kept}' },
      'Data-Table arn:aws:s3:::data-bucket ${Kept}',
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${x}-y', { x: { Ref: 'Stage' } }] }, 'development-y'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::If', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    [
      'Fn::If without a value',
      { a: { 'Fn::If': ['IsProduction', 1, { Ref: 'AWS::NoValue' }] } },
      {},
    ],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'short'] }, 'use1'],
    ['Fn::Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
  ])('%s', (_, value, expected) => {
    expect(resolveIn(data, value)).toEqual(expected);
  });

  test('an export of another stack, in that stack', () => {
    expect(resolveIn(serve, { 'Fn::ImportValue': 'Data:TableArn' })).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/Data-Table',
    );
  });

  test('a secret to an ARN with a suffix that stays the same', () => {
    expect(resolveIn(data, { Ref: 'Secret' })).toMatch(
      /^arn:aws:secretsmanager:us-east-1:0{12}:secret:Data-Secret-[0-9a-f]{6}$/,
    );
    expect(resolveIn(data, { Ref: 'Secret' })).toBe(resolveIn(data, { Ref: 'Secret' }));
  });

  test('only resources whose condition holds', () => {
    expect(resolver.resources().map((it) => it.logicalId)).not.toContain('Absent');
  });
});

describe('names stack, logical id and path of', () => {
  test.each([
    [
      'a missing resource',
      { Ref: 'Nope' },
      'Data › Here › Properties › Ref: there is no resource "Nope"',
    ],
    [
      'an unknown attribute',
      { a: [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }] },
      'Data › Here › Properties › a › 0 › Fn::GetAtt: the local cloud knows no attribute "CidrBlock" of "Vpc" (AWS::EC2::VPC)',
    ],
    [
      'a resource that its condition leaves out',
      { Ref: 'Absent' },
      'Data › Here › Properties › Ref: the condition of "Absent" does not hold',
    ],
    [
      'a missing export',
      { 'Fn::ImportValue': 'Data:Other' },
      'Data › Here › Properties › Fn::ImportValue: no stack of the assembly exports "Data:Other"',
    ],
    [
      'an unsupported function',
      { 'Fn::Transform': {} },
      'Data › Here › Properties: Fn::Transform is not supported by the local cloud',
    ],
    [
      'a parameter that only an account knows',
      { Ref: 'Bootstrap' },
      'Data › Here › Properties › Ref: parameter "Bootstrap" has no value known without an account',
    ],
  ])('%s', (_, value, message) => {
    expect(() => resolveIn(data, value)).toThrow(message);
  });
});
