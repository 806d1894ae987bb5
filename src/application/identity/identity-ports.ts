/**
 * Identity ports: what identity needs of its surroundings, and the bounds of its commits.
 * @module
 */
import { MAX_TRANSACTION_ACTIONS, type Table } from '#application/shared/table.ts';
import type { OneIdMinter } from '#domain/identity/one-id.ts';
import type { Clock, Random } from '#domain/shared/clock.ts';

/** What identity needs of its surroundings. */
export interface IdentityPorts {
  readonly table: Table;
  readonly mint: OneIdMinter;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told when a commit leaves its scope open. */
  readonly opened?: () => void;
  /** Bounds of one commit; smaller ones let a test see what large ones hide. */
  readonly limits?: CommitLimits;
}

/** Bounds of one commit. */
export interface CommitLimits {
  /** Actions that a commit aims at. The first of several steps takes more when its change cannot do with so few. */
  readonly actions: number;
  /** Most scopes; more are put together beforehand, so many at a time. */
  readonly scopes: number;
}

/** Bounds unless others are given. */
export const LIMITS: CommitLimits = { actions: MAX_TRANSACTION_ACTIONS, scopes: 30 };
