/**
 * Rows to be compared, and a model that no data has touched: every figure in it is what `comparisons.ts` starts from.
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import {
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { blockingKeys } from '#domain/identity/matching/blocking-keys.ts';
import { estimateFrequencies } from '#domain/identity/matching/estimate-model.ts';
import type { BlockingRule } from '#domain/identity/matching/key-parts.ts';
import {
  type MatchFeatures,
  type RawFeatures,
  readFeatures,
} from '#domain/identity/matching/match-features.ts';
import type { MatchModel, MatchRules } from '#domain/identity/matching/match-model.ts';
import type { MatchSubject } from '#domain/identity/matching/match-subject.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';

/** Features of a row of a mainland shop. */
export const features = (raw: RawFeatures): MatchFeatures =>
  readFeatures(raw, { region: 'CN', dateOrder: 'month-first' });

/** A row without identifiers, as comparisons see it. */
export const subject = (raw: RawFeatures): MatchSubject => ({
  features: features(raw),
  identifiers: new Map(),
  shared: new Set(),
});

/** Names of which none is common or rare. */
const NAMES = { rows: 1_000, chance: 0.001, common: {}, rare: 1 };

/** A model of these comparisons that has seen nothing but that no name is commoner than others. */
export const startModel = (...comparisons: readonly string[]): MatchModel => ({
  version: 'start',
  ...estimateFrequencies(comparisons, { candidates: [], strangers: [], all: 0 }),
  frequencies: { given: NAMES, family: NAMES },
  placeholderDates: [],
});

/** Keys of small worlds. */
export const SMALL_KEYS: readonly BlockingRule[] = [
  ['names'],
  ['name', 'birth-date'],
  ['phone'],
  ['name', 'city'],
];

/** Rules of small worlds. */
export const SMALL_RULES: MatchRules = {
  keys: SMALL_KEYS,
  link: 0,
  review: -2,
  uncorroborated: 3,
  coherence: 1,
  model: startModel('name', 'birth-date', 'phone', 'id:card', 'place'),
};

const namespace = (
  name: string,
  priority: number,
  rules: Partial<NamespaceDefinition>,
): NamespaceDefinition => ({
  namespace: name,
  priority,
  normalise: 'opaque',
  links: true,
  cap: 4,
  blocked: [],
  ...rules,
});

/** A policy that scores pairs; low caps, so that small worlds cross them. */
export const SCORED_POLICY: MergePolicy = {
  card: namespace('card', 1, { limit: 1 }),
  phone: namespace('phone', 2, { limit: 2, cap: 3 }),
  candidate: namespace('candidate', 99, { links: false, cap: 5, candidates: SMALL_RULES }),
};

/** A party row with features, its blocking keys and the identifiers among them. */
export const scoredUnit = (key: string, raw: RawFeatures): EvidenceUnit => {
  const read = features(raw);
  const ids = { ...read.ids, ...(read.phone === undefined ? {} : { phone: read.phone }) };
  const keys = blockingKeys(read, SMALL_KEYS);
  return {
    key: key as UnitKey,
    party: true,
    mayCreate: true,
    features: read,
    claims: orderedClaims([
      ...Object.entries(ids).map(([name, value]) => ({
        identifier: identifierKey(name, undefined, value),
        verified: true,
      })),
      ...keys.map((text) => ({
        identifier: identifierKey('candidate', undefined, text),
        verified: true,
      })),
    ]),
  };
};
