/**
 * Brings the engines to the state that the plan describes: what CloudFormation does for the stateful resources.
 * @module
 */
import type { CloudClients } from '../clients.ts';
import type { CloudPlan } from '../plan/model.ts';
import { deployBucket } from './buckets.ts';
import { deployStream } from './streams.ts';
import { deployTable } from './tables.ts';

/**
 * Creates tables, streams and buckets; safe to repeat over the same data folder.
 * @param shards the shard count of on-demand streams
 */
export const deploy = async (
  clients: CloudClients,
  plan: CloudPlan,
  shards: number,
): Promise<void> => {
  await Promise.all([
    ...plan.tables.map((table) => deployTable(clients.dynamodb, table)),
    ...plan.streams.map((stream) => deployStream(clients.kinesis, stream, shards)),
    ...plan.buckets.map((bucket) => deployBucket(clients.s3, bucket)),
  ]);
};
