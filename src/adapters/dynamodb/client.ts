/**
 * The DynamoDB client as every function uses it.
 *
 * Credentials, region and `AWS_ENDPOINT_URL_DYNAMODB` come from the environment, as the SDK reads them by itself.
 * Attempts are few and time-outs short: a Lambda batch is retried whole, so waiting long for one request gains nothing.
 * @module
 */
import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  type TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { HTTP_OPTIONS } from '../shared/http-options.ts';
import { makeRequestSigner } from '../shared/request-signer.ts';
import { type Meter, TRANSACTION_FACTOR } from './meter.ts';
import { errorName } from './outcomes.ts';
import { takeShortWay } from './short-way.ts';

/**
 * Makes the client. Keep one per process: it holds the connections.
 * @param config what differs from the environment, e.g. a local engine's endpoint
 */
export const makeDynamoClient = (config: DynamoDBClientConfig = {}): DynamoDBClient => {
  const client: DynamoDBClient = new DynamoDBClient({
    retryMode: 'standard',
    maxAttempts: 5,
    requestHandler: HTTP_OPTIONS,
    cacheMiddleware: true,
    signer: makeRequestSigner({
      service: 'dynamodb',
      region: () => client.config.region(),
      credentials: () => client.config.credentials(),
    }),
    ...config,
  });
  // It walks through every answer to mask what nobody logs: 4 to 10 % of a function's processor time, profiled.
  client.middlewareStack.remove('loggerMiddleware');
  takeShortWay(client);
  return client;
};

/**
 * Adds every request of a client and the capacity it consumed to a meter. An answer that refuses names no capacity: a
 * failed condition then counts 1 write unit per action, doubled in a transaction, which is right up to 1 KB.
 */
export const meterClient = (client: DynamoDBClient, meter: Meter): void => {
  client.middlewareStack.add(
    (next, context) => async (request) => {
      const input = request.input as MeteredInput;
      input.ReturnConsumedCapacity = 'TOTAL';
      meter.requests += 1;
      const kind = READS.has(String(context['commandName'])) ? 'readUnits' : 'writeUnits';
      try {
        const result = await next(request);
        meter[kind] += consumedUnits(result.output as MeteredOutput);
        return result;
      } catch (error) {
        meter[kind] += refusedUnits(error);
        throw error;
      }
    },
    { step: 'initialize', name: 'meter' },
  );
};

/** What the meter looks at in any request and answer. */
interface MeteredInput {
  ReturnConsumedCapacity?: 'TOTAL';
}
interface MeteredOutput {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}
interface Consumed {
  readonly CapacityUnits?: number;
}

const READS = new Set(['BatchGetItemCommand', 'GetItemCommand', 'QueryCommand']);

const consumedUnits = (output: MeteredOutput): number =>
  [output.ConsumedCapacity ?? []].flat().reduce((sum, each) => sum + (each.CapacityUnits ?? 0), 0);

/** A transaction that breaks a rule is a defect of ours and counts nothing. */
const refusedUnits = (error: unknown): number => {
  if (errorName(error) === 'ConditionalCheckFailedException') return 1;
  if (errorName(error) !== 'TransactionCanceledException') return 0;
  const { CancellationReasons = [] } = error as TransactionCanceledException;
  const isRule = CancellationReasons.some(({ Code }) => Code === 'ValidationError');
  return isRule ? 0 : TRANSACTION_FACTOR * CancellationReasons.length;
};
