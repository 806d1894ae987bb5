/**
 * Weight of a pair: the logarithm of the odds that two rows are one person, after Fellegi and Sunter (1969), adjusted by
 * how common the values are that they agree on.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { type Comparison, comparisonOf, type Support } from './comparisons.ts';
import type { FrequencyName, MatchModel, MatchRules, ValueFrequencies } from './match-model.ts';
import type { MatchSubject } from './match-subject.ts';

/** What one comparison contributed. */
export interface Finding {
  readonly comparison: string;
  readonly level: string;
  readonly weight: number;
}

/** A weighed pair. */
export interface PairWeight {
  /** Natural logarithm of the odds that the two are one person. */
  readonly weight: number;
  /** What the findings add to the odds that any two rows are one person. */
  readonly evidence: number;
  /** Whether more agrees than names, places and words, or a birth date or digits of an unknown country alone. */
  readonly corroborated: boolean;
  /** Whether the name speaks for them, by a model that knows how rare names are, and something else besides gender. */
  readonly named: boolean;
  readonly findings: readonly Finding[];
}

/** Weighs pairs by one model. Symmetric. */
export type WeighPair = (a: MatchSubject, b: MatchSubject) => PairWeight;

const made = new WeakMap<MatchModel, WeighPair>();

/** A model made ready for use; the same for the same model. */
export const weigher = (model: MatchModel): WeighPair => {
  const known = made.get(model) ?? makeWeigher(model);
  made.set(model, known);
  return known;
};

const makeWeigher = (model: MatchModel): WeighPair => {
  const prior = Math.log(model.prior / (1 - model.prior));
  const knowsNames = LEAST_NAMES <= namesIn(model);
  const comparisons = Object.entries(model.comparisons).map(([name, levels]) => {
    const comparison = must(comparisonOf(name), `comparison ${name}`);
    return {
      ...comparison,
      corroborating: corroboratingLevels(comparison),
      weights: new Map(levels.map(({ level, m, u }) => [level, Math.log(m / u)])),
    };
  });
  const compare = (a: MatchSubject, b: MatchSubject): readonly Judged[] =>
    comparisons.flatMap((comparison): readonly Judged[] => {
      const { name, compare: levelOf, weights, corroborating, support } = comparison;
      const level = levelOf(a, b);
      if (level === undefined) return [];
      const weight = (weights.get(level) ?? 0) + rarity(model, name, level, a, b);
      return [
        {
          comparison: name,
          level,
          weight,
          speaksFor: weight > 0,
          corroborating: corroborating.has(level),
          needs: support?.(a, b) ?? 'nothing',
        },
      ];
    });
  return (a, b) => {
    const judged = compare(a, b);
    const evidence = judged.reduce((sum, { weight }) => sum + weight, 0);
    const speaking = judged.filter(({ speaksFor }) => speaksFor);
    const telling = speaking.filter(({ comparison }) => comparison !== 'gender');
    const isSupported: Readonly<Record<Support, boolean>> = {
      nothing: true,
      anything: speaking.length > 1,
      'more-than-gender': telling.length > 1,
    };
    return {
      weight: prior + evidence,
      evidence,
      corroborated: speaking.some(
        ({ corroborating, needs }) => corroborating && isSupported[needs],
      ),
      named: knowsNames && telling.length > 1 && telling.some(isOfName),
      findings: judged.map(({ comparison, level, weight }) => ({ comparison, level, weight })),
    };
  };
};

/** Rows with a name, given and family, that a model must have seen to say that a name and a town are nobody else's. */
const LEAST_NAMES = 500;

const namesIn = ({ frequencies: { given, family } }: MatchModel): number =>
  Math.min(given?.rows ?? 0, family?.rows ?? 0);

interface Judged extends Finding {
  readonly speaksFor: boolean;
  readonly corroborating: boolean;
  readonly needs: Support;
}

const isOfName = ({ comparison }: Judged): boolean => comparison === 'name';

/** Whether two rows of this weight are one customer by these rules. */
export const linksBy = (
  { link, uncorroborated = Number.POSITIVE_INFINITY }: MatchRules,
  { weight, corroborated, named }: PairWeight,
): boolean => (corroborated && weight >= link) || (named && weight >= uncorroborated);

const corroboratingLevels = ({ levels, corroboratesFrom }: Comparison): ReadonlySet<string> =>
  new Set(corroboratesFrom === undefined ? [] : levels.slice(levels.indexOf(corroboratesFrom)));

/** Half of the full adjustment: values of one row are not independent of each other (a family shares its name). */
const SHARE = 0.5;

const rarity = (
  model: MatchModel,
  comparison: string,
  level: string,
  a: MatchSubject,
  b: MatchSubject,
): number => {
  const agreed = comparison === 'name' ? agreedNames(level, a, b) : agreedCity(comparison, a, b);
  return agreed.reduce((sum, [name, value]) => sum + rarityOf(model.frequencies[name], value), 0);
};

type Agreed = readonly (readonly [FrequencyName, string])[];

const agreedNames = (level: string, a: MatchSubject, b: MatchSubject): Agreed => {
  const [one, other] = [a.features.name, b.features.name];
  if (one === undefined || other === undefined) return [];
  const given: Agreed = one.given === other.given ? [['given', one.given]] : [];
  const family: Agreed = one.family === other.family ? [['family', one.family]] : [];
  switch (level) {
    case 'same':
    case 'part-same':
      return [...given, ...family].filter(([, value]) => value !== '');
    case 'same-given':
      return given;
    case 'same-family':
      return family;
    default:
      return [];
  }
};

const agreedCity = (comparison: string, a: MatchSubject, b: MatchSubject): Agreed => {
  const city = a.features.address?.city;
  return comparison === 'place' && city !== undefined && city === b.features.address?.city
    ? [['city', city]]
    : [];
};

/** Rarest frequency that counts: below it a value is more likely a slip than a rarity. */
const LEAST_FREQUENCY = 1e-4;

const rarityOf = (frequencies: ValueFrequencies | undefined, value: string): number => {
  if (frequencies === undefined) return 0;
  const rows = Object.hasOwn(frequencies.common, value)
    ? (frequencies.common[value] ?? frequencies.rare)
    : frequencies.rare;
  return SHARE * Math.log(frequencies.chance / Math.max(rows / frequencies.rows, LEAST_FREQUENCY));
};
