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
import { DEFINITIONS, DROPS, FAILED_BATCHES, REPORTS } from './object-prefixes.ts';
import { AUDIT_ENTRIES, DEFINITIONS_IN_FORCE, ONCE } from './partitions.ts';
import type { StageFunction } from './stage-function.ts';

/** Actions that only read the table, item by item or partition by partition. */
export const TABLE_READS = ['BatchGetItem', 'Query'] as const;
/** Actions that change the table. */
export const TABLE_WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'] as const;

/** Actions by which a statement writes: inserts items and updates them. */
export const TABLE_STATEMENTS = ['PartiQLInsert', 'PartiQLUpdate'] as const;

/** One action on the table, without its prefix. */
export type TableAction =
  | (typeof TABLE_READS)[number]
  | (typeof TABLE_WRITES)[number]
  | (typeof TABLE_STATEMENTS)[number]
  | 'ConditionCheckItem';

/** A table and the key that it is encrypted with. */
interface EncryptedTable {
  readonly table: ITable;
  readonly dataKey: IKey;
}

const USE_KEY = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE_KEY = [...USE_KEY, 'kms:Encrypt', 'kms:GenerateDataKey'];

const allow = (to: StageFunction, actions: readonly string[], ...resources: string[]): void => {
  to.lambda.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources }));
};

const allowKey = (to: StageFunction, key: IKey | undefined, actions: readonly string[]): void => {
  if (key) allow(to, actions, key.keyArn);
};

/**
 * Lets a function do exactly these actions on the table (not on indexes or streams), on items of these partitions only; a
 * `*` at the end of one stands for any ending.
 */
export const grantTable = (
  to: StageFunction,
  { table, dataKey }: EncryptedTable,
  actions: readonly TableAction[],
  partitions: readonly string[],
): void => {
  to.lambda.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
    }),
  );
  allowKey(to, dataKey, keyActions(actions));
};

/** Lets a function do these actions on any item of the table, whatever its partition. */
export const grantWholeTable = (
  to: StageFunction,
  { table, dataKey }: EncryptedTable,
  actions: readonly TableAction[],
): void => {
  const names = actions.map((action) => `dynamodb:${action}`);
  allow(to, names, table.tableArn);
  allowKey(to, dataKey, keyActions(actions));
};

const keyActions = (actions: readonly TableAction[]): readonly string[] =>
  actions.some((action) => !READING.has(action)) ? WRITE_KEY : USE_KEY;

const READING: ReadonlySet<TableAction> = new Set([...TABLE_READS, 'ConditionCheckItem']);

/**
 * Lets a function read the table as a whole; only for functions that check it. Never under a condition on partitions: a scan
 * names none, so it would pass.
 */
export const grantScan = (to: StageFunction, { table, dataKey }: EncryptedTable): void => {
  allow(
    to,
    ['dynamodb:Scan', ...TABLE_READS.map((action) => `dynamodb:${action}`)],
    table.tableArn,
  );
  allowKey(to, dataKey, USE_KEY);
};

/** Lets a function add audit entries; it cannot read them back, and touches no chain. */
export const grantAudit = (
  to: StageFunction,
  { audit, dataKey }: { readonly audit: ITable; readonly dataKey: IKey },
): void => grantTable(to, { table: audit, dataKey }, ['PutItem'], [AUDIT_ENTRIES]);

/** Lets a function keep which requests it has answered, and write no other item. */
export const grantOnce = (to: StageFunction, data: EncryptedTable): void =>
  grantTable(to, data, ['BatchGetItem', ...TABLE_WRITES], [ONCE]);

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

/** Lets a function read which definitions are in force, and compiled definitions by name; it cannot list them. */
export const grantDefinitions = (
  to: StageFunction,
  data: EncryptedTable & { readonly definitions: IBucket },
): void => {
  const { definitions } = data;
  grantTable(to, data, ['BatchGetItem'], [DEFINITIONS_IN_FORCE]);
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
