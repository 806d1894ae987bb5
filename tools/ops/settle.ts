/**
 * How long a command waits until everybody else has followed.
 * @module
 */
import type { CommandFlags } from './command.ts';
import { OpsError } from './ops-error.ts';

/**
 * Milliseconds of `--settle SECONDS`, or the usual ones.
 * @throws OpsError when it is no number of seconds
 */
export const settleMs = ({ settle }: CommandFlags, usual: number): number => {
  if (settle === undefined) return usual;
  if (/^\d{1,4}$/.test(settle)) return Number(settle) * 1_000;
  throw new OpsError(`--settle takes a number of seconds, not ${settle}.`);
};
