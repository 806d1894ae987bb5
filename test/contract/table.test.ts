/**
 * Both adapters of the Table port keep its contract; DynamoDB is a real engine on a free port.
 * @module
 */
import { afterAll, expect, test, vi } from 'vitest';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { createTable, startDynamo } from '../support/engines.ts';
import { tableContract } from './table.contract.ts';

tableContract('memory', async () => new MemoryTable());

const { client, endpoint, stop } = await startDynamo();
afterAll(stop);

tableContract('dynamodb', async () => {
  const tableName = await createTable(client);
  return new DynamoTable({ client, tableName });
});

test('a function finds the engine that AWS_ENDPOINT_URL_DYNAMODB names', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint);
  vi.stubEnv('AWS_REGION', 'ap-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const tableName = await createTable(client);
  const table = new DynamoTable({ client: makeDynamoClient(), tableName });
  expect(await table.query({ pk: 'P' })).toEqual({ items: [] });
  vi.unstubAllEnvs();
});
