/**
 * Object events: invokes functions for new objects of a bucket, with the event that S3 sends over EventBridge.
 *
 * The local S3 sends nothing, so buckets are listed again and again. An object is new when its ETag or its time is. As on
 * AWS an event may come twice: after a restart every object is announced once more.
 * Source: Amazon S3 user guide, "EventBridge event message structure".
 * @module
 */
import { randomUUID } from 'node:crypto';
import { type _Object, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Log } from '../engines/engine-process.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { CloudPlan, ObjectRulePlan } from '../plan/model.ts';
import { ACCOUNT_ID } from '../template/physical.ts';
import { Signal } from './signal.ts';

/** What object events work with. */
export interface ObjectEventsOptions {
  readonly s3: S3Client;
  readonly functions: FunctionHost;
  readonly pollMs: number;
  readonly log: Log;
}

/** Object events at work. */
export interface ObjectEvents {
  stop(): Promise<void>;
}

/** An object as a listing shows it. */
interface Listed {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Watches the buckets that send events and that a rule asks for. */
export const startObjectEvents = (plan: CloudPlan, options: ObjectEventsOptions): ObjectEvents => {
  const sending = new Set(plan.buckets.filter((it) => it.sendsEvents).map(({ name }) => name));
  const stopping = new Signal();
  let running = true;
  const watched = plan.objectRules.flatMap((rule) =>
    rule.bucketNames.filter((bucket) => sending.has(bucket)).map((bucket) => ({ rule, bucket })),
  );
  const loops = watched.map(async ({ rule, bucket }) => {
    const watch = new BucketWatch(plan.region, rule, bucket, options);
    while (running) {
      await watch.look().catch((error: Error) => options.log(`${bucket}: ${error.message}`));
      await stopping.wait(options.pollMs);
    }
  });
  return {
    stop: async () => {
      running = false;
      stopping.notify();
      await Promise.all(loops);
    },
  };
};

/** One bucket as one rule sees it. Mutable: it remembers which objects were announced. */
class BucketWatch {
  readonly #seen = new Map<string, string>();
  readonly #region: string;
  readonly #rule: ObjectRulePlan;
  readonly #bucket: string;
  readonly #options: ObjectEventsOptions;

  constructor(region: string, rule: ObjectRulePlan, bucket: string, options: ObjectEventsOptions) {
    this.#region = region;
    this.#rule = rule;
    this.#bucket = bucket;
    this.#options = options;
  }

  /** Announces every object that is new. */
  async look(): Promise<void> {
    for await (const object of this.#objects()) {
      const state = `${object.etag} ${object.modifiedAt.getTime()}`;
      if (this.#seen.get(object.key) === state) continue;
      this.#seen.set(object.key, state);
      const event = JSON.stringify(objectCreated(this.#region, this.#bucket, object));
      for (const name of this.#rule.functionNames) await this.#invoke(name, event);
    }
  }

  async *#objects(): AsyncGenerator<Listed> {
    const prefixes = this.#rule.keyPrefixes.length > 0 ? this.#rule.keyPrefixes : [''];
    for (const prefix of prefixes) yield* this.#listed(prefix);
  }

  async *#listed(prefix: string): AsyncGenerator<Listed> {
    let token: string | undefined;
    do {
      const page = await this.#options.s3.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      yield* (page.Contents ?? []).flatMap(listedOf);
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** Lambda tries an event again that its function failed on. */
  async #invoke(name: string, event: string): Promise<void> {
    for (let attempt = 0; attempt <= this.#rule.maximumRetries; attempt++) {
      const { kind } = await this.#options.functions.invoke(name, event);
      if (kind === 'success') return;
    }
    this.#options.log(`${name} failed on an object of ${this.#bucket} and is not tried again`);
  }
}

const listedOf = ({ Key, ETag = '', Size = 0, LastModified }: _Object): readonly Listed[] =>
  Key === undefined || LastModified === undefined
    ? []
    : [{ key: Key, etag: ETag, size: Size, modifiedAt: LastModified }];

const objectCreated = (region: string, bucket: string, object: Listed) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: ACCOUNT_ID,
  time: `${object.modifiedAt.toISOString().slice(0, 19)}Z`,
  region,
  resources: [`arn:aws:s3:::${bucket}`],
  detail: {
    version: '0',
    bucket: { name: bucket },
    object: {
      key: object.key,
      size: object.size,
      etag: object.etag.replaceAll('"', ''),
      sequencer: object.modifiedAt.getTime().toString(16).toUpperCase().padStart(18, '0'),
    },
    'request-id': randomUUID(),
    requester: ACCOUNT_ID,
    'source-ip-address': '127.0.0.1',
    reason: 'PutObject',
  },
});
