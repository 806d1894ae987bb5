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
  /** Gives the bearer token of a request; absent when `fetch` signs requests. */
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
      ...(settings.token ? { authorization: `Bearer ${await settings.token()}` } : {}),
      ...(settings.purpose === undefined ? {} : { 'x-purpose': settings.purpose }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': `"${call.idempotencyKey}"` }),
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
 * Entries of a list, page after page: `for await (const order of entriesOf(tributary.getOrders, { identifier }))`.
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

/** What `getProfile` answers. */
export type GetProfileAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** By field: the value that wins, and its source row; measures stand beside it */ readonly profile?: Readonly<Record<string, { readonly value: string | number | boolean; readonly source: string; readonly masked?: boolean | undefined; /** The source row that the value comes from */ readonly row?: string | undefined; readonly [name: string]: unknown }>> | undefined; /** What the customer is known by */ readonly identifiers?: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[] | undefined; /** What each source contributes */ readonly sources?: readonly ({ readonly source: string; /** Live rows; absent, like the times, where the role may not know of all kinds of its entries */ readonly rows?: number | undefined; readonly lastSeenAt?: string | null | undefined; readonly [name: string]: unknown })[] | undefined; /** Latest of all rows, ISO 8601 UTC */ readonly lastSeenAt?: string | null | undefined; /** How each purpose that asks for consent stands */ readonly consents?: readonly ({ readonly purpose: string; readonly state: string; readonly brands?: readonly ({ readonly brand: string; readonly state: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown })[] | undefined; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getProfile` is asked. */
export type GetProfileRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Only these members, separated by commas: profile fields, measures, identifiers, sources */ readonly fields?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getIdentifiers` answers. */
export type GetIdentifiersAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly identifiers: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getIdentifiers` is asked. */
export type GetIdentifiersRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getTraits` answers. */
export type GetTraitsAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly traits: Readonly<Record<string, { readonly value: unknown; /** How the value was chosen or computed */ readonly rule: string; /** When its row was set at the source */ readonly setAt?: string | undefined; /** In the order in which they would follow */ readonly others?: readonly ({ readonly value: unknown; readonly source: string; readonly masked?: boolean | undefined; readonly row?: string | undefined; /** When its row was set at the source */ readonly setAt?: string | undefined; /** What decided; same when it says what is shown */ readonly lostBy: "verified" | "frequency" | "source" | "recency" | "row-key" | "same"; readonly why: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown }>>; readonly [name: string]: unknown };

/** What `getTraits` is asked. */
export type GetTraitsRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getCustomerSources` answers. */
export type GetCustomerSourcesAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly sources: readonly ({ readonly source: string; /** Live rows; absent, like the times, where the role may not know of all kinds of its entries */ readonly rows?: number | undefined; readonly lastSeenAt?: string | null | undefined; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getCustomerSources` is asked. */
export type GetCustomerSourcesRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getTimeline` answers. */
export type GetTimelineAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getTimeline` is asked. */
export type GetTimelineRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined; /** Only these kinds */ readonly kinds?: string | undefined };

/** What `getOrders` answers. */
export type GetOrdersAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getOrders` is asked. */
export type GetOrdersRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getPoints` answers. */
export type GetPointsAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getPoints` is asked. */
export type GetPointsRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getCoupons` answers. */
export type GetCouponsAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getCoupons` is asked. */
export type GetCouponsRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined; /** Only coupons that this store can redeem now; one that names no stores is good in all */ readonly redeemableAt?: string | undefined };

/** What `getCases` answers. */
export type GetCasesAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getCases` is asked. */
export type GetCasesRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `getConsents` answers. */
export type GetConsentsAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getConsents` is asked. */
export type GetConsentsRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Entries of a page, 20 when absent */ readonly limit?: number | undefined; /** cursor.next of the page before */ readonly cursor?: string | undefined; /** From this instant on */ readonly from?: string | undefined; /** Before this instant */ readonly until?: string | undefined; /** Only these sources */ readonly sources?: string | undefined; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `recordConsent` answers. */
export type RecordConsentAnswer = { readonly customerId: string; readonly decision: { /** The same for a request with the same Idempotency-Key */ readonly id: string; readonly purpose: string; readonly channel?: string | undefined; readonly brand?: string | undefined; readonly state: "granted" | "withdrawn"; readonly at: string; readonly [name: string]: unknown }; readonly [name: string]: unknown };

/** What `recordConsent` is asked. */
export type RecordConsentRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** The same key with the same request changes nothing again and has the same answer, for 24 hours */ readonly idempotencyKey?: string | undefined; readonly body: { /** A purpose of the access policy */ readonly purpose: string; /** Only for this channel: sms, email, … */ readonly channel?: string | undefined; /** Only for this brand; all brands when absent */ readonly brand?: string | undefined; readonly state: "granted" | "withdrawn"; /** When the customer decided, UTC; now when absent */ readonly at?: string | undefined; /** Who took it down; the client when absent */ readonly actor?: string | undefined; /** Version of the notice that the customer was shown */ readonly notice?: string | undefined; /** Where the proof is: a form, a recording, a link */ readonly evidence?: string | undefined } };

/** What `exportCustomer` answers. */
export type ExportCustomerAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly records: readonly ({ readonly source: string; readonly fields: Readonly<Record<string, unknown>>; readonly identifiers: readonly ({ readonly namespace: string; readonly value: string; readonly [name: string]: unknown })[]; readonly [name: string]: unknown })[]; /** Entries of the kinds of which the role may see any field */ readonly activity: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `exportCustomer` is asked. */
export type ExportCustomerRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `eraseCustomer` answers. */
export type EraseCustomerAnswer = { readonly erasureId: string; readonly state: "running" | "done"; /** What it is at */ readonly step: string; /** ISO 8601, UTC */ readonly requestedAt: string; /** ISO 8601, UTC */ readonly completedAt?: string | undefined; /** What was erased where, and what could not be */ readonly certificate?: { readonly seal: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `eraseCustomer` is asked. */
export type EraseCustomerRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** The same key with the same request changes nothing again and has the same answer, for 24 hours */ readonly idempotencyKey?: string | undefined };

/** What `getErasure` answers. */
export type GetErasureAnswer = { readonly erasureId: string; readonly state: "running" | "done"; /** What it is at */ readonly step: string; /** ISO 8601, UTC */ readonly requestedAt: string; /** ISO 8601, UTC */ readonly completedAt?: string | undefined; /** What was erased where, and what could not be */ readonly certificate?: { readonly seal: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown };

/** What `getErasure` is asked. */
export type GetErasureRequest = { /** Id as it was answered, era_… */ readonly erasureId: string };

/** What `requestCorrection` answers. */
export type RequestCorrectionAnswer = { readonly correctionId: string; readonly field: string; /** ISO 8601, UTC */ readonly requestedAt: string; /** done when each of the rows has changed since */ readonly state: "open" | "done"; readonly rows: readonly ({ readonly source: string; readonly row?: string | undefined; readonly changed: boolean; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `requestCorrection` is asked. */
export type RequestCorrectionRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** The same key with the same request changes nothing again and has the same answer, for 24 hours */ readonly idempotencyKey?: string | undefined; readonly body: { /** A profile field, or identifiers.<namespace> */ readonly field: string; /** What it should be */ readonly wanted?: string | undefined } };

/** What `listCorrections` answers. */
export type ListCorrectionsAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; readonly data: readonly ({ readonly correctionId: string; readonly field: string; /** ISO 8601, UTC */ readonly requestedAt: string; /** done when each of the rows has changed since */ readonly state: "open" | "done"; readonly rows: readonly ({ readonly source: string; readonly row?: string | undefined; readonly changed: boolean; readonly [name: string]: unknown })[]; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `listCorrections` is asked. */
export type ListCorrectionsRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string };

/** What `createExtract` answers. */
export type CreateExtractAnswer = { readonly extractId: string; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; readonly state: "running" | "done" | "failed" | "withdrawn" | "expired"; /** Part of all customers that was looked at, 0 to 1 */ readonly progress: number; readonly customers: number; readonly rows: number; /** ISO 8601, UTC */ readonly requestedAt: string; /** ISO 8601, UTC */ readonly completedAt?: string | undefined; /** Code of what ended it */ readonly problem?: string | undefined; readonly files?: readonly ({ /** Fetch it without a token, before expiresAt */ readonly url: string; readonly rows: number; readonly bytes: number; /** ISO 8601, UTC */ readonly expiresAt: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown };

/** What `createExtract` is asked. */
export type CreateExtractRequest = { /** The same key with the same request changes nothing again and has the same answer, for 24 hours */ readonly idempotencyKey?: string | undefined; readonly body: { /** Columns, in their order */ readonly fields: readonly (string)[]; /** Conditions that all must hold; every customer when absent */ readonly filter?: readonly ({ /** A profile field, a measure, lastSeenAt, identifiers.<namespace>; as a column also customerId */ readonly field: string; readonly is: "equal" | "not-equal" | "at-least" | "at-most" | "known" | "unknown"; readonly value?: string | number | boolean | undefined; /** Of money: which */ readonly currency?: string | undefined })[] | undefined; readonly format: "csv" | "ndjson" | "parquet" } };

/** What `getExtract` answers. */
export type GetExtractAnswer = { readonly extractId: string; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; readonly state: "running" | "done" | "failed" | "withdrawn" | "expired"; /** Part of all customers that was looked at, 0 to 1 */ readonly progress: number; readonly customers: number; readonly rows: number; /** ISO 8601, UTC */ readonly requestedAt: string; /** ISO 8601, UTC */ readonly completedAt?: string | undefined; /** Code of what ended it */ readonly problem?: string | undefined; readonly files?: readonly ({ /** Fetch it without a token, before expiresAt */ readonly url: string; readonly rows: number; readonly bytes: number; /** ISO 8601, UTC */ readonly expiresAt: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown };

/** What `getExtract` is asked. */
export type GetExtractRequest = { /** Id as it was answered, ext_… */ readonly extractId: string };

/** What `getGraph` answers. */
export type GetGraphAnswer = { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Hash of the rules in force */ readonly rules: string; readonly units: readonly ({ /** A row that describes a customer, or rows that refer to one alike */ readonly kind: "party" | "fact"; /** Live rows; absent of facts where the role may not know of all kinds */ readonly rows?: number | undefined; /** Some of the rows that the role may know of, with the commit of their latest change */ readonly samples: readonly ({ readonly source: string; readonly table: string; readonly row?: string | undefined; readonly at: string | null; readonly [name: string]: unknown })[]; readonly id: string; readonly [name: string]: unknown })[]; readonly values: readonly ({ readonly namespace: string; /** 1 is the strongest */ readonly priority: number; readonly use: "links" | "guards" | "shared" | "decision" | "score"; /** null when the role may not see it, or only facts hold it */ readonly value: string | null; readonly decision?: { readonly actor: string; readonly reason: string; readonly at: string; readonly [name: string]: unknown } | undefined; readonly id: string; readonly [name: string]: unknown })[]; readonly edges: readonly ({ readonly unit: string; readonly value: string; readonly verified: boolean; readonly [name: string]: unknown })[]; /** Values that would join it with other customers, and may not */ readonly held: readonly ({ readonly value: string; readonly reasons: readonly (string)[]; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getGraph` is asked. */
export type GetGraphRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly identifier: string; /** Answer only when the view has reached this version; wait for it at most timeoutMs */ readonly minVersion?: number | undefined; /** Longest wait for minVersion, 1000 when absent */ readonly timeoutMs?: number | undefined };

/** What `why` answers. */
export type WhyAnswer = { /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Hash of the rules in force */ readonly rules: string; readonly sameCustomer: boolean; readonly customerId?: string | undefined; /** The customers of a and b, in this order */ readonly customers?: readonly (string | null)[] | undefined; /** The shortest way from a to b; empty when one row holds both */ readonly path?: readonly ({ readonly from: { /** A row that describes a customer, or rows that refer to one alike */ readonly kind: "party" | "fact"; /** Live rows; absent of facts where the role may not know of all kinds */ readonly rows?: number | undefined; /** Some of the rows that the role may know of, with the commit of their latest change */ readonly samples: readonly ({ readonly source: string; readonly table: string; readonly row?: string | undefined; readonly at: string | null; readonly [name: string]: unknown })[]; readonly [name: string]: unknown }; readonly to: { /** A row that describes a customer, or rows that refer to one alike */ readonly kind: "party" | "fact"; /** Live rows; absent of facts where the role may not know of all kinds */ readonly rows?: number | undefined; /** Some of the rows that the role may know of, with the commit of their latest change */ readonly samples: readonly ({ readonly source: string; readonly table: string; readonly row?: string | undefined; readonly at: string | null; readonly [name: string]: unknown })[]; readonly [name: string]: unknown }; readonly value: { readonly namespace: string; /** 1 is the strongest */ readonly priority: number; readonly use: "links" | "guards" | "shared" | "decision" | "score"; /** null when the role may not see it, or only facts hold it */ readonly value: string | null; readonly decision?: { readonly actor: string; readonly reason: string; readonly at: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown }; /** Where rules score pairs: logarithm of the odds that two rows are one person, and what it is made of */ readonly score?: { readonly weight: number; readonly thresholds: { readonly link: number; readonly review: number; readonly [name: string]: unknown }; readonly model: string; readonly corroborated: boolean; readonly findings: readonly ({ readonly comparison: string; readonly level: string; readonly weight: number; readonly [name: string]: unknown })[]; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown };

/** What `why` is asked. */
export type WhyRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly a: string; /** namespace:value, namespace:scope:value or customerId:one_… */ readonly b: string };

/** What `whyNot` answers. */
export type WhyNotAnswer = { /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Hash of the rules in force */ readonly rules: string; readonly sameCustomer: boolean; readonly customerId?: string | undefined; /** The customers of a and b, in this order */ readonly customers?: readonly (string | null)[] | undefined; /** The strongest first */ readonly obstacles?: readonly ({ readonly kind: "never-link" | "held" | "shared" | "not-at-one-time" | "guard" | "unlike" | "no-common-value"; readonly reason?: string | undefined; readonly value?: { readonly namespace: string; /** 1 is the strongest */ readonly priority: number; readonly use: "links" | "guards" | "shared" | "decision" | "score"; /** null when the role may not see it, or only facts hold it */ readonly value: string | null; readonly decision?: { readonly actor: string; readonly reason: string; readonly at: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown } | undefined; /** Where rules score pairs: logarithm of the odds that two rows are one person, and what it is made of */ readonly score?: { readonly weight: number; readonly thresholds: { readonly link: number; readonly review: number; readonly [name: string]: unknown }; readonly model: string; readonly corroborated: boolean; readonly findings: readonly ({ readonly comparison: string; readonly level: string; readonly weight: number; readonly [name: string]: unknown })[]; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown };

/** What `whyNot` is asked. */
export type WhyNotRequest = { /** namespace:value, namespace:scope:value or customerId:one_… */ readonly a: string; /** namespace:value, namespace:scope:value or customerId:one_… */ readonly b: string };

/** What `batchProfiles` answers. */
export type BatchProfilesAnswer = { readonly data: readonly ({ readonly index: number; readonly profile?: { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** By field: the value that wins, and its source row; measures stand beside it */ readonly profile?: Readonly<Record<string, { readonly value: string | number | boolean; readonly source: string; readonly masked?: boolean | undefined; /** The source row that the value comes from */ readonly row?: string | undefined; readonly [name: string]: unknown }>> | undefined; /** What the customer is known by */ readonly identifiers?: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[] | undefined; /** What each source contributes */ readonly sources?: readonly ({ readonly source: string; /** Live rows; absent, like the times, where the role may not know of all kinds of its entries */ readonly rows?: number | undefined; readonly lastSeenAt?: string | null | undefined; readonly [name: string]: unknown })[] | undefined; /** Latest of all rows, ISO 8601 UTC */ readonly lastSeenAt?: string | null | undefined; /** How each purpose that asks for consent stands */ readonly consents?: readonly ({ readonly purpose: string; readonly state: string; readonly brands?: readonly ({ readonly brand: string; readonly state: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown })[] | undefined; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown } | undefined; readonly problem?: { readonly type: string; readonly title: string; readonly status: number; readonly detail: string; readonly code: string; readonly instance: string; readonly errors?: readonly ({ readonly pointer: string; readonly detail: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `batchProfiles` is asked. */
export type BatchProfilesRequest = { readonly body: { readonly identifiers: readonly (string)[]; /** Only these members, separated by commas: profile fields, measures, identifiers, sources */ readonly fields?: string | undefined } };

/** What `searchCustomers` answers. */
export type SearchCustomersAnswer = { readonly data: readonly ({ /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** By field: the value that wins, and its source row; measures stand beside it */ readonly profile?: Readonly<Record<string, { readonly value: string | number | boolean; readonly source: string; readonly masked?: boolean | undefined; /** The source row that the value comes from */ readonly row?: string | undefined; readonly [name: string]: unknown }>> | undefined; /** What the customer is known by */ readonly identifiers?: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[] | undefined; /** What each source contributes */ readonly sources?: readonly ({ readonly source: string; /** Live rows; absent, like the times, where the role may not know of all kinds of its entries */ readonly rows?: number | undefined; readonly lastSeenAt?: string | null | undefined; readonly [name: string]: unknown })[] | undefined; /** Latest of all rows, ISO 8601 UTC */ readonly lastSeenAt?: string | null | undefined; /** How each purpose that asks for consent stands */ readonly consents?: readonly ({ readonly purpose: string; readonly state: string; readonly brands?: readonly ({ readonly brand: string; readonly state: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown })[] | undefined; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown })[]; readonly hasMore: boolean; readonly [name: string]: unknown };

/** What `searchCustomers` is asked. */
export type SearchCustomersRequest = { readonly body: { /** Whole name, in any case and width */ readonly name?: string | undefined; /** Last 4, 6 or 8 digits of a phone number */ readonly phoneTail?: string | undefined; /** Member card */ readonly card?: string | undefined } };

/** What `findPickup` answers. */
export type FindPickupAnswer = { readonly customer: { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** By field: the value that wins, and its source row; measures stand beside it */ readonly profile?: Readonly<Record<string, { readonly value: string | number | boolean; readonly source: string; readonly masked?: boolean | undefined; /** The source row that the value comes from */ readonly row?: string | undefined; readonly [name: string]: unknown }>> | undefined; /** What the customer is known by */ readonly identifiers?: readonly ({ readonly namespace: string; readonly scope?: string | undefined; readonly value: string; readonly masked?: boolean | undefined; readonly verified: boolean; readonly sources: readonly (string)[]; readonly [name: string]: unknown })[] | undefined; /** What each source contributes */ readonly sources?: readonly ({ readonly source: string; /** Live rows; absent, like the times, where the role may not know of all kinds of its entries */ readonly rows?: number | undefined; readonly lastSeenAt?: string | null | undefined; readonly [name: string]: unknown })[] | undefined; /** Latest of all rows, ISO 8601 UTC */ readonly lastSeenAt?: string | null | undefined; /** How each purpose that asks for consent stands */ readonly consents?: readonly ({ readonly purpose: string; readonly state: string; readonly brands?: readonly ({ readonly brand: string; readonly state: string; readonly [name: string]: unknown })[] | undefined; readonly [name: string]: unknown })[] | undefined; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown }; readonly orders: { /** The OneID in force */ readonly customerId: string; /** The former OneID that was asked for */ readonly redirectedFrom?: string | undefined; /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** Grows with every change of the view; pass it as minVersion */ readonly version: number; /** Entries of the kinds of which the role may see any field */ readonly data: readonly ({ readonly kind: string; readonly at: string | null; readonly source: string; readonly row?: string | undefined; readonly brand?: string | undefined; readonly state?: string | undefined; readonly fields: Readonly<Record<string, unknown>>; readonly [name: string]: unknown })[]; readonly cursor: { readonly next: string | null; readonly hasMore: boolean; readonly limit: number; readonly [name: string]: unknown }; /** Why fields or rows are missing although the role could see them */ readonly withheld?: { readonly reason: string; readonly purpose: string; readonly state: string; /** Only the rows of these brands */ readonly brands?: readonly (string)[] | undefined; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown }; readonly [name: string]: unknown };

/** What `findPickup` is asked. */
export type FindPickupRequest = { readonly body: { readonly orderNumber?: string | undefined; /** With country code */ readonly phone?: string | undefined; /** Content of the member QR code: the card number */ readonly memberCode?: string | undefined } };

/** What `listSources` answers. */
export type ListSourcesAnswer = { /** Complete up to this commit of every source */ readonly asOf: string | null; /** Milliseconds since then */ readonly lagMs: number | null; /** Hash of the definitions in force */ readonly definitions: string; readonly sources: readonly ({ readonly source: string; readonly position?: string | undefined; readonly committedAt?: string | undefined; readonly lagMs?: number | undefined; readonly servable?: { readonly commitToServableMs: number; readonly changes: number; readonly measuredAt: string; readonly [name: string]: unknown } | undefined; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `listSources` is asked. */
export type ListSourcesRequest = {  };

/** What `getMemberActivity` answers. */
export type GetMemberActivityAnswer = { /** When the pass began; windows count back from here */ readonly asOf: string; /** Milliseconds since then */ readonly lagMs: number; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** When it had read everything */ readonly completeAt: string; /** Hash of the definitions it was made by */ readonly definitions: string; readonly customers: number; readonly tiers: readonly ({ readonly tier: string | null; readonly customers: number; readonly active: readonly ({ readonly days: number; readonly customers: number; readonly [name: string]: unknown })[]; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getMemberActivity` is asked. */
export type GetMemberActivityRequest = {  };

/** What `getChannelConversion` answers. */
export type GetChannelConversionAnswer = { /** When the pass began; windows count back from here */ readonly asOf: string; /** Milliseconds since then */ readonly lagMs: number; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** When it had read everything */ readonly completeAt: string; /** Hash of the definitions it was made by */ readonly definitions: string; readonly channels: readonly ({ readonly source: string; readonly customers: number; readonly buyers: number; /** buyers / customers, four decimals */ readonly conversion: number; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getChannelConversion` is asked. */
export type GetChannelConversionRequest = {  };

/** What `getSalesTrend` answers. */
export type GetSalesTrendAnswer = { /** When the pass began; windows count back from here */ readonly asOf: string; /** Milliseconds since then */ readonly lagMs: number; /** By source: log position, commit time and lag; null of one that was not heard of */ readonly positions: Readonly<Record<string, { /** Position in the source’s log, fixed width */ readonly position: string; /** ISO 8601, UTC */ readonly committedAt: string; readonly lagMs: number; readonly [name: string]: unknown } | null>>; /** When it had read everything */ readonly completeAt: string; /** Hash of the definitions it was made by */ readonly definitions: string; readonly days: readonly ({ readonly day: string; readonly source: string; readonly brand: string | null; readonly [name: string]: unknown })[]; readonly [name: string]: unknown };

/** What `getSalesTrend` is asked. */
export type GetSalesTrendRequest = { /** First day; 92 days are kept */ readonly from?: string | undefined; /** Last day */ readonly until?: string | undefined };

/** The API, a method for each route. */
export interface TributaryClient {
  /** The profile of the customer behind an identifier. */
  getProfile(request: GetProfileRequest): Promise<GetProfileAnswer>;
  /** What a customer is known by. */
  getIdentifiers(request: GetIdentifiersRequest): Promise<GetIdentifiersAnswer>;
  /** Fields with their provenance, and measures. */
  getTraits(request: GetTraitsRequest): Promise<GetTraitsAnswer>;
  /** What each source contributes to a customer. */
  getCustomerSources(request: GetCustomerSourcesRequest): Promise<GetCustomerSourcesAnswer>;
  /** Everything that happened, newest first. */
  getTimeline(request: GetTimelineRequest): Promise<GetTimelineAnswer>;
  /** Orders and returns, newest first. */
  getOrders(request: GetOrdersRequest): Promise<GetOrdersAnswer>;
  /** Movements of points, newest first. */
  getPoints(request: GetPointsRequest): Promise<GetPointsAnswer>;
  /** Coupons and their state. */
  getCoupons(request: GetCouponsRequest): Promise<GetCouponsAnswer>;
  /** Service cases, newest first. */
  getCases(request: GetCasesRequest): Promise<GetCasesAnswer>;
  /** Decisions about the use of data, newest first. */
  getConsents(request: GetConsentsRequest): Promise<GetConsentsAnswer>;
  /** Takes down that a customer permits a purpose, or withdraws; in force within seconds. */
  recordConsent(request: RecordConsentRequest): Promise<RecordConsentAnswer>;
  /** Everything that is held of a customer, for the customer. */
  exportCustomer(request: ExportCustomerRequest): Promise<ExportCustomerAnswer>;
  /** Erases a customer everywhere; answers before it is done. */
  eraseCustomer(request: EraseCustomerRequest): Promise<EraseCustomerAnswer>;
  /** How far an erasure is, and its certificate. */
  getErasure(request: GetErasureRequest): Promise<GetErasureAnswer>;
  /** Notes that a field is wrong, and says in which source rows it is to be corrected. */
  requestCorrection(request: RequestCorrectionRequest): Promise<RequestCorrectionAnswer>;
  /** What was said to be wrong of a customer, and whether it was corrected. */
  listCorrections(request: ListCorrectionsRequest): Promise<ListCorrectionsAnswer>;
  /** Has a list of customers written; answers before it is done. */
  createExtract(request: CreateExtractRequest): Promise<CreateExtractAnswer>;
  /** How far a list is, and links to its files when it is done. */
  getExtract(request: GetExtractRequest): Promise<GetExtractAnswer>;
  /** What a customer is made of: rows, the values that join them, and what is held. */
  getGraph(request: GetGraphRequest): Promise<GetGraphAnswer>;
  /** The shortest evidence that makes two one customer. */
  why(request: WhyRequest): Promise<WhyAnswer>;
  /** What keeps two from being one customer. */
  whyNot(request: WhyNotRequest): Promise<WhyNotAnswer>;
  /** Profiles of up to 100 identifiers. */
  batchProfiles(request: BatchProfilesRequest): Promise<BatchProfilesAnswer>;
  /** Customers by name, last digits of a phone number, or card. */
  searchCustomers(request: SearchCustomersRequest): Promise<SearchCustomersAnswer>;
  /** Who is at the counter, by order number, phone or member code, with their orders. */
  findPickup(request: FindPickupRequest): Promise<FindPickupAnswer>;
  /** How fresh every source is. */
  listSources(): Promise<ListSourcesAnswer>;
  /** Customers of each tier, and how many were seen in the last 1, 7, 30, 90 and 365 days. */
  getMemberActivity(): Promise<GetMemberActivityAnswer>;
  /** Customers of each source, and how many of them have ordered. */
  getChannelConversion(): Promise<GetChannelConversionAnswer>;
  /** Orders, returns and amounts by day, source and brand, as the view defines them. */
  getSalesTrend(request: GetSalesTrendRequest): Promise<GetSalesTrendAnswer>;
}

/** Makes a client. */
export const makeClient = (settings: ClientSettings): TributaryClient => ({
  getProfile: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}`, query: { fields: request.fields, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetProfileAnswer,
  getIdentifiers: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/identifiers`, query: { minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetIdentifiersAnswer,
  getTraits: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/traits`, query: { minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetTraitsAnswer,
  getCustomerSources: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/sources`, query: { minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetCustomerSourcesAnswer,
  getTimeline: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/timeline`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs, kinds: request.kinds } })) as GetTimelineAnswer,
  getOrders: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/orders`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetOrdersAnswer,
  getPoints: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/points`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetPointsAnswer,
  getCoupons: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/coupons`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs, redeemableAt: request.redeemableAt } })) as GetCouponsAnswer,
  getCases: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/cases`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetCasesAnswer,
  getConsents: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/consents`, query: { limit: request.limit, cursor: request.cursor, from: request.from, until: request.until, sources: request.sources, minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetConsentsAnswer,
  recordConsent: async (request) => (await send(settings, { method: 'POST', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/consents`, body: request.body, idempotencyKey: request.idempotencyKey })) as RecordConsentAnswer,
  exportCustomer: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/export`, query: { minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as ExportCustomerAnswer,
  eraseCustomer: async (request) => (await send(settings, { method: 'POST', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/erasure`, idempotencyKey: request.idempotencyKey })) as EraseCustomerAnswer,
  getErasure: async (request) => (await send(settings, { method: 'GET', path: `/v1/erasures/${encodeURIComponent(request.erasureId)}` })) as GetErasureAnswer,
  requestCorrection: async (request) => (await send(settings, { method: 'POST', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/corrections`, body: request.body, idempotencyKey: request.idempotencyKey })) as RequestCorrectionAnswer,
  listCorrections: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/corrections` })) as ListCorrectionsAnswer,
  createExtract: async (request) => (await send(settings, { method: 'POST', path: `/v1/extracts`, body: request.body, idempotencyKey: request.idempotencyKey })) as CreateExtractAnswer,
  getExtract: async (request) => (await send(settings, { method: 'GET', path: `/v1/extracts/${encodeURIComponent(request.extractId)}` })) as GetExtractAnswer,
  getGraph: async (request) => (await send(settings, { method: 'GET', path: `/v1/profiles/${encodeURIComponent(request.identifier)}/graph`, query: { minVersion: request.minVersion, timeoutMs: request.timeoutMs } })) as GetGraphAnswer,
  why: async (request) => (await send(settings, { method: 'GET', path: `/v1/why`, query: { a: request.a, b: request.b } })) as WhyAnswer,
  whyNot: async (request) => (await send(settings, { method: 'GET', path: `/v1/why-not`, query: { a: request.a, b: request.b } })) as WhyNotAnswer,
  batchProfiles: async (request) => (await send(settings, { method: 'POST', path: `/v1/profiles/batch`, body: request.body })) as BatchProfilesAnswer,
  searchCustomers: async (request) => (await send(settings, { method: 'POST', path: `/v1/search`, body: request.body })) as SearchCustomersAnswer,
  findPickup: async (request) => (await send(settings, { method: 'POST', path: `/v1/pickup`, body: request.body })) as FindPickupAnswer,
  listSources: async () => (await send(settings, { method: 'GET', path: `/v1/sources` })) as ListSourcesAnswer,
  getMemberActivity: async () => (await send(settings, { method: 'GET', path: `/v1/metrics/member-activity` })) as GetMemberActivityAnswer,
  getChannelConversion: async () => (await send(settings, { method: 'GET', path: `/v1/metrics/channel-conversion` })) as GetChannelConversionAnswer,
  getSalesTrend: async (request) => (await send(settings, { method: 'GET', path: `/v1/metrics/sales-trend`, query: { from: request.from, until: request.until } })) as GetSalesTrendAnswer,
});
