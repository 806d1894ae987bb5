/**
 * All event source mappings of the plan, started and stopped together.
 * @module
 */
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { CloudClients } from '../clients.ts';
import { engineStreamArn } from '../deploy/tables.ts';
import type { Log } from '../engines/engine-process.ts';
import type { MappingDescription } from '../engines/lambda-api.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Metrics } from '../functions/metrics.ts';
import type { CloudPlan, MappingPlan } from '../plan/model.ts';
import { Checkpoints } from './checkpoints.ts';
import { dynamodbSource } from './dynamodb-source.ts';
import { kinesisSource } from './kinesis-source.ts';
import { type Backoff, MappingRunner } from './mapping-runner.ts';
import type { PollSettings } from './shard-runner.ts';
import type { StreamSource } from './source.ts';
import { SwitchedMapping, Switches } from './switched-mapping.ts';

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
  /** All of them, switched off ones too. */
  mappings(): readonly MappingDescription[];
  /** Begins to switch one off or on; it stays so after a restart. */
  setEnabled(uuid: string, enabled: boolean): void;
  stop(): Promise<void>;
}

/** Starts every enabled mapping that nobody has switched off. */
export const startEventSources = async (
  plan: CloudPlan,
  options: EventSourcesOptions,
): Promise<EventSources> => {
  const off = new Switches(join(options.checkpointDir, 'switched-off.json'));
  const enabled = plan.mappings.filter((mapping) => mapping.enabled);
  const switched = await Promise.all(
    enabled.map(async (mapping) => {
      const source = await sourceOf(mapping, options.clients, plan.region);
      return new SwitchedMapping(mapping, () => runnerOf(mapping, source, options), options.log);
    }),
  );
  const on = switched.filter(({ mapping }) => !off.has(mapping.uuid));
  await Promise.all(on.map((mapping) => mapping.start()));
  return {
    mappings: () => switched.map((mapping) => mapping.description),
    setEnabled: (uuid, enabled) => {
      off.set(uuid, !enabled);
      const mapping = switched.find((one) => one.mapping.uuid === uuid);
      mapping?.switchTo(enabled);
    },
    stop: async () => {
      await Promise.all(switched.map((mapping) => mapping.stop()));
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
