/**
 * Operation: what is said of a route of the API.
 * @module
 */
import type * as z from 'zod/mini';
import type { ApiScope } from '#domain/definitions/api-scopes.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import type { ProblemCode } from './problems.ts';

/** Which function answers: operations of one group need the same rights. */
export type OperationGroup =
  | 'customers'
  | 'consents'
  | 'sources'
  | 'documents'
  | 'tracking'
  | 'rights';

/** What a client key is good for: sending events, or reading profiles. */
export type KeyUse = 'write' | 'read';

/** A route. */
export interface Operation {
  /** Name of the method of the typed client. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with `{variables}`, which are described in `parameters`. */
  readonly path: string;
  readonly group: OperationGroup;
  readonly summary: string;
  /** Absent: open to anybody, and then without access to any data. */
  readonly scope?: ApiScope;
  /** Asks for a client key instead of a token. */
  readonly key?: KeyUse;
  /** Tells problems in the form of Segment, not as problem documents. */
  readonly segment?: true;
  readonly parameters?: Readonly<Record<string, z.ZodMiniType>>;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  /** A body as a caller may send it: with every body there is one. */
  readonly example?: JsonObject;
  /** Changes something, and honours the header Idempotency-Key. */
  readonly once?: true;
  /** Status and schema of the answer that is no problem. */
  readonly answers: Readonly<
    Record<number, { readonly type: string; readonly schema?: z.ZodMiniType }>
  >;
  readonly problems: readonly ProblemCode[];
  /** Set when a route is on its way out. RFC 9745 and RFC 8594. */
  readonly deprecation?: { readonly since: string; readonly sunset: string; readonly link: string };
}

/** Whether a route answers in pages, which `cursor` asks for. */
export const isPaged = ({ query }: Operation): boolean => query?.shape['cursor'] !== undefined;
