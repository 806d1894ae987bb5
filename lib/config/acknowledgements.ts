/**
 * Acknowledgements: every finding of the rule packs that stands, with the reason. There is no other place for them.
 *
 * Each names the construct it is for and, where the rule tells findings apart, the one finding; the same rule still
 * fails anywhere else.
 * @module
 */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { ARCHIVE_PREFIX, MANIFEST_PREFIX } from '#application/capture/archive-manifest.ts';
import { EXTRACT_LISTS, EXTRACTS } from '#application/shared/extracts.ts';
import {
  CERTIFICATES,
  DEFINITIONS,
  DROPS,
  FAILED_BATCHES,
  REPORTS,
} from '../constructs/object-prefixes.ts';
import type { StageFunction } from '../constructs/stage-function.ts';
import type { OperateStack } from '../stacks/operate-stack.ts';
import { allFunctions, streamReaders, type WatchedStacks } from '../stacks/watched-stacks.ts';

/** One finding that stands. */
interface Acknowledgement {
  readonly at: IConstruct;
  /** Rule, with its pack, and the finding where the rule names it. */
  readonly id: string;
  readonly reason: string;
}

/** Records the acknowledgements; called when all stacks are made. */
export const acknowledgeFindings = (stacks: WatchedStacks, operate: OperateStack): void => {
  const all = [
    ...ofAlarms(operate),
    ...ofSchedules(operate),
    ...ofState(stacks),
    ...ofFunctions([
      ...allFunctions(stacks),
      ...operate.upkeep.functions,
      operate.erasures.eraseCustomers,
      operate.extracts.runExtracts,
    ]),
    ...ofErasures(stacks, operate),
    ...ofObjects(stacks, operate),
    ...ofOpenRoutes(stacks),
    ...ofAccountRoles(stacks),
    ...ofDrops(stacks),
  ];
  for (const { at, id, reason } of all) Validations.of(at).acknowledge({ id, reason });
};

const ofState = ({ data }: WatchedStacks): readonly Acknowledgement[] => [
  {
    at: data.pepper,
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason:
      'A new value would orphan every identifier claim. A rotation is a migration that reads with both values, not a schedule.',
  },
  {
    at: data.erasureKey,
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason: 'Erased rows are known by marks under this key; a new value would let them come back.',
  },
  {
    at: data.oneIdKey,
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason: 'OneIDs are derived from this key and handed out; a new value would rename customers.',
  },
  {
    at: data.changes,
    id: 'AwsSolutions::AwsSolutions-KDS3',
    reason:
      'The stream holds personal data, so it uses the customer managed key, whose policy and audit trail are ours.',
  },
];

const ofFunctions = (functions: readonly StageFunction[]): readonly Acknowledgement[] =>
  functions.flatMap((at) => [
    {
      at,
      id: 'Serverless::Serverless-LambdaDLQ',
      reason:
        'A dead-letter queue serves asynchronous invocations. These functions are invoked by stream mappings, whose failed batches go to the failed bucket, by the API, which waits for the answer, for a file, which stays with a report that says how far it came, or by a schedule, whose next tick does what one has missed.',
    },
    {
      at,
      id: 'Serverless::Serverless-LambdaTracing',
      reason:
        'A trace ends where a record enters a stream. Rows are followed by their key in structured logs, which crosses both streams.',
    },
  ]);

const ofAlarms = (at: OperateStack): readonly Acknowledgement[] => [
  {
    at,
    id: 'Serverless::Serverless-SNSRedrivePolicy',
    reason:
      'An alarm mail that cannot be delivered is not worth keeping: the alarm stays in its state and is shown on the dashboard.',
  },
];

const ofOpenRoutes = ({ serve }: WatchedStacks): readonly Acknowledgement[] =>
  serve.openRoutes.map((at) => ({
    at,
    id: 'AwsSolutions::AwsSolutions-APIG4',
    reason:
      'The description of the API is read before there is a token, in a browser, which also asks without one whether a page may call. The function has no grant on anything.',
  }));

const ofSchedules = ({ upkeep, erasures, extracts }: OperateStack): readonly Acknowledgement[] =>
  [upkeep, erasures, extracts].flatMap((at) =>
    ['LambdaAsyncFailureDestination', 'EventBusDLQ'].map((rule) => ({
      at,
      id: `Serverless::Serverless-${rule}`,
      reason:
        'A tick carries nothing: the next one does what this one missed, and the alarm on silence rings when none comes through.',
    })),
  );

/** Object names are hashes, times or set by Lambda, so a grant can name the folder but not the object. */
const ofObjects = (stacks: WatchedStacks, operate: OperateStack): readonly Acknowledgement[] => {
  const { data, capture, identity, profile, serve } = stacks;
  const resolver = identity.resolveIdentity;
  const importer = capture.importFile;
  const readers = [
    resolver,
    importer,
    profile.maintainView,
    serve.getProfile,
    serve.recordConsent,
    serve.listSources,
    serve.answerRights,
    capture.archiveChanges,
    operate.erasures.eraseCustomers,
    operate.extracts.runExtracts,
    ...operate.upkeep.functions,
  ];
  const write = 'May add objects, whose names are made at run time; may not read or list.';
  return [
    objects(capture.archiveChanges, data.archive, '', write),
    objects(resolver, data.quarantine, '', write),
    objects(importer, data.drops, DROPS, 'Sources name the files that they drop.'),
    objects(importer, data.drops, REPORTS, 'A report is named like its file.'),
    ...readers.map((at) =>
      objects(at, data.definitions, DEFINITIONS, 'Definitions are named by their own hash.'),
    ),
    ...[...streamReaders(stacks), importer].map((at) =>
      objects(at, data.failed, FAILED_BATCHES, 'Lambda names the objects of what it gave up.'),
    ),
  ];
};

/** Whoever erases has to look at every object there is. */
const ofErasures = ({ data, serve }: WatchedStacks, operate: OperateStack) => {
  const eraser = operate.erasures.eraseCustomers;
  const writer = operate.extracts.runExtracts;
  const named = 'Files are named by extract and number.';
  const reason =
    'An erasure looks through all objects of the folder; it is found out which are named.';
  return [
    objects(eraser, data.archive, ARCHIVE_PREFIX, reason),
    objects(eraser, data.archive, MANIFEST_PREFIX, reason),
    objects(eraser, data.quarantine, '', reason),
    objects(eraser, data.failed, FAILED_BATCHES, reason),
    objects(eraser, data.drops, DROPS, reason),
    objects(eraser, data.drops, REPORTS, reason),
    objects(eraser, data.rights, EXTRACTS, reason),
    objects(eraser, data.rights, EXTRACT_LISTS, reason),
    objects(writer, data.rights, EXTRACTS, named),
    objects(writer, data.rights, EXTRACT_LISTS, named),
    objects(serve.answerRights, data.rights, EXTRACTS, named),
    objects(eraser, data.rights, CERTIFICATES, 'A certificate is named like its erasure.'),
    objects(
      serve.answerRights,
      data.rights,
      CERTIFICATES,
      'A certificate is named like its erasure.',
    ),
  ];
};

const objects = (
  at: IConstruct,
  bucket: IBucket,
  prefix: string,
  reason: string,
): Acknowledgement => {
  const owner = Stack.of(bucket);
  const exported: { 'Fn::ImportValue': string } = owner.resolve(
    owner.exportValue(bucket.bucketArn),
  );
  const resource = `${exported['Fn::ImportValue']}/${prefix}*`;
  return { at, id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`, reason };
};

const ofDrops = ({ capture }: WatchedStacks): readonly Acknowledgement[] => [
  {
    at: capture.fileDropped,
    id: 'Serverless::Serverless-EventBusDLQ',
    reason:
      'The file itself is what would have to be kept, and it is: a file without a finished report is listed by `npm run ops -- imports`.',
  },
];

const ofAccountRoles = ({ capture }: WatchedStacks): readonly Acknowledgement[] =>
  ['AmazonDMSVPCManagementRole', 'AmazonDMSCloudWatchLogsRole'].map((policy) => ({
    at: capture,
    id: `AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${policy}]`,
    reason: 'DMS asks for this role by name with this managed policy.',
  }));
