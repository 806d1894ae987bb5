/**
 * Row tally: runs chains of groups of rows side by side, keeps their failures apart and adds up what they came to.
 * @module
 */
import { inChains } from '#application/shared/in-parallel.ts';
import type { Applied } from './applied.ts';
import type { Chain } from './related-groups.ts';
import type { RowChange } from './row-change.ts';

/** What one group came to. */
export interface RowTally {
  readonly applied: number;
  readonly stale: number;
  readonly held: number;
  readonly conflicts: number;
}

/** A tally, or the failure of a group's changes. */
export type GroupResult = RowTally | Applied['failures'];

/** Runs `apply` for every group; a failure stays with its group. */
export const isolate = <Entry extends { readonly change: RowChange }>(
  chains: readonly Chain<Entry>[],
  apply: (group: readonly Entry[]) => Promise<RowTally>,
): Promise<readonly GroupResult[]> => inChains(chains, (group) => outcomeOf(group, apply));

const outcomeOf = async <Entry extends { readonly change: RowChange }>(
  group: readonly Entry[],
  apply: (group: readonly Entry[]) => Promise<RowTally>,
): Promise<GroupResult> => {
  try {
    return await apply(group);
  } catch (error) {
    return group.map(({ change }) => ({ change, error }));
  }
};

const isFailure = (result: GroupResult): result is Applied['failures'] => Array.isArray(result);

/** Adds up group results. */
export const tally = (results: readonly GroupResult[]): Applied => {
  const tallies = results.flatMap((result) => (isFailure(result) ? [] : [result]));
  const sum = (pick: (one: RowTally) => number) =>
    tallies.reduce((total, one) => total + pick(one), 0);
  return {
    applied: sum((one) => one.applied),
    stale: sum((one) => one.stale),
    held: sum((one) => one.held),
    conflicts: sum((one) => one.conflicts),
    failures: results.flatMap((result) => (isFailure(result) ? result : [])),
  };
};
