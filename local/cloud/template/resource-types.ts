/**
 * Which CloudFormation resource types run locally, which are recognised and left out, and that any other
 * is an error: a type nobody decided about would otherwise be missing in silence.
 * @module
 */

/** The types that the local cloud creates, or, of roles and their policies, goes by. */
const LOCAL_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Kinesis::Stream',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
]);

/** Services whose resources have no part in the local flow: all of their types are left out. */
const LEFT_OUT_SERVICES: ReadonlySet<string> = new Set([
  'ApplicationAutoScaling',
  'CDK',
  'CloudTrail',
  'CloudWatch',
  'DMS',
  'EC2',
  'KMS',
  'Logs',
  'SNS',
  'SSM',
  'XRay',
]);

/** Single types that are left out although their service runs locally. */
const LEFT_OUT_TYPES: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::Lambda::CodeSigningConfig',
  'AWS::Lambda::Permission',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::S3::BucketPolicy',
  'AWS::Kinesis::ResourcePolicy',
  'AWS::SecretsManager::ResourcePolicy',
  'Custom::VpcRestrictDefaultSG',
]);

/** What the local cloud does with a type: create it, leave it out, or refuse the template. */
export const fateOf = (type: string): 'local' | 'left-out' | 'unknown' => {
  if (LOCAL_TYPES.has(type)) return 'local';
  if (LEFT_OUT_TYPES.has(type)) return 'left-out';
  const [vendor, service] = type.split('::');
  return vendor === 'AWS' && LEFT_OUT_SERVICES.has(service ?? '') ? 'left-out' : 'unknown';
};
