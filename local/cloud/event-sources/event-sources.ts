/**
 * All event source mappings of the plan, started and stopped together.
 * @module
 */
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { CloudClients } from '../clients.ts';
import { engineStreamArn } from '../deploy/tables.ts';
import type { Log } from '../engines/engine-process.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Metrics } from '../functions/metrics.ts';
import type { CloudPlan, MappingPlan } from '../plan/model.ts';
import { Checkpoints } from './checkpoints.ts';
import { dynamodbSource } from './dynamodb-source.ts';
import { kinesisSource } from './kinesis-source.ts';
import { type Backoff, MappingRunner } from './mapping-runner.ts';
import type { PollSettings } from './shard-runner.ts';
import type { StreamSource } from './source.ts';

/** What the mappings work with. */
export interface EventSourcesOptions {
  readonly clients: CloudClients;
  readonly functions: FunctionHost;
  readonly metrics: Metrics;
  readonly checkpointDir: string;
  readonly poll: PollSettings;
  readonly backoff: Backoff;
  readonly log: Log;
}

/** The mappings at work. */
export interface EventSources {
  stop(): Promise<void>;
}

/** Starts every enabled mapping. */
export const startEventSources = async (
  plan: CloudPlan,
  options: EventSourcesOptions,
): Promise<EventSources> => {
  const enabled = plan.mappings.filter((mapping) => mapping.enabled);
  const runners = await Promise.all(
    enabled.map(async (mapping) =>
      runnerOf(mapping, await sourceOf(mapping, options.clients, plan.region), options),
    ),
  );
  await Promise.all(runners.map((runner) => runner.start()));
  return {
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
};

const sourceOf = async (
  { source }: MappingPlan,
  { streams, dynamodb }: CloudClients,
  region: string,
): Promise<StreamSource> =>
  source.kind === 'kinesis'
    ? kinesisSource(streams.kinesis, source, region)
    : dynamodbSource(
        streams.dynamodb,
        source,
        await engineStreamArn(dynamodb, source.tableName),
        region,
      );

const runnerOf = (
  mapping: MappingPlan,
  source: StreamSource,
  options: EventSourcesOptions,
): MappingRunner => {
  const { clients, checkpointDir, functions, metrics, poll, backoff, log } = options;
  return new MappingRunner({
    mapping,
    source,
    checkpoints: new Checkpoints(join(checkpointDir, `${mapping.uuid}.json`)),
    functions,
    metrics,
    writeFailure: async (bucket, { key, body }) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    poll,
    backoff,
    clock: Date.now,
    log,
  });
};
