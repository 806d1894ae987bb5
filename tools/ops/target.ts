/**
 * Target: what an operator command works on, a deployed stack or the local cloud, behind the same ports.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { formatPeppers, parsePeppers } from '#adapters/crypto/peppers.ts';
import { makePseudonymiser, type Pseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makePagedScan, makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { makeWirePut, makeWireScan } from '#adapters/dynamodb/wire-table.ts';
import { makeReadFile } from '#adapters/files/drops.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { makeGetSecret, makeSecretsClient, putSecret } from '#adapters/secrets/secret.ts';
import type { ImportPorts } from '#application/capture/import-file.ts';
import type { TableScan } from '#application/identity/change-rules.ts';
import type { Publish, Resolving, Scan } from '#application/operate/ports.ts';
import type { RotationPorts } from '#application/operate/rekey/rotate-pepper.ts';
import type { WirePages } from '#application/operate/transfer/state.ts';
import type { WireItem } from '#application/operate/transfer/wire-item.ts';
import type { Mark } from '#application/shared/erasure-items.ts';
import type { ErasableStore } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import type { OneIdMinter } from '#domain/identity/one-id.ts';
import type { Endpoints } from '../../local/run/endpoints.ts';
import { callerHere, callerOnAws } from './caller-identity.ts';
import { OpsError } from './ops-error.ts';
import type { PostgresPlace } from './postgres-rows.ts';
import { streamReading } from './stream-mapping.ts';

/** What a target is named by: each flag, with the output of the data stack that holds the same. */
export const NAMES = {
  table: 'TableName',
  'audit-table': 'AuditTableName',
  stream: 'StreamName',
  'archive-bucket': 'ArchiveBucket',
  'failed-bucket': 'FailedBucket',
  'quarantine-bucket': 'QuarantineBucket',
  'definitions-bucket': 'DefinitionsBucket',
  'pepper-secret': 'PepperSecretArn',
  'one-id-key-secret': 'OneIdKeySecretArn',
  'drops-bucket': 'DropsBucket',
  'rights-bucket': 'RightsBucket',
  'erasure-key-secret': 'ErasureKeySecretArn',
} as const;

type Name = keyof typeof NAMES;
type Names = Partial<Record<Name, string>>;

/** The flags that choose a target. */
export type TargetFlags = Names & { readonly stack?: string; readonly data?: string };

/** Bound resources; asking for one that has no name throws an {@link OpsError}. */
export interface Target {
  /** For people: where the command works. */
  readonly place: string;
  /** Who runs the command, for the audit log. */
  caller(): Promise<string>;
  table(name?: 'table' | 'audit-table'): Table;
  pages(): Scan;
  /** All of a table in DynamoDB's own words. */
  wireItems(name?: 'table' | 'audit-table'): () => WirePages;
  putWireItems(): (items: readonly WireItem[]) => Promise<void>;
  /** The source databases of the local cloud. */
  postgres(): PostgresPlace;
  objects(bucket: `${string}-bucket` & Name): ErasableStore;
  publish(): Publish;
  /** Reads dropped files. */
  readDrop(): ImportPorts['readFile'];
  scan(): TableScan;
  /** The pseudonyms and ids of the functions; reads a secret. */
  pseudonymiser(): Promise<Pseudonymiser>;
  /** The pseudonyms as who names fact units needs them. */
  unitPseudonymiser(): Promise<Pseudonymiser>;
  /** The secret of the peppers: every read asks for it anew. */
  peppers(): RotationPorts['peppers'];
  /** Reading of the change stream by the resolver. */
  resolving(): Resolving;
  mark(): Promise<Mark>;
  minter(): Promise<OneIdMinter>;
}

/** Default data folder of the local cloud. */
const DATA_FOLDER = '.tributary';

/**
 * Finds the target: the stack of `--stack` or `TRIBUTARY_STACK`, else the names given as flags, else the local cloud.
 * Names given as flags win over the stack's outputs. Region and credentials are the SDK's own matter.
 */
export const findTarget = async (flags: TargetFlags): Promise<Target> => {
  const given = givenNames(flags);
  const stack = flags.stack ?? process.env['TRIBUTARY_STACK'];
  if (flags.data !== undefined && (flags.stack ?? Object.values(given)[0]) !== undefined)
    throw new OpsError('--data names a local cloud, the other flags name AWS resources: not both.');
  if (flags.data !== undefined) return localTarget(flags.data);
  if (stack) return bind(`stack ${stack}`, { ...(await outputsOf(stack)), ...given });
  if (Object.keys(given).length > 0) return bind('the resources named', given);
  return localTarget(DATA_FOLDER);
};

const givenNames = (flags: TargetFlags): Names =>
  Object.fromEntries(
    Object.keys(NAMES).flatMap((name) => {
      const value = flags[name as Name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const outputsOf = async (stack: string): Promise<Names> => {
  const client = new CloudFormationClient({});
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = new Map(Stacks?.[0]?.Outputs?.map((it) => [it.OutputKey, it.OutputValue]));
  return Object.fromEntries(
    Object.entries(NAMES).flatMap(([name, output]) => {
      const value = outputs.get(output);
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

const localTarget = (folder: string): Target => {
  const file = join(folder, 'endpoints.json');
  if (!existsSync(file))
    throw new OpsError(
      `There is no ${file}: no local cloud runs there. Start one with npm start, or name a stack: --stack Tributary-dev-Data`,
    );
  const local = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  const { archive, failed, quarantine, definitions, drops, rights } = local.s3.buckets;
  const names: Names = {
    table: local.dynamodb.table,
    'audit-table': local.dynamodb.audit,
    stream: local.kinesis.stream,
    'archive-bucket': archive,
    'failed-bucket': failed,
    'quarantine-bucket': quarantine,
    'definitions-bucket': definitions,
    'pepper-secret': local.secrets.pepper,
    'one-id-key-secret': local.secrets.oneIdKey,
    'drops-bucket': drops,
    'rights-bucket': rights,
    'erasure-key-secret': local.secrets.erasureKey,
  };
  return bind(`the local cloud in ${folder}`, names, local);
};

type Service = 'dynamodb' | 'kinesis' | 's3' | 'secrets';

/** Binds names to clients; without endpoints those of AWS. */
const bind = (place: string, names: Names, local?: Endpoints): Target => {
  const settings = (service: Service) => settingsOf(local, service);
  const nameOf = (name: Name): string => {
    const value = names[name];
    if (value) return value;
    throw new OpsError(`This needs --${name}, or a stack with the output ${NAMES[name]}.`);
  };
  const secret = (name: Name) =>
    makeGetSecret(makeSecretsClient(settings('secrets')))(nameOf(name));
  return {
    place,
    caller: async () =>
      local ? callerHere() : callerOnAws(makeKinesisClient(settings('kinesis'))),
    table: (name = 'table') =>
      new DynamoTable({
        client: makeDynamoClient(settings('dynamodb')),
        tableName: nameOf(name),
      }),
    pages: () => makePagedScan(makeDynamoClient(settings('dynamodb')), nameOf('table')),
    wireItems: (name = 'table') =>
      makeWireScan(makeDynamoClient(settings('dynamodb')), nameOf(name)),
    putWireItems: () => makeWirePut(makeDynamoClient(settings('dynamodb')), nameOf('table')),
    postgres: () => {
      if (local) return local.postgres;
      throw new OpsError('Only the source databases of a local cloud are known: use --data.');
    },
    objects: (bucket) => new S3ObjectStore(makeS3Client(settings('s3')), nameOf(bucket)),
    scan: () => makeScan(makeDynamoClient(settings('dynamodb')), nameOf('table')),
    pseudonymiser: async () => makePseudonymiser(await secret('pepper-secret')),
    unitPseudonymiser: async () =>
      makePseudonymiser(await secret('pepper-secret'), await secret('one-id-key-secret')),
    peppers: () => {
      const client = makeSecretsClient(settings('secrets'));
      const arn = nameOf('pepper-secret');
      return {
        read: async () => parsePeppers(await makeGetSecret(client)(arn)),
        write: (peppers) => putSecret(client, arn, formatPeppers(peppers)),
      };
    },
    resolving: () =>
      streamReading({
        kinesis: makeKinesisClient(settings('kinesis')),
        streamName: nameOf('stream'),
        functionId: 'identity/resolve-identity',
        // The local cloud answers for Lambda where it answers for secrets.
        ...(local ? { endpoint: local.secrets.endpoint } : {}),
        sleep: async (ms) => void (await delay(ms)),
      }),
    mark: async () => makeMark(await secret('erasure-key-secret')),
    minter: async () => makeOneIdMinter(await secret('one-id-key-secret')),
    readDrop: () => makeReadFile(makeS3Client(settings('s3')), nameOf('drops-bucket')),
    publish: () => makePublish(makeKinesisClient(settings('kinesis')), nameOf('stream')),
  };
};

/** Settings of the client of one service. S3 has credentials of its own in the local cloud. */
const settingsOf = (local: Endpoints | undefined, service: Service) => {
  if (!local) return {};
  const { region, accessKeyId, secretAccessKey, endpoint } = { ...local, ...local[service] };
  const credentials = { accessKeyId, secretAccessKey };
  return { endpoint, region, credentials, ...(service === 's3' && { forcePathStyle: true }) };
};
