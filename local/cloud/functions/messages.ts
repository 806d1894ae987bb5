/**
 * What an execution environment and its host say to each other.
 * @module
 */

import type { Guarded } from '../permissions/guard-requests.ts';

/** What a worker needs to become an execution environment. */
export interface EnvironmentSettings {
  /** `file:` URL of the handler's module. */
  readonly module: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  readonly logStream: string;
  readonly guarded: Guarded;
}

/** Host → environment: handle this event. */
export interface InvokeMessage {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  /** Epoch milliseconds at which Lambda would stop the function. */
  readonly deadline: number;
}

/** An error in the shape that Lambda answers with. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** Environment → host. */
export type EnvironmentMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: FunctionError }
  /** A call that the role does not allow, in words. */
  | { readonly kind: 'refused'; readonly call: string }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError };
