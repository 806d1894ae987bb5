/**
 * Evidence: what the rows of a source say about who a customer is, in the form identity works on.
 *
 * A party row is one evidence unit. Fact rows that carry the same set of identifiers are one unit together, so a
 * customer with ten thousand orders on one card weighs as much as one with a single order, and a shop's own phone
 * number on five thousand cards is visible as five thousand units. Values appear only as pseudonyms.
 * @module
 */
import type { Brand } from '#domain/shared/brand.ts';
import { spanOf, type Validity } from './identifier.ts';
import type { MatchFeatures } from './matching/match-features.ts';

/**
 * `phone#3q2-7wAAAAAAAAAAAAAAAA`, or `openid:wx1#…` in a scope: namespace, scope and pseudonym of a value.
 * Made only by {@link identifierKey}.
 */
export type IdentifierKey = Brand<string, 'IdentifierKey'>;

/** Key of an evidence unit: a party's row key, or `~` and the pseudonym of a fact's set of identifiers. */
export type UnitKey = Brand<string, 'UnitKey'>;

/** That a unit holds an identifier, on the days on which it does. */
export interface Claim extends Validity {
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

/**
 * Claim as text: `phone#…`, `phone#…?` when unverified, `phone#…@2020-01-01..` with the days on which it holds. It is
 * what items store and units are compared by.
 */
export const claimText = (claim: Claim): string =>
  `${claim.identifier}${claim.verified ? '' : '?'}${daysText(claim)}`;

/** `@2020-01-01..2021-12-31`, open at either end; empty when a value is valid at all times. */
export const daysText = ({ from, to }: Validity): string =>
  from === undefined && to === undefined ? '' : `@${from ?? ''}..${to ?? ''}`;

const DAYS = /@(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/;

/** Reads {@link claimText} back. Pseudonyms are base64url, so they hold no question mark and no at sign. */
export const parseClaim = (text: string): Claim => {
  const [days = '', from, to] = text.includes('@') ? (DAYS.exec(text) ?? []) : [];
  const said = text.slice(0, text.length - days.length);
  const verified = !said.endsWith('?');
  return {
    identifier: (verified ? said : said.slice(0, -1)) as IdentifierKey,
    verified,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
};

/** Text order by code unit: the one order that every store and every engine agrees on. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts claims and keeps one per identifier: verified when one of them is, valid on the days of all. */
export const orderedClaims = (claims: readonly Claim[]): readonly Claim[] => {
  const kept = new Map<IdentifierKey, Claim>();
  for (const claim of claims) {
    const other = kept.get(claim.identifier);
    kept.set(claim.identifier, other ? together(claim, other) : claim);
  }
  return [...kept.values()].sort((a, b) => byText(a.identifier, b.identifier));
};

const together = (a: Claim, b: Claim): Claim => ({
  identifier: a.identifier,
  verified: a.verified || b.verified,
  ...spanOf(a, b),
});

/** Whether two units say the same about who. */
export const sameEvidence = (a: EvidenceUnit, b: EvidenceUnit): boolean =>
  a.mayCreate === b.mayCreate &&
  a.claims.map(claimText).join() === b.claims.map(claimText).join() &&
  JSON.stringify(a.features) === JSON.stringify(b.features);
