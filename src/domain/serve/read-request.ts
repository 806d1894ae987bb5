/**
 * Request check: query and body against the operation's schemas, and what is wrong told by place, never by value.
 * @module
 */
import type * as z from 'zod/mini';
import type { Json } from '#domain/shared/json.ts';
import { inspectJson } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { integerParameters } from './openapi.ts';
import type { Operation } from './operation.ts';
import type { ApiProblem, RequestFault } from './problems.ts';

/** A request, checked. */
export interface CheckedRequest {
  readonly query: Readonly<Record<string, string | number | undefined>>;
  /** As the operation's schema gives it; `undefined` when the operation takes none. */
  readonly body: unknown;
}

/** Most faults told at once. */
const MAX_FAULTS = 20;

/** A request as it came: the variables of its path, decoded, its query, and its body as text. */
export interface RawRequest {
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
}

/** Checks a request. Fails with `bad-request`. */
export const readRequest = (
  operation: Operation,
  { parameters = {}, query = {}, body: rawBody }: RawRequest,
): Result<CheckedRequest, ApiProblem> => {
  const misnamed = faultsInPath(operation, parameters);
  if (misnamed.length > 0) return bad(misnamed);
  const asked = operation.query?.safeParse(withNumbers(operation, query));
  if (asked && !asked.success)
    return bad(asked.error.issues.map((issue) => faultOf('query:', issue)));
  const body = operation.body ? readBody(operation.body, rawBody) : success(undefined);
  if (!body.ok) return body;
  return success({ query: (asked?.data ?? {}) as CheckedRequest['query'], body: body.value });
};

// An identifier is the matter of whoever looks for it, and longer ones name nobody.
const faultsInPath = (
  { parameters = {} }: Operation,
  given: Readonly<Record<string, string | undefined>>,
): readonly RequestFault[] =>
  Object.entries(parameters)
    .filter(([name]) => name !== 'identifier')
    .flatMap(([name, schema]) =>
      (schema.safeParse(given[name]).error?.issues ?? []).map((issue) => ({
        pointer: `path:${name}`,
        detail: detailOf(issue),
      })),
    );

// What is not written as a plain whole number stays text, which the schema then refuses.
const withNumbers = (
  operation: Operation,
  query: Readonly<Record<string, string | undefined>>,
): Record<string, string | number | undefined> => {
  const integers = integersOf(operation);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      integers.has(name) && /^\d{1,15}$/.test(value ?? '') ? Number(value) : value,
    ]),
  );
};

const known = new Map<string, ReadonlySet<string>>();

// Writing a JSON Schema takes a millisecond: once per operation and process.
const integersOf = (operation: Operation): ReadonlySet<string> => {
  const integers = known.get(operation.id) ?? integerParameters(operation);
  known.set(operation.id, integers);
  return integers;
};

const readBody = (schema: z.ZodMiniType, text = ''): Result<unknown, ApiProblem> => {
  const parsed = parseJson(text);
  if (parsed === undefined) return bad([{ pointer: '#', detail: 'is not JSON' }]);
  if (inspectJson(parsed) !== 'clean')
    return bad([
      { pointer: '#', detail: 'is nested too deeply, or has a key that no object may have' },
    ]);
  const checked = schema.safeParse(parsed);
  return checked.success
    ? success(checked.data)
    : bad(checked.error.issues.map((issue) => faultOf('#/', issue)));
};

const parseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const bad = (errors: readonly RequestFault[]) =>
  failure({
    code: 'bad-request',
    detail: 'Correct what errors names; /v1/docs shows what the route takes.',
    errors: errors.slice(0, MAX_FAULTS),
  } as const);

const faultOf = (prefix: string, issue: z.core.$ZodIssue): RequestFault => ({
  pointer: prefix + issue.path.map(pointerPart).join('/'),
  detail: detailOf(issue),
});

// A path may hold a key that the caller made up; only words without digits are repeated.
const pointerPart = (part: PropertyKey): string =>
  typeof part === 'number' || /^[A-Za-z][A-Za-z_-]{0,39}$/.test(String(part)) ? String(part) : '?';

const detailOf = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `knows no ${issue.keys.slice(0, 5).map(pointerPart).join(', ')}`;
    case 'invalid_type':
      return `must be ${issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `is at most ${String(issue.maximum)}`;
    case 'too_small':
      return `is at least ${String(issue.minimum)}`;
    case 'invalid_format':
      return 'has not the form that is asked for';
    default:
      return 'is not what is asked for';
  }
};
