/**
 * Scans on DynamoDB, apart from the table port: what serves customers never reads the table as a whole.
 * @module
 */
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { TableScan } from '#application/identity/change-rules.ts';
import type { Scan } from '#application/operate/ports.ts';
import type { Key } from '#application/shared/table.ts';
import { type Attributes, fromItem, toKey } from './marshal.ts';

/** Makes the scan of a table by segments and pages. */
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

/** Items of a page: as many as the port allows. */
const PAGE = 1000;

/** Makes the scan of a whole table, page after page; items that are written meanwhile may be in it or not. */
export const makeScan = (client: DynamoDBClient, tableName: string): TableScan => {
  const scan = makePagedScan(client, tableName);
  return async function* () {
    let after: Key | undefined;
    do {
      const page = await scan({
        segment: 0,
        segments: 1,
        limit: PAGE,
        ...(after ? { after } : {}),
      });
      yield page.items;
      after = page.next;
    } while (after);
  };
};

const keyOf = (attributes: Attributes): Key => {
  const { pk, sk } = fromItem(attributes);
  return { pk, sk };
};
