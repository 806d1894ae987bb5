/**
 * Features of a row as rules compare them: what a row says about a person, without what its source writes when it knows
 * nothing, and the blocking keys that follow from it.
 * @module
 */

import { blockingKeys } from './blocking-keys.ts';
import type { BlockingRule } from './key-parts.ts';
import type { MatchFeatures } from './match-features.ts';

/**
 * Most keys of a row; those of the first rules are kept. They change in one transaction with its identifiers, and each is
 * an action of its hundred.
 */
export const MAX_KEYS = 48;

/** What a source writes when it knows nothing. */
export interface Placeholders {
  /** Birth dates. */
  readonly dates: readonly string[];
  /** Values by the feature they stand in for, in their normal form. */
  readonly phones: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
}

/** The features that say something. */
export const withoutPlaceholders = (
  features: MatchFeatures,
  { dates, phones, emails }: Placeholders,
): MatchFeatures => {
  const { phone = '', email = '', birthDate = '' } = features;
  const said = Object.entries(features).filter(
    ([name]) =>
      !(name === 'phone' && phones.has(phone)) &&
      !(name === 'email' && emails.has(email)) &&
      !(name === 'birthDate' && dates.includes(birthDate)),
  );
  return Object.fromEntries(said);
};

/** The blocking keys of a row. See {@link MAX_KEYS}. */
export const keysOfRow = (
  features: MatchFeatures,
  rules: readonly BlockingRule[],
): readonly string[] => blockingKeys(features, rules).slice(0, MAX_KEYS);
