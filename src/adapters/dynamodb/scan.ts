/**
 * Scan of a whole table, page by page: for jobs of operators, never for a function.
 * @module
 */
import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { TableScan } from '#application/identity/change-rules.ts';
import { fromItem } from './marshal.ts';

/** Makes the scan of a table; items that are written meanwhile may be in it or not. */
export const makeScan = (client: DynamoDBClient, tableName: string): TableScan =>
  async function* () {
    const pages = paginateScan({ client }, { TableName: tableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) yield Items.map(fromItem);
  };
