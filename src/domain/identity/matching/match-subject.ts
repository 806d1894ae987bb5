/**
 * Match subject: a party row as comparisons see it, its identifiers told apart into live and shared ones.
 *
 * A shared value (a store's phone number) says nothing about two rows that hold it, neither for nor against.
 * @module
 */
import {
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
} from '#domain/identity/evidence.ts';
import { append } from '#domain/shared/multimap.ts';
import type { MatchFeatures } from './match-features.ts';

/** What is compared of a row. */
export interface MatchSubject {
  readonly features: MatchFeatures;
  /** Identifiers by namespace. */
  readonly identifiers: ReadonlyMap<string, readonly IdentifierKey[]>;
  readonly shared: ReadonlySet<IdentifierKey>;
}

/** A unit as a subject; `undefined` when it has no features. */
export const matchSubject = (
  unit: EvidenceUnit,
  shared: ReadonlySet<IdentifierKey>,
): MatchSubject | undefined => {
  if (unit.features === undefined) return undefined;
  const identifiers = new Map<string, IdentifierKey[]>();
  for (const { identifier } of unit.claims)
    append(identifiers, namespaceOf(identifier), identifier);
  return { features: unit.features, identifiers, shared };
};

/** How the identifiers of one namespace agree. */
export type IdentifierAgreement = 'same' | 'shared' | 'different' | 'unknown';

/**
 * Compares the identifiers of a namespace: `same` when both hold a live one, `shared` when both hold a shared one,
 * `different` when both hold some in one scope but none in common, `unknown` when there is nothing to compare.
 */
export const agreement = (
  a: MatchSubject,
  b: MatchSubject,
  namespace: string,
): IdentifierAgreement => {
  const [left, right] = [a.identifiers.get(namespace), b.identifiers.get(namespace)];
  if (left === undefined || right === undefined) return 'unknown';
  const common = left.filter((identifier) => right.includes(identifier));
  if (common.some((identifier) => !a.shared.has(identifier))) return 'same';
  if (common.length > 0) return 'shared';
  const scopes = new Set(left.map(scopeOf));
  return right.some((identifier) => scopes.has(scopeOf(identifier))) ? 'different' : 'unknown';
};
