/**
 * DynamoTable: the Table port on DynamoDB.
 *
 * Reads are strongly consistent unless the caller asks for less. The SDK repeats a request whose answer was lost. A
 * transaction carries a token that makes this invisible; a single conditional write does not, so `false`
 * may also mean that the first attempt was done and its answer lost: conditions must be ones that a repetition of the same
 * write fails harmlessly.
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchStatementError,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { inParallel } from '#application/shared/in-parallel.ts';
import type {
  Action,
  Consistency,
  Item,
  Key,
  Page,
  Table,
  TransactionOutcome,
  Write,
} from '#application/shared/table.ts';
import { assertNever, must } from '#domain/shared/assert.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import { type Backoff, jitteredBackoff } from '../shared/backoff.ts';
import { TableBusyError } from './errors.ts';
import { expressionsOf } from './expressions.ts';
import { checkAction, checkKey, checkQuery, checkTransaction, keyText } from './item-rules.ts';
import { type Attributes, fromItem, toAttributes, toKey } from './marshal.ts';
import { MAX_BATCH_KEYS } from './meter.ts';
import { errorName, statementOutcome, transactionOutcome, translated } from './outcomes.ts';
import { createsItem, planWrites, statementOf } from './statements.ts';

/** Where the table is and how hard it may be driven. */
export interface DynamoTableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Most single writes of one `writeAll` in flight. A local engine is at its best from 16 on. */
  readonly writesInFlight?: number;
  /** Waits between attempts that the SDK does not make by itself. */
  readonly backoff?: Backoff;
}

const WRITES_IN_FLIGHT = 32;
const STATEMENT_BATCHES_IN_FLIGHT = 4;
const BATCHES_IN_FLIGHT = 8;
const MAX_ATTEMPTS = 8;

/** The table in DynamoDB. */
export class DynamoTable implements Table {
  readonly #options: DynamoTableOptions;
  readonly #backoff: Backoff;

  constructor(options: DynamoTableOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? jitteredBackoff;
  }

  async getAll(
    keys: readonly Key[],
    consistency: Consistency = 'strong',
  ): Promise<readonly (Item | undefined)[]> {
    keys.forEach(checkKey);
    const texts = keys.map(keyText);
    const distinct = new Map(texts.map((text, index) => [text, must(keys[index], 'key')]));
    const chunks = chunksOf([...distinct.values()], MAX_BATCH_KEYS);
    const items = await inParallel(
      chunks,
      (chunk) => this.#getChunk(chunk, consistency),
      BATCHES_IN_FLIGHT,
    );
    const found = new Map(items.flat().map((item) => [keyText(item), item]));
    return texts.map((text) => found.get(text));
  }

  async query(request: Parameters<Table['query']>[0]): Promise<Page> {
    checkQuery(request);
    const { pk, skPrefix = '', limit, after } = request;
    const prefixed = skPrefix !== '';
    const output = await this.#options.client.send(
      new QueryCommand({
        TableName: this.#options.tableName,
        ConsistentRead: true,
        KeyConditionExpression: prefixed ? 'pk = :p AND begins_with(sk, :s)' : 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: pk }, ...(prefixed && { ':s': { S: skPrefix } }) },
        ...(limit !== undefined && { Limit: limit }),
        ...(after !== undefined && { ExclusiveStartKey: toKey({ pk, sk: after }) }),
      }),
    );
    const items = (output.Items ?? []).map(fromItem);
    const next = output.LastEvaluatedKey?.['sk']?.S;
    return next === undefined ? { items } : { items, next };
  }

  async write(action: Write): Promise<boolean> {
    checkAction(action);
    return this.#writeChecked(action);
  }

  async writeAll(actions: readonly Write[]): Promise<readonly boolean[]> {
    actions.forEach(checkAction);
    const inFlight = this.#options.writesInFlight ?? WRITES_IN_FLIGHT;
    const { batches, singles } = planWrites(actions);
    const done = new Map<number, boolean>();
    const open = await inParallel(
      batches,
      (batch) => this.#execute(actions, batch, done),
      STATEMENT_BATCHES_IN_FLIGHT,
    );
    await inParallel(
      [...open.flat(), ...singles],
      async (index) => {
        done.set(index, await this.#writeChecked(must(actions[index], 'write')));
      },
      inFlight,
    );
    return actions.map((_, index) => done.get(index) === true);
  }

  async transact(actions: readonly Action[]): Promise<TransactionOutcome> {
    checkTransaction(actions);
    if (actions.length === 0) return { done: true };
    const { client, tableName } = this.#options;
    const TransactItems = actions.map((action) => transactItem(tableName, action));
    try {
      const ClientRequestToken = randomUUID();
      await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
      return { done: true };
    } catch (error) {
      return transactionOutcome(error);
    }
  }

  /** One BatchGetItem, repeated for what DynamoDB left unprocessed: above 16 MB, or throttled. */
  async #getChunk(keys: readonly Key[], consistency: Consistency): Promise<readonly Item[]> {
    const { client, tableName } = this.#options;
    const items: Item[] = [];
    let rest: Attributes[] = keys.map(toKey);
    for (let attempt = 1; rest.length > 0; attempt++) {
      const RequestItems = {
        [tableName]: { ConsistentRead: consistency === 'strong', Keys: rest },
      };
      const output = await client.send(new BatchGetItemCommand({ RequestItems }));
      const found = output.Responses?.[tableName] ?? [];
      items.push(...found.map(fromItem));
      rest = output.UnprocessedKeys?.[tableName]?.Keys ?? [];
      if (found.length > 0) attempt = 0;
      if (rest.length > 0) await this.#waitOrGiveUp(attempt, 'a read');
    }
    return items;
  }

  /** Sends one batch of statements and notes what they came to; the places of those to be written singly are left. */
  async #execute(
    actions: readonly Write[],
    batch: readonly number[],
    done: Map<number, boolean>,
  ): Promise<readonly number[]> {
    const { client, tableName } = this.#options;
    const Statements = batch.map((index) =>
      statementOf(tableName, must(actions[index], 'statement')),
    );
    const { Responses } = await client.send(new BatchExecuteStatementCommand({ Statements }));
    return batch.filter((index, place) => {
      const error: BatchStatementError | undefined = Responses?.[place]?.Error;
      const outcome = statementOutcome(error);
      const isOpen =
        outcome === 'again' ||
        (outcome === 'refused' && createsItem(must(actions[index], 'write')));
      if (!isOpen) done.set(index, outcome === 'done');
      return isOpen;
    });
  }

  /** One write. A transaction at the item refuses it for the moment: it is repeated, which the port need not show. */
  async #writeChecked(action: Write): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#writeOnce(action);
        return true;
      } catch (error) {
        if (errorName(error) === 'ConditionalCheckFailedException') return false;
        if (errorName(error) !== 'TransactionConflictException') throw translated(error);
        await this.#waitOrGiveUp(attempt, 'a write', error);
      }
    }
  }

  async #writeOnce(action: Write): Promise<unknown> {
    const { client, tableName: TableName } = this.#options;
    switch (action.kind) {
      case 'put':
        return client.send(new PutItemCommand({ TableName, ...putOf(action) }));
      case 'update':
        return client.send(new UpdateItemCommand({ TableName, ...keyedOf(action) }));
      case 'delete':
        return client.send(new DeleteItemCommand({ TableName, ...keyedOf(action) }));
      default:
        return assertNever(action);
    }
  }

  async #waitOrGiveUp(attempt: number, what: string, cause?: unknown): Promise<void> {
    if (attempt >= MAX_ATTEMPTS) {
      throw new TableBusyError(`${what} was refused ${attempt} times`, { cause });
    }
    await this.#backoff(attempt);
  }
}

const putOf = (action: Extract<Action, { kind: 'put' }>) => ({
  Item: toAttributes(action.item),
  ...expressionsOf(action),
});

const keyedOf = (action: Exclude<Action, { kind: 'put' }>) => ({
  Key: toKey(action.key),
  ...expressionsOf(action),
});

/** An action inside a transaction; the types want the expression that checks guarantee. */
const transactItem = (TableName: string, action: Action): TransactWriteItem => {
  switch (action.kind) {
    case 'put':
      return { Put: { TableName, ...putOf(action) } };
    case 'update':
      return { Update: { TableName, UpdateExpression: '', ...keyedOf(action) } };
    case 'delete':
      return { Delete: { TableName, ...keyedOf(action) } };
    case 'check':
      return { ConditionCheck: { TableName, ConditionExpression: '', ...keyedOf(action) } };
    default:
      return assertNever(action);
  }
};
