/**
 * The short way through the SDK, for the operations that functions live on.
 *
 * For every request the SDK works out anew what never changes (endpoint, signing scheme, user agent), and it walks a schema
 * to write and read JSON, although DynamoDB's JSON is its input object but for bytes. Here the first request of an operation
 * goes the whole way and is kept as it comes to the retries; later ones take all of it but the body. From there on
 * everything is the SDK's again: retries, signing, clock skew, connections, and the errors of answers that refuse. See ADR 0068.
 * @module
 */
import type {
  DynamoDBClient,
  ServiceInputTypes,
  ServiceOutputTypes,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type {
  DeserializeHandler,
  DeserializeHandlerArguments,
  DeserializeHandlerOutput,
  DeserializeMiddleware,
  FinalizeHandler,
  FinalizeRequestMiddleware,
  HandlerExecutionContext,
  HttpRequest,
  HttpResponse,
  InitializeMiddleware,
} from '@smithy/types';
import { must } from '#domain/shared/assert.ts';

/** Operations whose inputs and answers hold nothing that JSON does not, but for bytes. */
const OPERATIONS: ReadonlySet<string | undefined> = new Set([
  'BatchExecuteStatementCommand',
  'BatchGetItemCommand',
  'DeleteItemCommand',
  'PutItemCommand',
  'QueryCommand',
  'TransactWriteItemsCommand',
  'UpdateItemCommand',
]);

/**
 * Lets the requests of a client take the short way. It needs `cacheMiddleware`: what is kept is kept with the resolved
 * middleware of an operation. Middleware that others add sees later requests only in the steps `initialize`,
 * `finalizeRequest` and `deserialize`.
 */
export const takeShortWay = ({ middlewareStack, config }: DynamoDBClient): void => {
  const stack = middlewareStack;
  const wayOf = makeWays();
  stack.add(starting(wayOf), { name: 'shortWayStart', step: 'initialize', priority: 'low' });
  stack.addRelativeTo(keeping(wayOf), {
    name: 'shortWayKeep',
    relation: 'before',
    toMiddleware: 'retryMiddleware',
  });
  stack.addRelativeTo(reading(wayOf, config.streamCollector), {
    name: 'shortWayRead',
    relation: 'before',
    toMiddleware: 'deserializerMiddleware',
  });
  stack.addRelativeTo(sending(wayOf), {
    name: 'shortWaySend',
    relation: 'after',
    toMiddleware: 'deserializerMiddleware',
  });
};

type Input = ServiceInputTypes;
type Output = ServiceOutputTypes;
type Sent = DeserializeHandlerArguments<Input>;
type Answer = DeserializeHandlerOutput<Output>;

/** What the middleware of one operation share: the request that was kept, and the places where the way goes on. */
interface Way {
  first?: HttpRequest;
  retry?: FinalizeHandler<Input, Output>;
  send?: DeserializeHandler<Input, Output>;
}

type WayOf = (context: HandlerExecutionContext) => Way;

const makeWays = (): WayOf => {
  const ways = new WeakMap<HandlerExecutionContext, Way>();
  return (context) => {
    const way = ways.get(context) ?? {};
    ways.set(context, way);
    return way;
  };
};

const starting =
  (wayOf: WayOf): InitializeMiddleware<Input, Output> =>
  (next, context) => {
    const way = wayOf(context);
    return async (args) => {
      const body = way.first && wireText(args.input);
      if (way.first === undefined || body === undefined) return next(args);
      return must(way.retry, 'retries')({ ...args, request: withBody(way.first, body) });
    };
  };

const keeping =
  (wayOf: WayOf): FinalizeRequestMiddleware<Input, Output> =>
  (next, context) => {
    const way = wayOf(context);
    way.retry = next;
    if (!OPERATIONS.has(context.commandName)) return next;
    return async (args) => {
      const request = args.request as HttpRequest;
      way.first ??= { ...request, headers: { ...request.headers } };
      return next(args);
    };
  };

const withBody = (first: HttpRequest, body: string): HttpRequest => ({
  ...first,
  headers: { ...first.headers, 'content-length': String(Buffer.byteLength(body)) },
  body,
});

/**
 * The input as DynamoDB takes it; undefined when the SDK would add to it: the token of a transaction, or bytes as base64. A
 * quotation mark inside of a text is escaped, so it never looks like the name of an attribute's type.
 */
const wireText = (input: Input): string | undefined => {
  const { TransactItems, ClientRequestToken } = input as Partial<TransactWriteItemsCommandInput>;
  if (TransactItems && ClientRequestToken === undefined) return undefined;
  const text = JSON.stringify(input);
  return text.includes('"B":{') || text.includes('"BS":[{') ? undefined : text;
};

const reading =
  (
    wayOf: WayOf,
    collect: DynamoDBClient['config']['streamCollector'],
  ): DeserializeMiddleware<Input, Output> =>
  (next, context) => {
    const way = wayOf(context);
    if (!OPERATIONS.has(context.commandName)) return next;
    return async (args) => {
      const answer = await must(way.send, 'connection')(args);
      const response = answer.response as HttpResponse;
      if (response.statusCode >= 300) return next({ ...args, answer } as Sent);
      const { body } = response;
      const output = parseOutput(body instanceof Uint8Array ? body : await collect(body));
      output.$metadata = {
        httpStatusCode: response.statusCode,
        requestId: response.headers['x-amzn-requestid'],
      } as Output['$metadata'];
      return { response, output };
    };
  };

/** Hands an answer that is there already to the SDK's reader, which knows the errors. */
const sending =
  (wayOf: WayOf): DeserializeMiddleware<Input, Output> =>
  (next, context) => {
    wayOf(context).send = next;
    return async (args: Sent & { readonly answer?: Answer }) => args.answer ?? next(args);
  };

const parseOutput = (bytes: Uint8Array): Output => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const output = text === '' ? {} : JSON.parse(text);
  if (text.includes('"B":"') || text.includes('"BS":[')) decodeBytes(output);
  return output;
};

type Json = Record<string, unknown>;

/** Base64 to bytes, in place: a text named `B` stands nowhere but in a value of type binary. */
const decodeBytes = (json: Json): void => {
  for (const [name, value] of Object.entries(json)) {
    if (name === 'B' && typeof value === 'string') json[name] = Buffer.from(value, 'base64');
    else if (name === 'BS' && Array.isArray(value))
      json[name] = value.map((text) => Buffer.from(text, 'base64'));
    else if (typeof value === 'object' && value !== null) decodeBytes(value as Json);
  }
};
