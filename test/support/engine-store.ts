/**
 * A store on the real local engine for random histories: every call waits for its turn, then goes over HTTP.
 */
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import type { Item } from '#application/shared/table.ts';
import { byText } from '#domain/identity/evidence.ts';
import { createTable, startDynamo } from './engines.ts';
import { interposed } from './interposed-table.ts';
import type { MakeStore } from './run-world.ts';

/** Starts the engine; each store is a table of its own. */
export const startEngineStores = async (): Promise<{
  readonly makeStore: MakeStore;
  readonly stop: () => Promise<void>;
}> => {
  const { client, stop } = await startDynamo();
  const makeStore: MakeStore = async (turn) => {
    const tableName = await createTable(client);
    const scan = makeScan(client, tableName);
    return {
      table: interposed(new DynamoTable({ client, tableName }), () => true, turn),
      dump: async () => {
        const items: Item[] = [];
        for await (const page of scan()) items.push(...page);
        return items.sort((a, b) => byText(a.pk, b.pk) || byText(a.sk, b.sk));
      },
    };
  };
  return { makeStore, stop };
};
