/**
 * Which calls an HTTP request of the SDK makes.
 *
 * Services that take JSON name the operation in `x-amz-target`; S3 is told by method, path and query.
 * Source: Service Authorization Reference; KMS Developer Guide, "How AWS services use AWS KMS"; S3 User Guide, "Required permissions for Amazon S3 API operations".
 * @module
 */
import type { Account } from './account.ts';
import { dynamodbCalls, type Tables, UnknownCallError } from './dynamodb-calls.ts';
import type { Call } from './policy.ts';

/** A request, as far as it tells what is asked. */
export interface SentRequest {
  readonly method: string;
  /** Path and query, the bucket in the path. */
  readonly path: string;
  /** `DynamoDB_20120810.BatchGetItem`; undefined for S3. */
  readonly target: string | undefined;
}

/** Gives the calls of a request, told its body if it is one of JSON. */
export type CallsOf = (body: string) => readonly Call[];

/**
 * Reads a request.
 * @throws UnknownCallError when nobody has said what it needs
 */
export const callsOfRequest = (request: SentRequest, account: Account): CallsOf => {
  const callsOf = callsOfService(request, account);
  return (body) => withKeys(callsOf(body), account);
};

/** What is encrypted asks for its key, too, in the name of the caller: to read it, or to encrypt what is new. */
const withKeys = (calls: readonly Call[], { keys }: Account): readonly Call[] =>
  calls.flatMap((call) => {
    const use = KEY_USES[call.action] ?? (call.action.startsWith('dynamodb:') ? 'Decrypt' : '');
    const key = keys[call.resource] ?? keys[call.resource.split('/')[0] ?? ''];
    return use === '' || key === undefined
      ? [call]
      : [call, { action: `kms:${use}`, resource: key }];
  });

const KEY_USES: Readonly<Record<string, string>> = {
  'kinesis:PutRecords': 'GenerateDataKey',
  's3:GetObject': 'Decrypt',
  's3:PutObject': 'GenerateDataKey',
  'secretsmanager:GetSecretValue': 'Decrypt',
};

const callsOfService = (request: SentRequest, account: Account): CallsOf => {
  if (request.target === undefined) {
    const calls = [s3Call(request)];
    return () => calls;
  }
  const [service = '', operation = ''] = request.target.split('.');
  const reading = JSON_SERVICES[service.replace(/_\d+$/, '')];
  if (!reading) throw new UnknownCallError(`nobody has said what ${request.target} may do`);
  return (body) => reading(operation, JSON.parse(body), account);
};

const arnOf = (service: string, { region, accountId }: Account, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

type Reading = (operation: string, input: unknown, account: Account) => readonly Call[];

const JSON_SERVICES: Readonly<Record<string, Reading>> = {
  DynamoDB: (operation, input, account) => {
    const tables: Tables = {
      arnPrefix: arnOf('dynamodb', account, 'table/'),
      partitionKeys: account.partitionKeys,
    };
    return dynamodbCalls(operation, input, tables);
  },
  Kinesis: (operation, input, account) => {
    const { StreamARN, StreamName } = input as { StreamARN?: string; StreamName?: string };
    const resource = StreamARN ?? arnOf('kinesis', account, `stream/${StreamName}`);
    return [{ action: `kinesis:${operation}`, resource }];
  },
  secretsmanager: (operation, input) => {
    const { SecretId } = input as { SecretId: string };
    return [{ action: `secretsmanager:${operation}`, resource: SecretId }];
  },
};

const s3Call = ({ method, path }: SentRequest): Call => {
  const url = new URL(path, 'http://s3');
  const [bucket = '', ...key] = decodeURIComponent(url.pathname).slice(1).split('/');
  const ofObject = key.join('/') !== '';
  const action = S3_ACTIONS[`${method} ${ofObject ? 'object' : 'bucket'}${subresource(url)}`];
  if (!action)
    throw new UnknownCallError(`nobody has said what ${method} ${url.search} of S3 may do`);
  const resource = `arn:aws:s3:::${bucket}${ofObject ? `/${key.join('/')}` : ''}`;
  return { action: `s3:${action}`, resource };
};

const S3_ACTIONS: Readonly<Record<string, string>> = {
  'DELETE object': 'DeleteObject',
  'DELETE object?versionId': 'DeleteObjectVersion',
  'GET bucket?list-type': 'ListBucket',
  'GET bucket?versions': 'ListBucketVersions',
  'GET object': 'GetObject',
  'HEAD object': 'GetObject',
  'PUT object': 'PutObject',
};

/** Parameters that say what an operation is about; all others only how. */
const SUBRESOURCES = [
  'list-type',
  'versions',
  'versionId',
  'delete',
  'uploads',
  'uploadId',
  'tagging',
];

const subresource = ({ searchParams }: URL): string => {
  const found = SUBRESOURCES.find((name) => searchParams.has(name));
  return found === undefined ? '' : `?${found}`;
};
