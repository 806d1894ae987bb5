/**
 * Review items: what waits for a person, and what persons have decided. Their place among the others is in
 * {@link module:application/shared/items}.
 * @module
 */
import {
  type EvidenceUnit,
  type IdentifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { HeldValue, ListedValue } from '#domain/identity/held-value.ts';
import { type DecisionKind, isDecision } from '#domain/identity/merge-policy.ts';
import type { Item, Key } from './table.ts';

/** Prefix of the partitions of values that wait for review. */
export const HELD_PREFIX = 'HELD#';

/** Partitions of the values that wait for review. */
export const HELD_PARTITIONS: readonly string[] = Array.from(
  { length: 16 },
  (_, n) => `${HELD_PREFIX}${n}`,
);

/** Key of a value that waits for review. */
export const heldKey = (identifier: IdentifierKey): Key => ({
  pk: HELD_PARTITIONS[identifier.charCodeAt(identifier.length - 1) % 16] as string,
  sk: identifier,
});

/** A value that waits for review; a shared one has no counts, for they would contend. */
export interface HeldItem {
  readonly identifier: IdentifierKey;
  /** Reasons of its held links, or `shared`. */
  readonly reasons: readonly string[];
  /** Epoch milliseconds. */
  readonly since: number;
  readonly value?: HeldValue;
}

/** A held value as an item. */
export const formatHeldItem = ({ identifier, since, weight, ...value }: ListedValue): Item => ({
  ...heldKey(identifier),
  ...value,
  // An item takes whole numbers only.
  ...(weight === undefined ? {} : { weight: String(weight) }),
  since: since ?? 0,
});

/** Reads a value that waits for review. */
export const parseHeldItem = (item: Item): HeldItem => {
  const identifier = item.sk as IdentifierKey;
  const { reasons, since, links, units, joins, sides, weight } = item as Item & Partial<HeldValue>;
  return {
    identifier,
    reasons: reasons as readonly string[],
    since: since as number,
    ...(links === undefined
      ? {}
      : { value: heldValue({ identifier, reasons, links, units, joins, sides }, weight) }),
  };
};

const heldValue = (value: object, weight: unknown): HeldValue =>
  ({ ...value, ...(weight === undefined ? {} : { weight: Number(weight) }) }) as HeldValue;

/** A unit with the decisions that are noted beside its key, and no other. */
export const underNote = (unit: EvidenceUnit, noted: Item | undefined): EvidenceUnit => {
  const own = unit.claims.filter(({ identifier }) => !isDecision(identifier));
  const decided = ((noted?.['claims'] ?? []) as readonly IdentifierKey[]).map((identifier) => ({
    identifier,
    verified: true,
  }));
  return { ...unit, claims: orderedClaims([...own, ...decided]) };
};

/** Partition of all decisions, in order of time. */
export const DECISION_PARTITION = 'DECISION';

/** Key of a decision. */
export const decisionKey = (id: string): Key => ({ pk: DECISION_PARTITION, sk: id });

/** What an operator has decided about two units. */
export interface StoredDecision {
  readonly id: string;
  readonly kind: DecisionKind;
  readonly a: UnitKey;
  readonly b: UnitKey;
  readonly actor: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who took it back. */
  readonly revoked?: { readonly actor: string; readonly reason: string; readonly at: number };
}

/** A decision as an item. */
export const formatDecisionItem = ({ id, revoked, ...said }: StoredDecision): Item => ({
  ...decisionKey(id),
  ...said,
  ...(revoked ? { revoked } : {}),
});

/** Reads a decision. */
export const parseDecisionItem = ({ pk: _, sk, ...said }: Item): StoredDecision =>
  ({ id: sk, ...said }) as unknown as StoredDecision;
