/**
 * Tributary client, generated from the API's description by `npm run reference`. Needs `fetch`, nothing else.
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
  /** Gives the bearer token of a request. */
  readonly token: () => Promise<string>;
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
    super(`${status} ${code ?? ''} ${title ?? ''}`.trim());
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
}

const send = async (settings: ClientSettings, call: Call): Promise<unknown> => {
  const url = new URL(settings.endpoint + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await (settings.fetch ?? fetch)(url, {
    method: call.method,
    headers: {
      authorization: `Bearer ${await settings.token()}`,
      ...(settings.purpose === undefined ? {} : { 'x-purpose': settings.purpose }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson ? await response.json() : await response.text();
  if (!response.ok) throw new TributaryProblem(response.status, isJson ? answer : {});
  return answer;
};

/** What `getProfile` answers. */
export type GetProfileAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly profile?: Readonly<Record<string, { readonly value: string | number | boolean; readonly source: string; readonly masked?: boolean | undefined; /** The source row that the value comes from */ readonly row?: string | undefined; readonly [name: string]: unknown }>> | undefined; readonly identifiers?: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[] | undefined; readonly sources?: readonly ({ readonly source: string; readonly rows: number; readonly lastSeenAt: string | null; readonly [name: string]: unknown })[] | undefined; readonly lastSeenAt?: string | null | undefined; readonly consents?: readonly ({ readonly purpose: string; readonly state: string; readonly [name: string]: unknown })[] | undefined; /** Why fields are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getProfile` is asked. */
export type GetProfileRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Only these members, separated by commas: profile fields, measures, identifiers, sources */ readonly fields?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `listSources` answers. */
export type ListSourcesAnswer = { /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** Hash of the definitions in force */ readonly definitions: string; readonly sources: readonly ({ readonly source: string; readonly position?: string | undefined; readonly committedAt?: string | undefined; readonly lagMs?: number | undefined; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `listSources` is asked. */
export type ListSourcesRequest = {  };

/** The API, a method for each route. */
export interface TributaryClient {
  /** The profile of the customer behind an identifier. */
  getProfile(request: GetProfileRequest): Promise<GetProfileAnswer>;
  /** How fresh every source is. */
  listSources(): Promise<ListSourcesAnswer>;
}

/** Makes a client. */
export const makeClient = (settings: ClientSettings): TributaryClient => ({
  getProfile: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}`, query: { fields: request.fields, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetProfileAnswer,
  listSources: async () => (await send(settings, { method: 'GET', path: `/v1/sources` })) as ListSourcesAnswer,
});
