/**
 * Evidence: what the rows of a source say about who a customer is, in the form identity works on.
 *
 * A party row is one evidence unit. Fact rows that carry the same set of identifiers are one unit together, so a
 * customer with ten thousand orders on one card weighs as much as one with a single order, and a shop's own phone
 * number on five thousand cards is visible as five thousand units. Values appear only as pseudonyms.
 * @module
 */
import type { Brand } from '#domain/shared/brand.ts';
import type { MatchFeatures } from './matching/match-features.ts';

/**
 * `phone#3q2-7wAAAAAAAAAAAAAAAA`, or `openid:wx1#…` in a scope: namespace, scope and pseudonym of a value.
 * Made only by {@link identifierKey}.
 */
export type IdentifierKey = Brand<string, 'IdentifierKey'>;

/** Key of an evidence unit: a party's row key, or `~` and the pseudonym of a fact's set of identifiers. */
export type UnitKey = Brand<string, 'UnitKey'>;

/** That a unit holds an identifier. */
export interface Claim {
  readonly identifier: IdentifierKey;
  /** Whether the source verified the value, or somebody merely typed it. */
  readonly verified: boolean;
}

/** The smallest thing that belongs to exactly one customer. */
export interface EvidenceUnit {
  readonly key: UnitKey;
  /** A party row describes a customer; a fact only refers to one. */
  readonly party: boolean;
  /** Whether the unit alone may make a customer. */
  readonly mayCreate: boolean;
  /** In ascending order of identifier, without duplicates. */
  readonly claims: readonly Claim[];
  /** What a party row says about the person beyond its identifiers; compared where rules score pairs. */
  readonly features?: MatchFeatures;
}

/** Names an identifier; `pseudonym` is the keyed hash of namespace, scope and normalised value. */
export const identifierKey = (
  namespace: string,
  scope: string | undefined,
  pseudonym: string,
): IdentifierKey =>
  `${namespace}${scope === undefined ? '' : `:${scope}`}#${pseudonym}` as IdentifierKey;

/** `openid:wx1#…` → `openid:wx1`: limits count values within it. */
export const scopeOf = (identifier: IdentifierKey): string =>
  identifier.slice(0, identifier.lastIndexOf('#'));

/** `openid:wx1#…` → `openid`. */
export const namespaceOf = (identifier: IdentifierKey): string => {
  const scope = scopeOf(identifier);
  const colon = scope.indexOf(':');
  return colon < 0 ? scope : scope.slice(0, colon);
};

/** Claim as text, `phone#…` or `phone#…?` when unverified: what items store and units are compared by. */
export const claimText = (claim: Claim): string =>
  claim.verified ? claim.identifier : `${claim.identifier}?`;

/** Reads {@link claimText} back. Pseudonyms are base64url, so they never end in a question mark. */
export const parseClaim = (text: string): Claim =>
  text.endsWith('?')
    ? { identifier: text.slice(0, -1) as IdentifierKey, verified: false }
    : { identifier: text as IdentifierKey, verified: true };

/** Text order by code unit: the one order that every store and every engine agrees on. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts claims and keeps one per identifier, the verified one when both are claimed. */
export const orderedClaims = (claims: readonly Claim[]): readonly Claim[] => {
  const verified = new Map<IdentifierKey, boolean>();
  for (const claim of claims) {
    verified.set(claim.identifier, claim.verified || (verified.get(claim.identifier) ?? false));
  }
  return [...verified]
    .map(([identifier, isVerified]) => ({ identifier, verified: isVerified }))
    .sort((a, b) => byText(a.identifier, b.identifier));
};

/** Whether two units say the same about who. */
export const sameEvidence = (a: EvidenceUnit, b: EvidenceUnit): boolean =>
  a.mayCreate === b.mayCreate &&
  a.claims.map(claimText).join() === b.claims.map(claimText).join() &&
  JSON.stringify(a.features) === JSON.stringify(b.features);
