/**
 * Creates the planned tables, or checks that those on disk still have the shape the template asks for.
 * @module
 */
import {
  type CreateGlobalSecondaryIndexAction,
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { IndexPlan, KeyAttribute, TablePlan } from '../plan/model.ts';

/**
 * Makes a table exist as planned; safe to repeat. Global indexes that are new in the template are added.
 * @throws Error telling to reset when the table on disk has another key, local index or stream
 */
export const deployTable = async (client: DynamoDBClient, plan: TablePlan): Promise<void> => {
  const existing = await describe(client, plan.name);
  if (!existing) return createTable(client, plan);
  refuseOtherShape(existing, plan);
  for (const index of plan.indexes.filter((it) => !hasIndex(existing, it)))
    await client.send(
      new UpdateTableCommand({
        TableName: plan.name,
        AttributeDefinitions: attributesOf(plan),
        GlobalSecondaryIndexUpdates: [{ Create: indexDefinition(index) }],
      }),
    );
};

/**
 * The stream that the engine keeps for a table: its own ARN, which differs from the template's.
 * @throws Error when the table has none
 */
export const engineStreamArn = async (client: DynamoDBClient, table: string): Promise<string> => {
  const arn = (await describe(client, table))?.LatestStreamArn;
  if (arn === undefined) throw new Error(`table ${table} has no stream`);
  return arn;
};

const describe = async (
  client: DynamoDBClient,
  name: string,
): Promise<TableDescription | undefined> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const createTable = async (client: DynamoDBClient, plan: TablePlan): Promise<void> => {
  const of = (scope: IndexPlan['scope']) => {
    const definitions = plan.indexes.filter((index) => index.scope === scope).map(indexDefinition);
    return definitions.length > 0 ? definitions : undefined;
  };
  await client.send(
    new CreateTableCommand({
      TableName: plan.name,
      KeySchema: keySchema(plan.keys),
      AttributeDefinitions: attributesOf(plan),
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: of('global'),
      LocalSecondaryIndexes: of('local'),
      StreamSpecification: plan.streamViewType && {
        StreamEnabled: true,
        StreamViewType: plan.streamViewType,
      },
    }),
  );
  if (plan.timeToLiveAttribute !== undefined)
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: plan.name,
        TimeToLiveSpecification: { AttributeName: plan.timeToLiveAttribute, Enabled: true },
      }),
    );
};

const keySchema = (keys: readonly KeyAttribute[]): KeySchemaElement[] =>
  keys.map((key) => ({ AttributeName: key.name, KeyType: key.role }));

const attributesOf = (plan: TablePlan) =>
  Object.entries(plan.attributes).map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  }));

const indexDefinition = (index: IndexPlan): CreateGlobalSecondaryIndexAction => ({
  IndexName: index.name,
  KeySchema: keySchema(index.keys),
  Projection: {
    ProjectionType: index.projection.type,
    NonKeyAttributes:
      index.projection.attributes.length > 0 ? [...index.projection.attributes] : undefined,
  },
});

const hasIndex = (table: TableDescription, index: IndexPlan): boolean =>
  [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].some(
    (it) => it.IndexName === index.name,
  );

const refuseOtherShape = (table: TableDescription, plan: TablePlan): void => {
  const found = shapeOf(table);
  const wanted = JSON.stringify({
    keys: keySchema(plan.keys),
    stream: plan.streamViewType ?? null,
    localIndexes: plan.indexes.filter((it) => it.scope === 'local').map((it) => it.name),
  });
  if (found === wanted) return;
  throw new Error(
    `table ${plan.name} exists with ${found}, but the template asks for ${wanted}: start with --reset, which deletes the local data`,
  );
};

const shapeOf = (table: TableDescription): string =>
  JSON.stringify({
    keys: (table.KeySchema ?? []).map(({ AttributeName, KeyType }) => ({ AttributeName, KeyType })),
    stream: table.StreamSpecification?.StreamViewType ?? null,
    localIndexes: (table.LocalSecondaryIndexes ?? []).map((it) => it.IndexName),
  });
