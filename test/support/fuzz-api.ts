/**
 * Requests that nobody thought of, made from the OpenAPI document: values that fit a schema, values that name somebody, and
 * values that are wrong on purpose. Every answer must be one that the document promises.
 *
 * A seed gives the same requests, so a run can be repeated up to where it failed.
 */
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from '#domain/serve/openapi.ts';
import type { Random } from '#domain/shared/clock.ts';
import { LIN, PARTNER } from './builders/household.ts';
import { seededRandom } from './scheduler.ts';
import type { aWholeApi, WireRequest } from './whole-api.ts';

type Schema = Readonly<Record<string, unknown>>;
type Api = Awaited<ReturnType<typeof aWholeApi>>;

interface Described {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

interface Route extends Described {
  readonly method: string;
  readonly path: string;
}

/** The document as a caller reads it. */
const DOCUMENT = JSON.parse(JSON.stringify(openApiDocument())) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: Schema;
};

/** Every route of the document. */
export const ROUTES: readonly Route[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    ...described,
    method: method.toUpperCase(),
    path,
  })),
);

const NASTY = [
  '',
  ' ',
  '..',
  '../../etc/passwd',
  '%',
  '\u0000',
  '\r\nset-cookie: x=1',
  "' OR 1=1 --",
  'x;id=1&x[]=2',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'ｐｈｏｎｅ：１',
  'Chan\u200b\u202e',
  '\ud800',
  '💍'.repeat(50),
  'x'.repeat(3_000),
  '9'.repeat(400),
  '-1',
  '1e309',
  'NaN',
  'null',
  '2026-02-30',
  '9999999999999999',
  '0',
];

const chance = (random: Random, probability: number): boolean => random() < probability;
const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)] as Value;

/** What names somebody, or did. */
export interface Known {
  /** Identifiers of customers, in the form of a path. */
  readonly identifiers: readonly string[];
  /** How many of them, from the first on, name one customer each. */
  readonly good: number;
  /** OneIDs that tokens may be bound to. */
  readonly customers: readonly string[];
  /** Ids of erasures and extracts, cursors, entity tags that were answered. */
  readonly seen: Map<string, string[]>;
}

/** Whether a request is meant to succeed, and what it may name. */
interface Drawn extends Known {
  readonly tidy: boolean;
}

const textFor = (random: Random, name: string, schema: Schema, known: Drawn): string => {
  const seen = known.seen.get(name) ?? [];
  if (seen.length > 0 && chance(random, 0.6)) return pick(random, seen);
  const fitting = NAMES.has(name) ? namesIn(known) : hintsFor(name, schema);
  const isWell = known.tidy || chance(random, 0.85);
  return isWell && fitting.length > 0 ? pick(random, fitting) : pick(random, NASTY);
};

const namesIn = ({ identifiers, good, tidy }: Drawn): readonly string[] =>
  tidy ? identifiers.slice(0, good) : identifiers;

const hintsFor = (name: string, schema: Schema): readonly string[] =>
  (HINTS[name] ?? TEXTS).filter((text) => isFitting(text, schema));

const isFitting = (text: string, { pattern, maxLength = 1_000 }: Schema): boolean =>
  text.length <= Number(maxLength) &&
  (typeof pattern !== 'string' || new RegExp(pattern).test(text));

/** Parameters that name a customer. */
const NAMES: ReadonlySet<string> = new Set(['identifier', 'identifiers', 'a', 'b', 'id']);

/** What makes sense where a text may be anything. */
const HINTS: Readonly<Record<string, readonly string[]>> = {
  fields: ['name', 'tier', 'orderCount', 'identifiers.phone', 'name,tier'],
  field: ['name', 'identifiers.phone', 'identifiers.member-card', 'orderCount'],
  purpose: ['marketing'],
  phone: [`+852${LIN.phone}`],
  memberCode: [LIN.card, PARTNER.card],
  card: [LIN.card],
  orderNumber: ['LINRECEIPT1', 'PARRECEIPT1', 'NONE'],
};

const TEXTS = [
  ...[LIN.card, LIN.name, PARTNER.card, PARTNER.name, `+852${LIN.phone}`, '4567', '91234567'],
  ...['marketing', 'service', 'sms', 'name', 'tier', 'spend', 'orderCount', 'lastOrderAt'],
  ...['identifiers.phone', 'identifiers.member-card', 'customerId', 'name,tier', 'order', 'case'],
  ...['order,points', 'pos', 'member,crm', '2026-11-01', '2026-11-22T08:00:00Z', 'HKD', 'HK01'],
  ...['RL1', '2026-10', 'call 8841', 'true', 'false', 'user_id:u-1', 'local', 'a b', '香港'],
];

/** A value for a schema; mostly one that fits. */
const valueFor = (random: Random, name: string, schema: Schema, known: Drawn): unknown => {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (options) return valueFor(random, name, pick(random, options), known);
  if (Array.isArray(schema['enum'])) return pick(random, schema['enum'] as readonly unknown[]);
  switch (schema['type']) {
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = 100 } = schema as { minimum?: number; maximum?: number };
      return known.tidy || chance(random, 0.8)
        ? Math.round(minimum + random() * Math.min(200, maximum - minimum))
        : pick(random, [-1, 0.5, 1e21, maximum + 1]);
    }
    case 'boolean':
      return chance(random, 0.5);
    case 'array': {
      const { items = {}, minItems = 0 } = schema as { items?: Schema; minItems?: number };
      const length = known.tidy || chance(random, 0.95) ? minItems + Math.floor(random() * 4) : 150;
      return Array.from({ length }, () => valueFor(random, name, items, known));
    }
    case 'object':
      return objectFor(random, schema, known);
    default:
      return textFor(random, name, schema, known);
  }
};

const objectFor = (random: Random, schema: Schema, known: Drawn): unknown => {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = (schema['required'] ?? []) as readonly string[];
  if (properties.length === 0) return trackingBody(random);
  return Object.fromEntries(
    properties
      .filter(([name]) => required.includes(name) || chance(random, known.tidy ? 0.3 : 0.5))
      .map(([name, property]) => [name, valueFor(random, name, property, known)]),
  );
};

/** Members that a call may have, each with how often it has it. */
const CALL: readonly (readonly [name: string, share: number, values: readonly unknown[]])[] = [
  ['type', 1, ['identify', 'track', 'page', 'screen', 'group', 'alias', 'other']],
  ['userId', 0.8, ['u-1', 'u-2', ...NASTY]],
  ['anonymousId', 0.5, ['a-1', 'a-2']],
  ['event', 0.6, ['Product Viewed', '']],
  ['previousId', 0.3, ['u-0']],
  ['groupId', 0.3, ['g-1', 7]],
  ['timestamp', 0.5, ['2026-11-22T08:00:00Z', ...NASTY]],
  ['messageId', 0.9, ['m-1', 'm-2', 'm-3', ...NASTY]],
  ['traits', 0.3, [{ phone: '1' }, [], 'x']],
];

/** What the Tracking API is sent; its schema is open. */
const trackingBody = (random: Random): unknown => {
  const call = () =>
    Object.fromEntries(
      CALL.filter(([, share]) => chance(random, share)).map(([name, , values]) => [
        name,
        pick(random, values),
      ]),
    );
  return chance(random, 0.5)
    ? { ...call(), batch: Array.from({ length: Math.floor(random() * 5) }, call) }
    : call();
};

/** Breaks a body in one of the ways that bodies are broken. */
const broken = (random: Random, body: unknown): string => {
  const text = JSON.stringify(body) ?? '';
  switch (Math.floor(random() * 8)) {
    case 0:
      return text.slice(0, Math.floor(text.length / 2));
    case 1:
      return `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    case 2:
      return JSON.stringify({ ...(body as object), unheardOf: 1 });
    case 3:
      return `{"__proto__":{"role":"admin"},${text.slice(1)}`;
    case 4:
      return pick(random, ['', 'null', '[]', '7', '"x"', 'true', '\u0000']);
    case 5:
      return JSON.stringify({ ...(body as object), fields: 'x'.repeat(300 * 1024) });
    case 6:
      return text.replaceAll(/"[^"]*"(?=[,}\]])/g, '{"a":[1]}');
    default:
      return text.replaceAll(/\d+/g, '1e400');
  }
};

interface Asking {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
}

const callerFor = (random: Random, { customers, tidy }: Drawn): Asking => {
  const client_id = `c${Math.floor(random() * 50)}`;
  if (tidy) return { claims: { client_id: 'desk', c360_role: 'admin' } };
  const role = pick(random, [
    ...['admin', 'admin', 'service', 'store', 'marketing', 'analyst', 'member', 'nobody'],
    undefined,
  ]);
  const bound = role === 'member' || chance(random, 0.05) ? pick(random, customers) : undefined;
  return {
    claims: {
      client_id,
      ...(role === undefined ? {} : { c360_role: role }),
      ...(bound === undefined ? {} : { c360_customer: bound }),
      ...(chance(random, 0.1) ? { c360_brands: pick(random, [['aurora'], ['bloom'], []]) } : {}),
      ...(chance(random, 0.1) ? { c360_markets: pick(random, [['HK'], ['CN', 'HK'], []]) } : {}),
    },
    ...(chance(random, 0.03) ? { scopes: ['c360/other'] } : {}),
  };
};

/** A request, and the customer that its token is bound to. */
interface Fuzzed {
  readonly route: Route;
  readonly request: WireRequest;
  readonly bound: unknown;
}

const requestFor = async (random: Random, api: Api, all: Known): Promise<Fuzzed> => {
  const known = { ...all, tidy: chance(random, 0.4) };
  const { tidy } = known;
  const route = pick(random, ROUTES);
  const value = (name: string, schema: Schema) => String(valueFor(random, name, schema, known));
  const of = (place: string) => route.parameters.filter((it) => it.in === place);
  const path = of('path').reduce(
    (filled, { name, schema }) =>
      filled.replace(`{${name}}`, () => encoded(random, value(name, schema))),
    route.path,
  );
  const asked = of('query').filter(({ required }) => required || chance(random, tidy ? 0.1 : 0.3));
  const query = [
    ...asked.map(({ name, schema }) => [name, value(name, schema)] as const),
    ...(!tidy && chance(random, 0.05) ? [['unheardOf', pick(random, NASTY)] as const] : []),
  ].map(([name, text]) => `${name}=${encoded(random, text)}`);
  const schema = route.requestBody?.content['application/json']?.schema;
  const body = schema && valueFor(random, 'body', schema, known);
  const caller = callerFor(random, known);
  const text = !tidy && chance(random, 0.3) ? broken(random, body) : JSON.stringify(body);
  return {
    route,
    bound: caller.claims['c360_customer'],
    request: {
      method: route.method,
      url: `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
      headers: {
        ...headersFor(random, known),
        ...(await authorization(random, api, route, caller)),
      },
      ...(body === undefined ? {} : { body: text }),
    },
  };
};

// A path may come encoded twice, or as it is; what is no path at all is answered by the gateway.
const encoded = (random: Random, text: string): string => {
  const plain = encodeURIComponent(text.toWellFormed());
  if (chance(random, 0.02)) return `${plain}%zz`;
  return chance(random, 0.03) ? encodeURIComponent(plain) : plain;
};

const authorization = async (
  random: Random,
  api: Api,
  { security }: Route,
  { claims, scopes }: Asking,
): Promise<Readonly<Record<string, string>>> => {
  const [scheme] = Object.keys(security[0] ?? {});
  if (scheme === undefined) return {};
  if (chance(random, 0.02)) return { authorization: pick(random, ['', 'Bearer x', 'Basic Og==']) };
  if (scheme === 'token') return { authorization: await api.token(claims, scopes) };
  return { authorization: api.key(scheme === 'writeKey' ? 'write' : 'read') };
};

const headersFor = (random: Random, { seen }: Known): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  ...(chance(random, 0.3)
    ? { 'x-purpose': pick(random, ['service', 'marketing', 'analytics', 'operations', 'x', '']) }
    : {}),
  ...(chance(random, 0.3)
    ? { 'idempotency-key': pick(random, ['"k-1"', 'k-2', `"${random()}"`, '', '"', 'a b']) }
    : {}),
  ...(chance(random, 0.3) ? { 'accept-encoding': 'gzip' } : {}),
  ...(chance(random, 0.2) ? { 'x-strict': '1' } : {}),
  ...(chance(random, 0.2) ? { 'if-none-match': pick(random, seen.get('etag') ?? ['*']) } : {}),
});

const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: 'document', components: DOCUMENT.components });
const validators = new Map<string, (value: unknown) => boolean>();

const violationOf = (
  { operationId, responses }: Route,
  status: number,
  type: string,
  value: unknown,
): string | undefined => {
  const content = responses[String(status)]?.content;
  if (!responses[String(status)]) return `${status} is not described`;
  if (status === 304) return undefined;
  const described = content?.[type] ?? content?.[type.split(';')[0] ?? ''];
  if (!described) return `${status} as ${type} is not described`;
  if (!described.schema) return undefined;
  const name = `${operationId} ${status} ${type}`;
  const text = JSON.stringify(described.schema).replaceAll('"#/', '"document#/');
  const valid = validators.get(name) ?? ajv.compile(JSON.parse(text) as object);
  validators.set(name, valid);
  if (valid(value)) return undefined;
  return `${status} does not fit its schema: ${ajv.errorsText((valid as { errors?: never }).errors)}`;
};

type Answer = Awaited<ReturnType<Api['ask']>>;

/** What is wrong with an answer, if anything. */
const faultOf = ({ route, request, bound }: Fuzzed, answer: Answer): string | undefined => {
  const { status, headers, body } = answer;
  if (status >= 500) return String(status);
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const text = bytes.toString('utf8');
  if (/\bat .*\.(ts|js):\d|node_modules/.test(text)) return 'tells a stack trace';
  if (isNoRoute(request, answer, text)) return undefined;
  const type = String(headers['content-type'] ?? '');
  const value: unknown = /json/.test(type) && text !== '' ? JSON.parse(text) : text;
  return (
    violationOf(route, status, type, value) ??
    withoutHeader(route, answer, value) ??
    strangerIn(text, bound)
  );
};

// A path that cannot be decoded, or that is none any more, never reaches the function of its route.
const isNoRoute = ({ url }: WireRequest, { status }: Answer, text: string): boolean => {
  const path = url.split('?')[0] ?? '';
  if (status === 404 && text.includes('"no-such-route"')) return /\/(\/|$)/.test(path);
  try {
    decodeURIComponent(path);
    return false;
  } catch {
    return status === 400;
  }
};

/** A header that every answer of a function has. */
const withoutHeader = (
  { operationId }: Route,
  { headers }: Answer,
  value: unknown,
): string | undefined => {
  const isByGateway = Object.hasOwn(Object(value), 'message');
  const wanted = operationId.startsWith('track') ? ['request-id'] : ['request-id', 'ratelimit'];
  const missing = wanted.find((name) => headers[name] === undefined);
  return isByGateway || missing === undefined ? undefined : `has no header ${missing}`;
};

const strangerIn = (text: string, bound: unknown): string | undefined => {
  if (typeof bound !== 'string') return undefined;
  const ids = [...text.matchAll(/"customerId":"([^"]+)"/g)].map(([, id]) => id);
  return ids.some((id) => id !== bound) ? 'shows another customer than the token’s' : undefined;
};

/** A request whose answer is not what the document promises. */
export interface FuzzFinding {
  readonly number: number;
  readonly operation: string;
  readonly fault: string;
  readonly request: WireRequest;
}

/** What a run has found, and how often each route has answered with which status. */
export interface FuzzReport {
  readonly findings: readonly FuzzFinding[];
  readonly answers: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Asks an API that many requests. Ends at the first ten findings. */
export const fuzzApi = async (
  api: Api,
  known: Known,
  { seed, requests }: { readonly seed: number; readonly requests: number },
): Promise<FuzzReport> => {
  const random = seededRandom(seed);
  const findings: FuzzFinding[] = [];
  const answers = new Map<string, Map<number, number>>();
  for (let number = 1; number <= requests && findings.length < 10; number++) {
    const fuzzed = await requestFor(random, api, known);
    const answer = await api.ask(fuzzed.request);
    const { operationId } = fuzzed.route;
    const counts = answers.get(operationId) ?? new Map<number, number>();
    answers.set(operationId, counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1));
    const fault = faultOf(fuzzed, answer);
    if (fault !== undefined)
      findings.push({ number, operation: operationId, fault, request: fuzzed.request });
    remember(known, answer);
  }
  return { findings, answers };
};

const remember = ({ seen }: Known, { status, headers, body }: Answer): void => {
  const keep = (name: string, value: unknown) => {
    const values = seen.get(name) ?? [];
    if (typeof value === 'string' && values.length < 20) seen.set(name, [...values, value]);
  };
  keep('etag', headers['etag']);
  if (status >= 300 || headers['content-encoding'] || !/json/.test(String(headers['content-type'])))
    return;
  const value = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
  keep('erasureId', value['erasureId']);
  keep('extractId', value['extractId']);
  keep('cursor', (value['cursor'] as { next?: unknown } | undefined)?.next);
};
