/**
 * Random worlds whose party rows say names and birth dates, under rules that score pairs.
 *
 * Few names and dates, near each other, so that pairs weigh everything from a clear link to a contradiction.
 */
import type { RowChange } from '#application/identity/row-change.ts';
import { identifierKey, orderedClaims } from '#domain/identity/evidence.ts';
import { blockingKeys } from '#domain/identity/matching/blocking-keys.ts';
import { type MatchFeatures, readFeatures } from '#domain/identity/matching/match-features.ts';
import type { MatchRules } from '#domain/identity/matching/match-model.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { Random } from '#domain/shared/clock.ts';
import { startModel } from './builders/match.ts';
import { RULES as RULE_CHANGES, SMALL_POLICY, type World } from './identity-world.ts';

const NAMES = ['张伟', '張偉', '张玮', 'Zhang Wei', '李静', '王小明', '王晓明', 'Robert Smith', ''];
const DATES = ['1990-05-17', '1990-05-18', '1985-03-02', '1971-06-24', ''];

const RULES: MatchRules = {
  keys: [['names'], ['name', 'birth-date'], ['birth-month-day'], ['name', 'city']],
  link: 0,
  review: -2,
  uncorroborated: 3,
  coherence: 1,
  model: startModel(
    'name',
    'birth-date',
    'place',
    'account:card',
    'account:email',
    'account:phone',
    'account:unionid',
  ),
};

const scoring = (policy: MergePolicy, cap: number, rules: MatchRules): MergePolicy => ({
  ...policy,
  key: {
    namespace: 'key',
    priority: 99,
    normalise: 'opaque',
    links: false,
    cap,
    blocked: [],
    candidates: rules,
  },
});

/** The small policy, with pairs that are scored; the cap of keys is low enough to be crossed. */
export const SCORED_SMALL_POLICY: MergePolicy = scoring(SMALL_POLICY, 4, RULES);

/** The rules that may come into force while a scored world runs: other caps, thresholds and weights. */
export const SCORED_RULES: readonly [MergePolicy, ...MergePolicy[]] = [
  SCORED_SMALL_POLICY,
  scoring(RULE_CHANGES[1] ?? SMALL_POLICY, 3, { ...RULES, link: 2, review: 0, coherence: 2 }),
  scoring(RULE_CHANGES[2] ?? SMALL_POLICY, 6, {
    ...RULES,
    review: -4,
    uncorroborated: 5,
    model: { ...RULES.model, version: 'other', prior: 0.9 * RULES.model.prior },
  }),
];

const pick = <Entry>(random: Random, entries: readonly Entry[]): Entry =>
  entries[Math.floor(random() * entries.length)] as Entry;

const drawFeatures = (random: Random): MatchFeatures => {
  const birthDate = pick(random, DATES);
  // Who says no date says a town, so that names and towns meet without one.
  const more = birthDate === '' ? { address: { city: '深圳' } } : { birthDate };
  return readFeatures(
    { name: { full: pick(random, NAMES) }, ...more },
    { dateOrder: 'month-first' },
  );
};

/** The same world, its party rows with features and blocking keys. */
export const withFeatures = (world: World, random: Random): World => ({
  ...world,
  changes: world.changes.map((change): RowChange => {
    if (change.kind !== 'party' || !change.after) return change;
    const { evidence } = change.after;
    const features = drawFeatures(random);
    const keys = blockingKeys(features, RULES.keys).map((key) => ({
      identifier: identifierKey('key', undefined, key),
      verified: true,
    }));
    const claims = orderedClaims([...evidence.claims, ...keys]);
    return { ...change, after: { ...change.after, evidence: { ...evidence, claims, features } } };
  }),
});
