/**
 * What operators do while a world runs: they decide that two rows are one customer or never are, and take it back.
 */
import { decide, revoke } from '#application/identity/decide.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import type { IdentityPorts } from '#application/identity/restructure.ts';
import { DECISION_PARTITION, type StoredDecision } from '#application/shared/review-items.ts';
import { type EvidenceUnit, orderedClaims } from '#domain/identity/evidence.ts';
import {
  type DecisionKind,
  decisionIdentifier,
  type MergePolicy,
} from '#domain/identity/merge-policy.ts';
import type { Random } from '#domain/shared/clock.ts';
import { RULES, type World } from './identity-world.ts';

/** One act of an operator. */
export type Operation =
  | {
      readonly kind: 'decide';
      readonly says: DecisionKind;
      readonly a: string;
      readonly b: string;
    }
  | { readonly kind: 'revoke'; readonly which: number }
  /** Other rules are in force from now on. */
  | { readonly kind: 'rules'; readonly which: number };

/** Draws some operations on the rows of a world. */
export const drawOperations = (random: Random, { changes }: World): readonly Operation[] => {
  const row = () => changes[Math.floor(random() * changes.length)]?.rowKey ?? '';
  return Array.from({ length: Math.floor(random() * 20) }, (): Operation => {
    if (random() < 0.1) return { kind: 'rules', which: Math.floor(random() * RULES.length) };
    if (random() < 0.3) return { kind: 'revoke', which: random() };
    return { kind: 'decide', says: random() < 0.5 ? 'always' : 'never', a: row(), b: row() };
  });
};

const ACTOR = 'somebody';
/** Times that a decision is taken which somebody repeats because he died over it: each one is another decision. */
const MOST_REPEATED = 3;

/** Performs an operation; what cannot be decided is left. */
export const operate = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  operation: Exclude<Operation, { kind: 'rules' }>,
): Promise<void> => {
  const { items } = await ports.table.query({ pk: DECISION_PARTITION });
  if (operation.kind === 'decide') {
    const { says, a, b } = operation;
    const reason = `${says} ${a} ${b}`;
    const taken = items.filter((item) => item['reason'] === reason).length;
    if (taken < MOST_REPEATED)
      await decide(ports, policy, { kind: says, a, b, actor: ACTOR, reason });
  } else {
    const item = items[Math.floor(operation.which * items.length)];
    if (item) await revoke(ports, policy, item.sk, { actor: ACTOR, reason: 'a mistake' });
  }
  await closeScopes(ports, policy);
};

/** Units with the decisions in force, as F is given them. */
export const underDecisions = (
  units: readonly EvidenceUnit[],
  decisions: readonly StoredDecision[],
): readonly EvidenceUnit[] =>
  units.map((unit) => {
    const decided = decisions
      .filter(({ a, b, revoked }) => !revoked && (a === unit.key || b === unit.key))
      .map(({ kind, id }) => ({ identifier: decisionIdentifier(kind, id), verified: true }));
    return { ...unit, claims: orderedClaims([...unit.claims, ...decided]) };
  });
