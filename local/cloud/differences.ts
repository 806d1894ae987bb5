/**
 * Where the local cloud differs from AWS. Printed at start; nothing may depend on what stands here.
 * @module
 */

/** One difference, in a sentence. */
export interface Difference {
  readonly what: string;
  readonly sentence: string;
}

/** Every known difference. */
export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'on-demand streams',
    sentence:
      'An on-demand Kinesis stream has a fixed number of shards, chosen when it is first created.',
  },
  {
    what: 'large records',
    sentence: 'A Kinesis record holds at most 1 MiB; AWS allows streams to hold larger ones.',
  },
  {
    what: 'throttling by the services',
    sentence: 'Kinesis and DynamoDB never throttle, whatever the rate.',
  },
  {
    what: 'durability',
    sentence:
      'While it runs, the database of DynamoDB is in memory where there is room: it survives the end of any process, not of the machine.',
  },
  {
    what: 'encryption',
    sentence: 'Nothing is encrypted at rest or on the wire; KMS keys are left out.',
  },
  {
    what: 'recovery',
    sentence: 'Point-in-time recovery, deletion protection and backups are left out.',
  },
  {
    what: 'time to live',
    sentence: 'DynamoDB items stay after their expiry time; a reader has to check it itself.',
  },
  {
    what: 'unchanged writes',
    sentence:
      'Writing an item that does not change it emits a stream record; AWS emits none for it.',
  },
  {
    what: 'stream shape',
    sentence:
      'A DynamoDB stream has one shard, keeps every record and stamps whole seconds; AWS keeps 24 hours.',
  },
  {
    what: 'permissions',
    sentence:
      'Every call of a function is held against the policies of its role; policies of resources, organisations and boundaries are not evaluated, nor what a link may fetch that a function has signed.',
  },
  {
    what: 'sandboxes',
    sentence:
      'A function runs in a worker thread: it is not frozen between events, shares /tmp and the processor, and uses the time zone of the machine.',
  },
  {
    what: 'scaling',
    sentence:
      'A function has a limited number of execution environments; beyond it events wait instead of starting more.',
  },
  {
    what: 'retry pauses',
    sentence: 'The pauses between retries of a batch are a local setting; AWS publishes none.',
  },
  {
    what: 'schedules',
    sentence:
      'Rules run at a rate from the start of the local cloud on, and while it runs; cron expressions do not run.',
  },
  {
    what: 'S3 requests',
    sentence:
      'The S3 store refuses chunked uploads, conditional writes and keys with empty, "." or ".." segments; it keeps no versions and runs no lifecycle rules.',
  },
  {
    what: 'object events',
    sentence:
      'Buckets are looked through for new objects; an object is announced again after a restart, and not when it is deleted.',
  },
  {
    what: 'authorizers',
    sentence:
      'A Lambda authorizer is asked for every request; API Gateway keeps its answers. Signatures are checked, but not what the policies of an IAM principal allow it to invoke.',
  },
  {
    what: 'API Gateway',
    sentence: 'HTTP only, on a port of this machine; no access log, no custom domain, no WAF.',
  },
];

/** The differences as lines for a terminal. */
export const differenceLines = (): readonly string[] =>
  DIFFERENCES.map(({ what, sentence }) => `${what}: ${sentence}`);
