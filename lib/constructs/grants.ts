/**
 * Grants: what a function may do with the shared resources, action by action.
 *
 * The library's own grants are wider than needed (`grantReadWriteData` includes Scan, `grantPut` includes tagging and
 * wildcards); these name each action, so that the policy in the template is the list in the code.
 * @module
 */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ONCE_PREFIX } from '#application/serve/answer-once.ts';
import { UPKEEP_PARTITION } from '#application/shared/items.ts';
import { DEFINITIONS, DROPS, FAILED_BATCHES, REPORTS } from './object-prefixes.ts';
import type { StageFunction } from './stage-function.ts';

/** Actions that only read the table. */
export const TABLE_READS = ['GetItem', 'BatchGetItem', 'Query'] as const;
/** Actions that change the table. */
export const TABLE_WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** Actions by which a statement writes: inserts items and updates them. */
export const TABLE_STATEMENTS = ['PartiQLInsert', 'PartiQLUpdate'] as const;

/** Reads the table as a whole; only for functions that check it. */
export const TABLE_SCAN = ['Scan'] as const;

/** One action on the table, without its prefix. */
export type TableAction =
  | (typeof TABLE_READS)[number]
  | (typeof TABLE_WRITES)[number]
  | (typeof TABLE_STATEMENTS)[number]
  | (typeof TABLE_SCAN)[number]
  | 'ConditionCheckItem';

const USE_KEY = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE_KEY = [...USE_KEY, 'kms:Encrypt', 'kms:GenerateDataKey'];

const allow = (to: StageFunction, actions: readonly string[], ...resources: string[]): void => {
  to.lambda.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources }));
};

const allowKey = (to: StageFunction, key: IKey | undefined, actions: readonly string[]): void => {
  if (key) allow(to, actions, key.keyArn);
};

/** Lets a function do exactly these actions on the table (not on indexes or streams). */
export const grantTable = (
  to: StageFunction,
  { table, dataKey }: { readonly table: ITable; readonly dataKey: IKey },
  actions: readonly TableAction[],
): void => {
  const names = actions.map((action) => `dynamodb:${action}`);
  allow(to, names, table.tableArn);
  const writes = actions.some((action) => TABLE_WRITES.some((write) => write === action));
  allowKey(to, dataKey, writes ? WRITE_KEY : USE_KEY);
};

/** Lets a function add audit entries; it cannot read them back. */
export const grantAudit = (
  to: StageFunction,
  { audit, dataKey }: { readonly audit: ITable; readonly dataKey: IKey },
): void => grantTable(to, { table: audit, dataKey }, ['PutItem']);

/** Lets a function that only looks keep how far it is, and what it found; it writes in no other partition. */
export const grantUpkeep = (
  to: StageFunction,
  { table, dataKey }: { readonly table: ITable; readonly dataKey: IKey },
  ...partitions: readonly string[]
): void => {
  to.lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringEquals': {
          'dynamodb:LeadingKeys': [UPKEEP_PARTITION, ...partitions],
        },
      },
    }),
  );
  allowKey(to, dataKey, WRITE_KEY);
};

/** Lets a function keep which requests it has answered, and write no other item. */
export const grantOnce = (
  to: StageFunction,
  { table, dataKey }: { readonly table: ITable; readonly dataKey: IKey },
): void => {
  to.lambda.addToRolePolicy(
    new PolicyStatement({
      actions: TABLE_WRITES.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${ONCE_PREFIX}*`] },
      },
    }),
  );
  allowKey(to, dataKey, WRITE_KEY);
};

/** Lets a function do this, put items when nothing else is said, under these partitions only; a `*` at the end stands for any ending. */
export const grantPartitions = (
  to: StageFunction,
  { table, dataKey }: { readonly table: ITable; readonly dataKey: IKey },
  partitions: readonly string[],
  actions: readonly TableAction[] = ['PutItem'],
): void => {
  to.lambda.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
    }),
  );
  allowKey(to, dataKey, WRITE_KEY);
};

/** What a function may do with the objects of a bucket, its folders aside. */
export interface ObjectRights {
  readonly prefixes: readonly string[];
  readonly actions: readonly ('GetObject' | 'PutObject' | 'DeleteObject')[];
  /** May see which objects there are. */
  readonly list?: true;
  /** May take former versions away. */
  readonly versions?: true;
}

/** Lets a function do exactly this with the objects of a bucket. */
export const grantObjects = (
  to: StageFunction,
  bucket: IBucket,
  { prefixes, actions, list, versions }: ObjectRights,
): void => {
  const objects = prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
  const deletes = versions ? ['s3:DeleteObjectVersion'] : [];
  allow(to, [...actions.map((action) => `s3:${action}`), ...deletes], ...objects);
  const lists = [
    ...(list ? ['s3:ListBucket'] : []),
    ...(versions ? ['s3:ListBucketVersions'] : []),
  ];
  if (lists.length > 0) allow(to, lists, bucket.bucketArn);
  const keys = actions.includes('PutObject')
    ? ['kms:Decrypt', 'kms:GenerateDataKey']
    : ['kms:Decrypt'];
  allowKey(to, bucket.encryptionKey, keys);
};

/** Lets a function read compiled definitions by name; it cannot list them. */
export const grantDefinitions = (
  to: StageFunction,
  { definitions }: { readonly definitions: IBucket },
): void => {
  allow(to, ['s3:GetObject'], definitions.arnForObjects(`${DEFINITIONS}*`));
  allowKey(to, definitions.encryptionKey, ['kms:Decrypt']);
};

/** Lets a function add objects; it cannot read them back. */
export const grantPutObject = (to: StageFunction, bucket: IBucket): void => {
  allow(to, ['s3:PutObject'], bucket.arnForObjects('*'));
  allowKey(to, bucket.encryptionKey, ['kms:GenerateDataKey']);
};

/** What Lambda asks of the role of a function to keep what it gave up in the failed bucket. */
export const grantFailed = (to: IFunction, failed: IBucket): void => {
  const permit = (action: string, resource: string) =>
    to.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
  permit('s3:ListBucket', failed.bucketArn);
  permit('s3:PutObject', failed.arnForObjects(`${FAILED_BATCHES}*`));
  if (failed.encryptionKey) permit('kms:GenerateDataKey', failed.encryptionKey.keyArn);
};

/** Lets a function read dropped files, and keep a report on each. */
export const grantDrops = (to: StageFunction, { drops }: { readonly drops: IBucket }): void => {
  const [files, reports] = [drops.arnForObjects(`${DROPS}*`), drops.arnForObjects(`${REPORTS}*`)];
  allow(to, ['s3:GetObject'], files, reports);
  allow(to, ['s3:PutObject'], reports);
  // Without it, S3 answers that a report may not be read when there is none.
  allow(to, ['s3:ListBucket'], drops.bucketArn);
  allowKey(to, drops.encryptionKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
};

/** Lets a function put records on the change stream. */
export const grantPublish = (
  to: StageFunction,
  { changes, dataKey }: { readonly changes: IStream; readonly dataKey: IKey },
): void => {
  allow(to, ['kinesis:PutRecords'], changes.streamArn);
  allowKey(to, dataKey, ['kms:GenerateDataKey']);
};

/** Lets a function read one secret. */
export const grantSecret = (to: StageFunction, secret: ISecret): void => {
  allow(to, ['secretsmanager:GetSecretValue'], secret.secretArn);
  allowKey(to, secret.encryptionKey, ['kms:Decrypt']);
};
