/**
 * Bare scope: a scope as it is stored. What rows are compared by stays with the rows, for it would make every commit of a
 * scope write it again.
 * @module
 */
import { type EvidenceUnit, type IdentifierKey, namespaceOf } from './evidence.ts';
import { type MergePolicy, scoringOf } from './merge-policy.ts';
import type { Scope } from './scope.ts';

/** A unit as its scope knows it: without features and blocking keys, which stay with its row. */
export const bareUnit = (unit: EvidenceUnit, policy: MergePolicy): EvidenceUnit => {
  const { features: _, ...bare } = unit;
  const isKept = isNoKey(policy);
  return { ...bare, claims: unit.claims.filter(({ identifier }) => isKept(identifier)) };
};

const isNoKey = (policy: MergePolicy): ((identifier: IdentifierKey) => boolean) => {
  const namespace = scoringOf(policy)?.namespace;
  return (identifier) => namespaceOf(identifier) !== namespace;
};

/** A scope as it is stored. See {@link bareUnit}. */
export const bareScope = (scope: Scope, policy: MergePolicy): Scope =>
  scoringOf(policy) === undefined
    ? scope
    : {
        ...scope,
        units: new Map([...scope.units].map(([key, unit]) => [key, bareUnit(unit, policy)])),
        shared: new Set([...scope.shared].filter(isNoKey(policy))),
      };
