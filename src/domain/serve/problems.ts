/**
 * Problems: everything that a caller of the API can be told to have gone wrong, as RFC 9457 problem documents have it.
 *
 * A closed list with one status each, so that a client can switch over `code`, and the OpenAPI document can name what
 * every route answers. A problem never repeats what was asked: it may hold a phone number.
 * @module
 */

/** Status and title by code; the code is also the last part of the document's `type`. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not what the route takes' },
  'bad-identifier': { status: 400, title: 'Not an identifier' },
  'invalid-cursor': { status: 400, title: 'Not a cursor of this query' },
  'not-permitted': { status: 403, title: 'Not permitted' },
  'other-customer': { status: 403, title: 'The token is for another customer' },
  'not-found': { status: 404, title: 'No such customer' },
  'no-such-route': { status: 404, title: 'No such route' },
  ambiguous: { status: 409, title: 'The identifier names several customers' },
  'request-in-progress': { status: 409, title: 'The same request is being worked on' },
  'at-rest': { status: 410, title: 'The customer has no rows any more' },
  erased: { status: 410, title: 'The customer was erased' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'too-much-evidence': { status: 422, title: 'Too much evidence to explain at once' },
  'not-yet-visible': { status: 425, title: 'Not yet visible' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'audit-unavailable': { status: 503, title: 'The read could not be recorded' },
} as const;

/** Code of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with a request: where, as a JSON pointer or `query:<name>`, and what. */
export interface RequestFault {
  readonly pointer: string;
  readonly detail: string;
}

/** What a caller is told. */
export interface ApiProblem {
  readonly code: ProblemCode;
  /** For a person; never holds a value of the request. */
  readonly detail: string;
  readonly errors?: readonly RequestFault[];
  /** Whole seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number;
}

/** The problem document; `instance` is the request's id. */
export const problemDocument = (problem: ApiProblem, requestId: string) => {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `urn:tributary:problem:${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    instance: `urn:request:${requestId}`,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
};

/** The problem in the form of Segment's Profile API. */
export const segmentProblem = ({ code, detail, errors }: ApiProblem) => {
  const where = errors?.map((fault) => `${fault.pointer} ${fault.detail}`).join('; ');
  const message = where === undefined ? detail : `${detail} ${where}`;
  return { error: { code: segmentCode(PROBLEMS[code].status), message } };
};

const segmentCode = (status: number): string => {
  switch (status) {
    case 400:
      return 'validation_error';
    case 401:
    case 403:
      return 'authentication_error';
    case 404:
    case 410:
      return 'not_found';
    case 429:
      return 'rate_limit_error';
    default:
      return 'invalid_request_error';
  }
};
