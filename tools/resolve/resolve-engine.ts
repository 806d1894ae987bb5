/**
 * The engine of `npm run resolve`: a table of its own on the local DynamoDB engine, which goes when the program ends. Where
 * there is no build of the engine, and when asked to, a table in memory that keeps the same rules.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import type { TableScan } from '#application/identity/change-rules.ts';
import type { Table } from '#application/shared/table.ts';
import { hasDatabase, startDatabase } from '../../local/cloud/engines/engines.ts';

/** A store that rows are resolved in. */
export interface ResolveEngine {
  /** What it is, for people. */
  readonly name: string;
  readonly table: Table;
  readonly scan: TableScan;
  stop(): Promise<void>;
}

/** Which store; `engine` is the default where there is one. */
export type EngineChoice = 'engine' | 'memory';

/** The store that is taken when nobody says which. */
export const defaultEngine = (): EngineChoice => (hasDatabase() ? 'engine' : 'memory');

/**
 * Starts a store.
 * @throws Error when the engine cannot be started
 */
export const startEngine = (choice: EngineChoice): Promise<ResolveEngine> =>
  choice === 'memory' ? Promise.resolve(inMemory()) : onEngine();

const inMemory = (): ResolveEngine => {
  const table = new MemoryTable();
  return {
    name: 'a table in memory',
    table,
    scan: async function* () {
      yield table.dump();
    },
    stop: async () => {},
  };
};

const TABLE = 'customer360';

const onEngine = async (): Promise<ResolveEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-resolve-'));
  const engine = await startDatabase(folder, (line) => console.error(line));
  const client = makeDynamoClient({
    endpoint: engine.endpoint,
    region: 'ap-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTable(client);
  return {
    name: 'the local DynamoDB engine',
    table: new DynamoTable({ client, tableName: TABLE }),
    scan: makeScan(client, TABLE),
    stop: async () => {
      client.destroy();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const createTable = (client: DynamoDBClient): Promise<unknown> =>
  client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
