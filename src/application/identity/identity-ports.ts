/**
 * Identity ports: what identity needs of its surroundings, and the bounds of its commits.
 * @module
 */
import type { PartId } from '#application/shared/items.ts';
import { MAX_TRANSACTION_ACTIONS, type Table } from '#application/shared/table.ts';
import type { OneIdMinter } from '#domain/identity/one-id.ts';
import type { Clock, Random } from '#domain/shared/clock.ts';
import { type PartRules, SCOPE_SIZES, type ScopeSizes } from './scope-writes.ts';

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
  /** How scopes lie in the table. */
  readonly sizes?: ScopeSizes;
}

/** Bounds unless others are given. */
export const LIMITS: CommitLimits = { actions: MAX_TRANSACTION_ACTIONS, scopes: 30 };

/** A number that nobody else draws. */
export const token = (random: Random): number => Math.floor(random() * 2 ** 52);

/** How these ports have parts of scopes named and sized. */
export const partRulesOf = ({
  limits,
  random,
}: Pick<IdentityPorts, 'limits' | 'random'>): PartRules => ({
  sizes: limits?.sizes ?? SCOPE_SIZES,
  newPart: () => token(random).toString(36) as PartId,
});
