/**
 * Scan on DynamoDB, apart from the table port: what serves customers never reads the table as a whole.
 * @module
 */
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Scan } from '#application/operate/ports.ts';
import type { Key } from '#application/shared/table.ts';
import { type Attributes, fromItem, toKey } from './marshal.ts';

/** Makes the scan of a table. */
export const makePagedScan =
  (client: DynamoDBClient, tableName: string): Scan =>
  async ({ segment, segments, after, limit }) => {
    const output = await client.send(
      new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        Segment: segment,
        TotalSegments: segments,
        Limit: limit,
        ...(after && { ExclusiveStartKey: toKey(after) }),
      }),
    );
    const items = (output.Items ?? []).map(fromItem);
    const next = output.LastEvaluatedKey;
    return next ? { items, next: keyOf(next) } : { items };
  };

const keyOf = (attributes: Attributes): Key => {
  const { pk, sk } = fromItem(attributes);
  return { pk, sk };
};
