/**
 * Description of a score for people: what two rows were compared by, what each comparison weighs, and both values, masked.
 * @module
 */
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { MatchFeatures } from '#domain/identity/matching/match-features.ts';
import type { MatchRules } from '#domain/identity/matching/match-model.ts';
import { matchSubject } from '#domain/identity/matching/match-subject.ts';
import { weigher } from '#domain/identity/matching/weigh-pair.ts';
import { type MergePolicy, scoringOf } from '#domain/identity/merge-policy.ts';
import { unitsOfPair } from '#domain/identity/pair.ts';
import type { Scope } from '#domain/identity/scope.ts';
import { mask } from '#domain/shared/mask.ts';

/** One comparison of two rows. */
export interface ShownFinding {
  readonly comparison: string;
  /** From `different` to `same`. */
  readonly level: string;
  /** What it adds to the weight. */
  readonly weight: number;
  /** What the two rows say, masked; `null` where a comparison is of identifiers. */
  readonly values: readonly [string | null, string | null];
}

/** What two rows weigh. */
export interface ShownScore {
  readonly rows: readonly [UnitKey, UnitKey];
  /** Natural logarithm of the odds that the two are one person, to two digits. */
  readonly weight: number;
  /** At or above `link` it links where it is corroborated, at or above `uncorroborated` without; at or above `review` it waits. */
  readonly thresholds: {
    readonly link: number;
    readonly review: number;
    readonly uncorroborated?: number;
  };
  /** Version of the model. */
  readonly model: string;
  /** Whether more agrees than names, places and words. */
  readonly corroborated: boolean;
  /** What speaks most, for or against, first. */
  readonly findings: readonly ShownFinding[];
}

/** What the score of a pair rests on; nothing for any other identifier. */
export const scoreIn =
  (policy: MergePolicy, { units, shared }: Pick<Scope, 'units' | 'shared'>) =>
  (identifier: IdentifierKey): { readonly score?: ShownScore } => {
    const [a, b] = unitsOfPair(identifier) ?? [];
    const [one, other] = [a && units.get(a), b && units.get(b)];
    const score = one && other && describeScore(policy, shared, one, other);
    return score ? { score } : {};
  };

/** Describes what two rows weigh; `undefined` when the rules score nothing, or a row says nothing about a person. */
const describeScore = (
  policy: MergePolicy,
  shared: ReadonlySet<IdentifierKey>,
  a: EvidenceUnit,
  b: EvidenceUnit,
): ShownScore | undefined => {
  const rules = scoringOf(policy)?.rules;
  const [one, other] = [matchSubject(a, shared), matchSubject(b, shared)];
  if (!rules || !one || !other) return undefined;
  const { weight, corroborated, findings } = weigher(rules.model)(one, other);
  return {
    rows: [a.key, b.key],
    weight: rounded(weight),
    thresholds: thresholdsOf(rules),
    model: rules.model.version,
    corroborated,
    findings: findings
      .toSorted((x, y) => Math.abs(y.weight) - Math.abs(x.weight))
      .map(({ comparison, level, weight: part }) => ({
        comparison,
        level,
        weight: rounded(part),
        values: [
          maskedFeature(comparison, one.features),
          maskedFeature(comparison, other.features),
        ],
      })),
  };
};

const thresholdsOf = ({ link, review, uncorroborated }: MatchRules): ShownScore['thresholds'] => ({
  ...{ link, review },
  ...(uncorroborated === undefined ? {} : { uncorroborated }),
});

const rounded = (weight: number): number => Math.round(weight * 100) / 100;

const maskedFeature = (comparison: string, features: MatchFeatures): string | null => {
  const [kind = '', name = ''] = comparison.split(':');
  const told = MASKED[kind]?.(features, name);
  return told === undefined || told === '' ? null : told;
};

type Masked = (features: MatchFeatures, name: string) => string | undefined;

/** What of a row a comparison is about, as it may be shown. */
const MASKED: Readonly<Record<string, Masked>> = {
  name: ({ name }) =>
    name && mask('name', name.han ?? [name.given, name.family].filter(Boolean).join(' ')),
  'birth-date': ({ birthDate }) => birthDate && mask('date', birthDate),
  gender: ({ gender }) => gender,
  email: ({ email }) => email && mask('email', email),
  phone: ({ phone }) => phone && mask('phone', phone),
  street: ({ address }) => address?.street && mask('name', address.street),
  place: ({ address }) => address?.city,
  id: ({ ids }, name) => ids?.[name] && mask('code', ids[name]),
  text: ({ texts }, name) => texts?.[name] && mask('name', texts[name]),
};
