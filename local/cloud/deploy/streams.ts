/**
 * Creates the planned Kinesis streams.
 *
 * kinesalite has no on-demand mode and cannot change a shard count, so an on-demand stream gets the number of
 * shards that the local setting says, once.
 * @module
 */

import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ResourceNotFoundException,
  type StreamDescriptionSummary,
} from '@aws-sdk/client-kinesis';
import type { StreamPlan } from '../plan/model.ts';

/**
 * Makes a stream exist as planned; safe to repeat.
 * @param shards the shard count of an on-demand stream
 * @throws Error telling to reset when a provisioned stream on disk has another shard count
 */
export const deployStream = async (
  client: KinesisClient,
  plan: StreamPlan,
  shards: number,
): Promise<void> => {
  const existing = await describe(client, plan.name);
  if (!existing) {
    const command = { StreamName: plan.name, ShardCount: plan.shardCount ?? shards };
    await client.send(new CreateStreamCommand(command));
  }
  const stream = await whenActive(client, plan.name);
  if (plan.shardCount !== undefined && stream.OpenShardCount !== plan.shardCount)
    throw new Error(
      `stream ${plan.name} has ${stream.OpenShardCount} shards, but the template asks for ${plan.shardCount}: start with --reset, which deletes the local data`,
    );
  if (plan.retentionHours > (stream.RetentionPeriodHours ?? 24))
    await client.send(
      new IncreaseStreamRetentionPeriodCommand({
        StreamName: plan.name,
        RetentionPeriodHours: plan.retentionHours,
      }),
    );
};

const describe = async (
  client: KinesisClient,
  name: string,
): Promise<StreamDescriptionSummary | undefined> => {
  try {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
    return answer.StreamDescriptionSummary;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const whenActive = async (
  client: KinesisClient,
  name: string,
): Promise<StreamDescriptionSummary> => {
  for (;;) {
    const stream = await describe(client, name);
    if (stream?.StreamStatus === 'ACTIVE') return stream;
    await delay(20);
  }
};
