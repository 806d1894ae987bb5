/**
 * A whole table in DynamoDB's own words: read page by page, and filled. Only for exports and imports; everything else has the table port.
 * @module
 */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { WirePages } from '#application/operate/transfer/state.ts';
import type { WireItem } from '#application/operate/transfer/wire-item.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import { type Backoff, jitteredBackoff } from '../shared/backoff.ts';

/** Items in one request. Source: DynamoDB API reference, BatchWriteItem. */
const BATCH = 25;
const MAX_ATTEMPTS = 12;

/** Makes the reading of all items of a table, strongly consistent. */
export const makeWireScan = (client: DynamoDBClient, tableName: string) =>
  async function* (): WirePages {
    let after: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: after }),
      );
      yield (page.Items ?? []).map((item) => toWire(item) as WireItem);
      after = page.LastEvaluatedKey;
    } while (after);
  };

/** Makes the filling of a table: each item in place of another under its key. */
export const makeWirePut =
  (client: DynamoDBClient, tableName: string, backoff: Backoff = jitteredBackoff) =>
  async (items: readonly WireItem[]): Promise<void> => {
    const put = async (requests: readonly WriteRequest[], attempt: number): Promise<void> => {
      if (attempt > MAX_ATTEMPTS) throw new Error(`${tableName} takes no more items for now`);
      if (attempt > 1) await backoff(attempt);
      const batch = new BatchWriteItemCommand({ RequestItems: { [tableName]: [...requests] } });
      const left = (await client.send(batch)).UnprocessedItems?.[tableName] ?? [];
      if (left.length > 0) await put(left, attempt + 1);
    };
    const requests = items.map((item) => ({ PutRequest: { Item: fromWire(item) } }));
    await inParallel(chunksOf(requests, BATCH), (chunk) => put(chunk, 1));
  };

// JSON has no bytes: they are base64, as in DynamoDB's own exports.
const toWire = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, toWire(one)]));
};

const fromWire = (map: Readonly<Record<string, unknown>>): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, attributeOf(value)]));

const attributeOf = (value: unknown): AttributeValue => {
  const { B, L, M } = value as { readonly B?: string; readonly L?: unknown[]; readonly M?: object };
  if (B !== undefined) return { B: Buffer.from(B, 'base64') };
  if (L !== undefined) return { L: L.map(attributeOf) };
  if (M !== undefined) return { M: fromWire(M as Record<string, unknown>) };
  return value as AttributeValue;
};
