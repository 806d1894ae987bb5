/**
 * Stored customers: which source row belongs to which customer, read from the table as it is.
 *
 * Only the check of a local run reads the table as a whole; no function may.
 * @module
 */
import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { fromItem } from '#adapters/dynamodb/marshal.ts';
import { customersIn } from '#application/identity/customer-units.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { FACT_UNIT_PREFIX } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { Endpoints } from './endpoints.ts';

/** What the table says of rows and customers. */
export interface StoredCustomers {
  /** Row key → customer id. */
  readonly customerOf: ReadonlyMap<string, string>;
  /** Rows that are counted twice: in two buckets, or in two customers. */
  readonly twice: readonly string[];
  /** Rows that are in place although no customer has them: they name nobody, or only what everybody shares. */
  readonly known: ReadonlySet<string>;
  readonly customers: number;
}

/** Reads customers and their rows. */
export const readStoredCustomers = async (endpoints: Endpoints): Promise<StoredCustomers> => {
  const items = await scan(endpoints);
  const factsOf = factsOfUnits(items);
  const customers = [...customersIn(items)];
  const customerOf = new Map<string, string>();
  const twice: string[] = [];
  for (const [id, units] of customers) {
    for (const row of units.flatMap((unit) => rowsOfUnit(unit, factsOf))) {
      if (customerOf.has(row)) twice.push(row);
      customerOf.set(row, id);
    }
  }
  const inPlace = items.filter((item) => item.sk === 'ROW' && isInPlaceAlone(item));
  return {
    customerOf,
    twice,
    known: new Set([...inPlace.map((item) => item.pk.slice(2)), ...[...factsOf.values()].flat()]),
    customers: customers.length,
  };
};

// A fact that names somebody is in place only with its contribution, which is looked for in the buckets.
const isInPlaceAlone = (row: Item): boolean => row['deleted'] !== true && row['unit'] === undefined;

const rowsOfUnit = (
  unit: string,
  factsOf: ReadonlyMap<string, readonly string[]>,
): readonly string[] => (unit.startsWith(FACT_UNIT_PREFIX) ? (factsOf.get(unit) ?? []) : [unit]);

const factsOfUnits = (items: readonly Item[]): ReadonlyMap<string, readonly string[]> => {
  const facts = new Map<string, string[]>();
  for (const item of items.filter(({ sk }) => sk === 'BUCKET')) {
    const unit = item.pk.slice(2, item.pk.lastIndexOf('#'));
    const rows = liveContributionsIn(item).map(({ rowKey }) => rowKey);
    facts.set(unit, [...(facts.get(unit) ?? []), ...rows]);
  }
  return facts;
};

const scan = async ({ dynamodb, region }: Endpoints): Promise<readonly Item[]> => {
  const client = new DynamoDBClient({
    endpoint: dynamodb.endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const items: Item[] = [];
  let after: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: dynamodb.table,
        ConsistentRead: true,
        ...(after ? { ExclusiveStartKey: after } : {}),
      }),
    );
    items.push(...(page.Items ?? []).map(fromItem));
    after = page.LastEvaluatedKey;
  } while (after);
  client.destroy();
  return items;
};
