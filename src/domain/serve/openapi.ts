/**
 * OpenAPI 3.1 document of the API, made from its operations.
 * @module
 */
import * as z from 'zod/mini';
import { SCOPES } from '#domain/definitions/api-scopes.ts';
import { isPaged, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { PROBLEMS } from './problems.ts';
import { ProblemAnswer } from './schemas.ts';
import { byTopic, topicsOf } from './topics.ts';

/** JSON Schema of a value, as it is sent. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A parameter of an operation. */
export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** JSON Schema (draft 2020-12) of a schema, without its dialect. */
export const jsonSchemaOf = (schema: z.ZodMiniType): JsonSchema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return rest;
};

/** The document. */
export const openApiDocument = (operations: readonly Operation[] = OPERATIONS) => ({
  openapi: '3.1.0',
  info: {
    title: 'Tributary',
    version: '1',
    description:
      'One live view of each customer. Problems are RFC 9457 documents; every answer carries Request-Id, ETag and RateLimit; lists are paged with opaque cursors.',
  },
  tags: byTopic(operations).flatMap(([{ name, summary }, some]) =>
    some.length > 0 ? [{ name, description: summary }] : [],
  ),
  paths: pathsOf(operations),
  components: {
    schemas: { Problem: jsonSchemaOf(ProblemAnswer) },
    securitySchemes: {
      writeKey: basic('User: the write key. No password.'),
      readKey: basic('User: the read key. No password.'),
      token: {
        type: 'oauth2',
        flows: {
          clientCredentials: {
            tokenUrl: '/token',
            scopes: Object.fromEntries(Object.values(SCOPES).map((scope) => [scope, scope])),
          },
        },
      },
    },
  },
});

const basic = (description: string) => ({ type: 'http', scheme: 'basic', description });

const pathsOf = (operations: readonly Operation[]): Record<string, Record<string, unknown>> => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationObject(operation),
    };
  }
  return paths;
};

const operationObject = (operation: Operation) => ({
  operationId: operation.id,
  tags: topicsOf(operation),
  summary: operation.summary,
  ...(operation.deprecation ? { deprecated: true } : {}),
  security: securityOf(operation),
  parameters: parametersOf(operation),
  ...(operation.body
    ? {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: jsonSchemaOf(operation.body),
              example: operation.example,
            },
          },
        },
      }
    : {}),
  responses: { ...answersOf(operation), ...problemsOf(operation) },
});

const securityOf = ({ scope, key }: Operation): readonly JsonSchema[] => {
  if (key) return [{ [`${key}Key`]: [] }];
  return scope === undefined ? [] : [{ token: [scope] }];
};

const IDEMPOTENCY_KEY: ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key with the same request changes nothing again and has the same answer, for 24 hours',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};

/** What the data is for; every route that shows any takes it. */
export const PURPOSE: ParameterObject = {
  name: 'X-Purpose',
  in: 'header',
  required: false,
  description:
    'What the data is for, a purpose of the caller’s role; the first of them when absent',
  schema: { type: 'string', maxLength: 40 },
};

/** Path, query and header parameters of an operation. */
export const parametersOf = ({
  parameters = {},
  query,
  once,
  scope,
  key,
}: Operation): readonly ParameterObject[] => [
  ...Object.entries(parameters).map(([name, schema]) =>
    parameter('path', name, jsonSchemaOf(schema)),
  ),
  ...Object.entries(propertiesOf(query)).map(([name, schema]) =>
    parameter('query', name, schema, requiredOf(query).includes(name)),
  ),
  ...(once ? [IDEMPOTENCY_KEY] : []),
  ...(scope !== undefined || key === 'read' ? [PURPOSE] : []),
];

const parameter = (
  place: 'path' | 'query',
  name: string,
  { description, ...schema }: JsonSchema,
  required = true,
): ParameterObject => ({
  name,
  in: place,
  required,
  ...(typeof description === 'string' ? { description } : {}),
  schema,
});

const propertiesOf = (schema: z.ZodMiniType | undefined): Readonly<Record<string, JsonSchema>> =>
  schema === undefined
    ? {}
    : ((jsonSchemaOf(schema)['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);

const requiredOf = (schema: z.ZodMiniType | undefined): readonly string[] =>
  schema === undefined ? [] : ((jsonSchemaOf(schema)['required'] ?? []) as readonly string[]);

/** Names of query parameters that are whole numbers; a query holds text only. */
export const integerParameters = (operation: Operation): ReadonlySet<string> =>
  new Set(
    Object.entries(propertiesOf(operation.query)).flatMap(([name, { type }]) =>
      type === 'integer' ? [name] : [],
    ),
  );

const NOT_MODIFIED = { 304: { description: 'The caller has it already, by If-None-Match' } };

const NEXT_PAGE = {
  headers: {
    Link: {
      description:
        'RFC 8288, rel="next": the query that asks for the next page, relative to the address asked; absent on the last',
      schema: { type: 'string' },
    },
  },
};

const answersOf = (operation: Operation): Record<string, unknown> => ({
  ...(operation.method === 'GET' ? NOT_MODIFIED : {}),
  ...Object.fromEntries(
    Object.entries(operation.answers).map(([status, { type, schema }]) => [
      status,
      {
        description: 'The answer',
        ...(isPaged(operation) ? NEXT_PAGE : {}),
        content: { [type]: schema === undefined ? {} : { schema: jsonSchemaOf(schema) } },
      },
    ]),
  ),
});

// What API Gateway refuses by itself has its form, and never reaches a function: no valid token, a token without the
// scope, too many requests of all callers together.
const BY_GATEWAY = {
  'application/json': {
    schema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
  },
};
const BY_BOTH: ReadonlySet<number> = new Set([403, 429]);

const problemsOf = ({ problems, scope, key }: Operation): Record<string, unknown> => {
  const byStatus = new Map<number, string[]>();
  for (const code of problems) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const isGuarded = scope !== undefined || key !== undefined;
  return {
    ...Object.fromEntries(
      [...byStatus].map(([status, codes]) => [status, problemResponse(status, codes)]),
    ),
    ...(isGuarded ? { 401: { description: 'No valid token or key', content: BY_GATEWAY } } : {}),
  };
};

const problemResponse = (status: number, codes: readonly string[]) => ({
  description: codes.join(', '),
  content: {
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
    ...(BY_BOTH.has(status) ? BY_GATEWAY : {}),
  },
});
