/**
 * An identity store whose replicas are behind: so many writes of an item as they are told to, until they are told otherwise.
 */
import type { CommitLimits } from '#application/identity/restructure.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { POLICY } from './builders/evidence.ts';
import { anIdentityStore } from './identity-store.ts';

/** Makes an empty store that is not behind yet. */
export const aLateStore = (policy: MergePolicy = POLICY, limits?: CommitLimits) => {
  let behind = 0;
  const store = anIdentityStore({ lag: () => behind, ...(limits ? { limits } : {}) }, policy);
  return {
    ...store,
    fallBehind: (writes: number) => {
      behind = writes;
    },
  };
};
