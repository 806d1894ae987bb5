/**
 * Which calls a request to DynamoDB makes, as IAM sees them: one for each table, and one for each action of a transaction and
 * each statement.
 *
 * A transaction has no permission of its own, its actions have; a statement asks for that of PartiQL.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB"; DynamoDB Developer
 * Guide, "Using IAM policy conditions for fine-grained access control" and "IAM policies with PartiQL for DynamoDB".
 * @module
 */
import type { Call } from './policy.ts';

/** What has to be known of the tables. */
export interface Tables {
  /** ARN of a table or index, less what comes after `table/`. */
  readonly arnPrefix: string;
  /** The attribute that is the partition key, by the table's name. */
  readonly partitionKeys: Readonly<Record<string, string>>;
}

/** An attribute in DynamoDB's JSON: `{ S: "…" }`. */
type Attribute = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, Attribute>>;

/** What is looked at of a single request, whatever its operation. */
interface Single {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}

interface Statement {
  readonly Statement: string;
  readonly Parameters?: readonly Attribute[];
}

type CallsOf = (input: never, tables: Tables) => readonly Call[];

/** An operation that this file does not know. */
export class UnknownCallError extends Error {
  override readonly name = 'UnknownCallError';
}

/**
 * The calls of a request.
 * @param operation as in `x-amz-target`, less the version: `BatchGetItem`
 * @param input the body, parsed
 * @throws {@link UnknownCallError} for an operation that no function has used so far
 */
export const dynamodbCalls = (
  operation: string,
  input: unknown,
  tables: Tables,
): readonly Call[] => {
  const callsOf = OPERATIONS[operation];
  if (!callsOf) throw new UnknownCallError(`nobody has said what dynamodb:${operation} may do`);
  return callsOf(input as never, tables);
};

const single =
  (action: string): CallsOf =>
  (input: Single, tables) => [
    {
      action: `dynamodb:${action}`,
      resource: arnOf(input, tables),
      ...(input.IndexName === undefined && {
        leadingKeys: () => leadingKeys(input, partitionKeyOf(input.TableName, tables)),
      }),
    },
  ];

const scan: CallsOf = (input: Single, tables) => [
  { action: 'dynamodb:Scan', resource: arnOf(input, tables) },
];

const batchGet: CallsOf = (
  { RequestItems }: { RequestItems: Record<string, { readonly Keys: readonly Attributes[] }> },
  tables,
) =>
  Object.entries(RequestItems).map(([TableName, { Keys }]) => ({
    action: 'dynamodb:BatchGetItem',
    resource: arnOf({ TableName }, tables),
    leadingKeys: () => {
      const name = partitionKeyOf(TableName, tables);
      return Keys.map((key) => textOf(key[name] as Attribute));
    },
  }));

const TRANSACTED: Readonly<Record<string, CallsOf>> = {
  ConditionCheck: single('ConditionCheckItem'),
  Delete: single('DeleteItem'),
  Get: single('GetItem'),
  Put: single('PutItem'),
  Update: single('UpdateItem'),
};

const transaction: CallsOf = (
  { TransactItems }: { TransactItems: readonly Record<string, Single>[] },
  tables,
) =>
  TransactItems.flatMap((item) =>
    Object.entries(item).flatMap(
      ([kind, input]) => TRANSACTED[kind]?.(input as never, tables) ?? [],
    ),
  );

const ACTIONS_OF_STATEMENTS: Readonly<Record<string, string>> = {
  DELETE: 'PartiQLDelete',
  INSERT: 'PartiQLInsert',
  SELECT: 'PartiQLSelect',
  UPDATE: 'PartiQLUpdate',
};

const statement: CallsOf = ({ Statement: text, Parameters = [] }: Statement, tables) => {
  const verb = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
  const TableName = /"([^"]+)"/.exec(text)?.[1] ?? '';
  const action = ACTIONS_OF_STATEMENTS[verb];
  if (!action) throw new UnknownCallError(`nobody has said what a statement ${verb} may do`);
  return [
    {
      action: `dynamodb:${action}`,
      resource: arnOf({ TableName }, tables),
      leadingKeys: () => keyInStatement(text, Parameters, partitionKeyOf(TableName, tables)),
    },
  ];
};

const statements: CallsOf = ({ Statements }: { Statements: readonly Statement[] }, tables) =>
  Statements.flatMap((one) => statement(one as never, tables));

const OPERATIONS: Readonly<Record<string, CallsOf>> = {
  BatchExecuteStatement: statements,
  BatchGetItem: batchGet,
  DeleteItem: single('DeleteItem'),
  ExecuteStatement: statement,
  GetItem: single('GetItem'),
  PutItem: single('PutItem'),
  Query: single('Query'),
  Scan: scan,
  TransactGetItems: transaction,
  TransactWriteItems: transaction,
  UpdateItem: single('UpdateItem'),
};

const arnOf = ({ TableName, IndexName }: Pick<Single, 'TableName' | 'IndexName'>, tables: Tables) =>
  `${tables.arnPrefix}${TableName}${IndexName === undefined ? '' : `/index/${IndexName}`}`;

const partitionKeyOf = (table: string, { partitionKeys }: Tables): string => {
  const name = partitionKeys[table];
  if (name === undefined) throw new UnknownCallError(`there is no table ${table}`);
  return name;
};

const leadingKeys = (input: Single, name: string): readonly string[] => {
  const attribute = (input.Key ?? input.Item)?.[name] ?? keyInCondition(input, name);
  return attribute === undefined ? [] : [textOf(attribute)];
};

const keyInCondition = (input: Single, name: string): Attribute | undefined => {
  const { KeyConditionExpression = '', ExpressionAttributeNames = {} } = input;
  const equals = [...KeyConditionExpression.matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g)];
  const found = equals.find(([, left = '']) => (ExpressionAttributeNames[left] ?? left) === name);
  return input.ExpressionAttributeValues?.[found?.[2] ?? ''];
};

/** The statements of our adapter have their values in parameters only, and no question mark elsewhere. */
const keyInStatement = (
  text: string,
  parameters: readonly Attribute[],
  name: string,
): readonly string[] => {
  const at = keyPattern(name).exec(text)?.index;
  if (at === undefined) throw new UnknownCallError('a statement names no partition key');
  const parameter = parameters[text.slice(0, at).split('?').length - 1];
  return parameter === undefined ? [] : [textOf(parameter)];
};

const KEY_PATTERNS = new Map<string, RegExp>();

/** Where a statement compares or sets the partition key. */
const keyPattern = (name: string): RegExp => {
  const known = KEY_PATTERNS.get(name) ?? new RegExp(`(?<!\\w)["']?${name}["']?\\s*[=:]\\s*\\?`);
  KEY_PATTERNS.set(name, known);
  return known;
};

const textOf = (attribute: Attribute): string => String(Object.values(attribute)[0]);
