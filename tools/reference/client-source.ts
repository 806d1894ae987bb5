/**
 * The typed client, written from the operations: one method each, its types from the schemas that check requests.
 * @module
 */
import {
  type JsonSchema,
  jsonSchemaOf,
  type ParameterObject,
  PURPOSE,
  parametersOf,
} from '#domain/serve/openapi.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { typeOf } from './schema-types.ts';

const HEAD = `/**
 * Tributary client, generated from the API's description by \`npm run reference\`. Needs \`fetch\`, nothing else.
 *
 *     const tributary = makeClient({ endpoint: 'https://…', token: async () => '…' });
 *     const profile = await tributary.getProfile({ identifier: 'member-card:610000074' });
 *
 * @module
 */

/** How a client reaches the API. */
export interface ClientSettings {
  /** Base URL, without a slash at the end. */
  readonly endpoint: string;
  /** Gives the bearer token of a request; absent when \`fetch\` signs requests. */
  readonly token?: () => Promise<string>;
  /** What the data is for; the token's role must permit it. */
  readonly purpose?: string;
  readonly fetch?: typeof fetch;
}

/** A problem document of the API (RFC 9457), thrown. */
export class TributaryProblem extends Error {
  override readonly name = 'TributaryProblem';
  readonly status: number;
  readonly code: string;
  readonly document: unknown;

  constructor(status: number, document: unknown) {
    const { code, title } = document as { readonly code?: string; readonly title?: string };
    super(\`\${status} \${code ?? ''} \${title ?? ''}\`.trim());
    this.status = status;
    this.code = code ?? '';
    this.document = document;
  }
}

/** What one call sends. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: object;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

const send = async (settings: ClientSettings, call: Call): Promise<unknown> => {
  const url = new URL(settings.endpoint + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await (settings.fetch ?? fetch)(url, {
    method: call.method,
    headers: {
      ...(settings.token ? { authorization: \`Bearer \${await settings.token()}\` } : {}),
      ...(settings.purpose === undefined ? {} : { 'x-purpose': settings.purpose }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': \`"\${call.idempotencyKey}"\` }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson ? await response.json() : await response.text();
  if (!response.ok) throw new TributaryProblem(response.status, isJson ? answer : {});
  return answer;
};

/** A page of a list. */
interface Page<Entry> {
  readonly data: readonly Entry[];
  readonly cursor: { readonly next: string | null };
}

/**
 * Entries of a list, page after page: \`for await (const order of entriesOf(tributary.getOrders, { identifier }))\`.
 * Asks for a page when it comes to it, so stop when you have enough.
 */
export async function* entriesOf<Request extends { readonly cursor?: string | undefined }, Entry>(
  list: (request: Request) => Promise<Page<Entry>>,
  request: Request,
): AsyncGenerator<Entry> {
  let next: string | null | undefined = request.cursor;
  do {
    const { data, cursor }: Page<Entry> = await list({ ...request, ...(next ? { cursor: next } : {}) });
    yield* data;
    next = cursor.next;
  } while (next !== null);
}
`;

/** The client's whole source. */
export const clientSource = (operations: readonly Operation[]): string =>
  [
    HEAD,
    ...operations.flatMap(typesOf),
    '/** The API, a method for each route. */',
    'export interface TributaryClient {',
    ...operations.map((each) => `  /** ${each.summary}. */\n  ${signatureOf(each)};`),
    '}\n',
    '/** Makes a client. */',
    'export const makeClient = (settings: ClientSettings): TributaryClient => ({',
    ...operations.map(methodOf),
    '});\n',
  ].join('\n');

const upper = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

const typesOf = (operation: Operation): readonly string[] => [
  `/** What \`${operation.id}\` answers. */`,
  `export type ${upper(operation.id)}Answer = ${answerType(operation)};\n`,
  `/** What \`${operation.id}\` is asked. */`,
  `export type ${upper(operation.id)}Request = ${requestType(operation)};\n`,
];

const answerType = ({ answers }: Operation): string =>
  Object.values(answers)
    .map(({ schema }) => (schema === undefined ? 'string' : typeOf(jsonSchemaOf(schema))))
    .join(' | ');

const requestType = (operation: Operation): string => {
  const parameters = argumentsOf(operation);
  const properties = Object.fromEntries(
    parameters.map(({ name, description, schema }): [string, JsonSchema] => [
      argumentOf(name),
      { ...schema, ...(description === undefined ? {} : { description }) },
    ]),
  );
  const required = parameters.filter((it) => it.required).map(({ name }) => argumentOf(name));
  return typeOf({
    type: 'object',
    properties: operation.body ? { ...properties, body: jsonSchemaOf(operation.body) } : properties,
    required: operation.body ? [...required, 'body'] : required,
  });
};

/** `Idempotency-Key` → `idempotencyKey` */
const argumentOf = (name: string): string =>
  name
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())
    .replaceAll(/-([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());

/** Parameters of a single call; what the data is for is a setting of the client. */
const argumentsOf = (operation: Operation): readonly ParameterObject[] =>
  parametersOf(operation).filter((parameter) => parameter !== PURPOSE);

const takesNothing = (operation: Operation): boolean =>
  !operation.body && argumentsOf(operation).length === 0;

const signatureOf = (operation: Operation): string => {
  const { id } = operation;
  const request = takesNothing(operation) ? '' : `request: ${upper(id)}Request`;
  return `${id}(${request}): Promise<${upper(id)}Answer>`;
};

const methodOf = (operation: Operation): string => {
  const { id, method, path, body } = operation;
  const parameters = argumentsOf(operation);
  const query = parameters.filter((it) => it.in === 'query').map(({ name }) => name);
  const template = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name) => `\${encodeURIComponent(request.${name})}`,
  );
  const call = [
    `method: '${method}'`,
    `path: \`${template}\``,
    ...(query.length > 0
      ? [`query: { ${query.map((it) => `${it}: request.${it}`).join(', ')} }`]
      : []),
    ...(body ? ['body: request.body'] : []),
    ...(operation.once ? ['idempotencyKey: request.idempotencyKey'] : []),
  ];
  const argument = takesNothing(operation) ? '' : 'request';
  return `  ${id}: async (${argument}) => (await send(settings, { ${call.join(', ')} })) as ${upper(id)}Answer,`;
};
