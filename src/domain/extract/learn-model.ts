/**
 * First pass over an extract: what its rows say about how rows agree, frozen as a model.
 *
 * Learned are the birth dates that systems write when they know none, how common names and towns are, and the weights.
 * Nothing here knows which rows are one person, and no draw depends on anything but the rows.
 * @module
 */
import {
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import {
  type CandidatePair,
  estimateFrequencies,
} from '#domain/identity/matching/estimate-model.ts';
import type { MatchFeatures } from '#domain/identity/matching/match-features.ts';
import type {
  FrequencyName,
  MatchModel,
  ValueFrequencies,
} from '#domain/identity/matching/match-model.ts';
import { type MatchSubject, matchSubject } from '#domain/identity/matching/match-subject.ts';
import { candidatePairs } from '#domain/identity/scored-graph.ts';
import { must } from '#domain/shared/assert.ts';
import { type ExtractRow, KEY_NAMESPACE } from './extract-row.ts';

/** A date is a placeholder when so many rows have it, and so large a share of all. */
const [PLACEHOLDER_ROWS, PLACEHOLDER_SHARE] = [20, 0.003];

/** Birth dates that stand for none, in order. */
export const placeholderDates = (rows: readonly ExtractRow[]): readonly string[] => {
  const { counts, total } = countValues(rows.map(({ features }) => features.birthDate));
  return [...counts]
    .filter(([, rowsOf]) => rowsOf > PLACEHOLDER_ROWS && rowsOf > total * PLACEHOLDER_SHARE)
    .map(([date]) => date)
    .sort();
};

const countValues = (values: Iterable<string | undefined>) => {
  const counts = new Map<string, number>();
  let total = 0;
  for (const value of values) {
    if (value === undefined || value === '') continue;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    total += 1;
  }
  return { counts, total };
};

/** The rows without placeholder dates. */
export const withoutPlaceholders = (
  rows: readonly ExtractRow[],
  dates: readonly string[],
): readonly ExtractRow[] => {
  const placeholders = new Set(dates);
  return rows.map((row) => {
    const { birthDate, ...rest } = row.features;
    return birthDate !== undefined && placeholders.has(birthDate)
      ? { ...row, features: rest }
      : row;
  });
};

/**
 * Learns a model from units.
 * @param shared identifiers and blocking keys above their cap
 * @returns the model without its version, which is the hash of the rest
 */
export const learnModel = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  dates: readonly string[],
): Omit<MatchModel, 'version'> => {
  const subjects = units.map((unit) => must(matchSubject(unit, shared), 'features of a row'));
  const byKey = new Map(units.map(({ key }, index) => [key, subjects[index]] as const));
  const { prior, comparisons } = estimateFrequencies(comparisonsOf(units), {
    candidates: candidates(units, shared, byKey),
    strangers: strangers(units, subjects, shared),
    all: (units.length * (units.length - 1)) / 2,
  });
  return { prior, comparisons, frequencies: frequenciesOf(units), placeholderDates: dates };
};

function* candidates(
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  byKey: ReadonlyMap<UnitKey, MatchSubject | undefined>,
): Generator<CandidatePair> {
  for (const [a, b] of candidatePairs(units, (identifier) => !shared.has(identifier))) {
    yield [must(byKey.get(a), 'row'), must(byKey.get(b), 'row')];
  }
}

/** Pairs that are drawn for each row, and at most, to see what two persons look like; more change nothing. */
const [STRANGERS_PER_ROW, MOST_STRANGERS] = [50, 50_000];
const SEED = 12_345;

function* strangers(
  units: readonly EvidenceUnit[],
  subjects: readonly MatchSubject[],
  shared: ReadonlySet<IdentifierKey>,
): Generator<CandidatePair> {
  const live = units.map(
    ({ claims }) =>
      new Set(claims.flatMap(({ identifier }) => (shared.has(identifier) ? [] : [identifier]))),
  );
  const draw = drawFrom(SEED, units.length);
  const wanted = Math.min(MOST_STRANGERS, STRANGERS_PER_ROW * units.length);
  for (let count = 0; count < wanted; count++) {
    const [a, b] = [draw(), draw()];
    const [one, other] = [live[a], live[b]];
    if (a === b || !one?.isDisjointFrom(other ?? new Set())) continue;
    yield [must(subjects[a], 'row'), must(subjects[b], 'row')];
  }
}

/** Numbers from 0 to below `size`; linear congruential, Park and Miller 1988. */
const drawFrom = (seed: number, size: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * size);
  };
};

const ALWAYS = ['name', 'birth-date', 'gender', 'email', 'phone', 'street', 'place'] as const;

/** The comparisons that rows of these units can be compared by, in order. */
const comparisonsOf = (units: readonly EvidenceUnit[]): readonly string[] => {
  const found = new Set(units.flatMap(({ features = {} }) => comparisonsOfFeatures(features)));
  const compared = new Set([...found].map((name) => name.replace(/^id:/, '')));
  const namespaces = new Set(
    units.flatMap(({ claims }) => claims.map(({ identifier }) => namespaceOf(identifier))),
  );
  const accounts = [...namespaces].filter((name) => name !== KEY_NAMESPACE && !compared.has(name));
  return [...found, ...accounts.map((name) => `account:${name}`)].sort();
};

const comparisonsOfFeatures = (features: MatchFeatures): readonly string[] => [
  ...ALWAYS.filter((name) => hasValue(features, name)),
  ...Object.keys(features.ids ?? {}).map((name) => `id:${name}`),
  ...Object.keys(features.texts ?? {}).map((name) => `text:${name}`),
];

const hasValue = (features: MatchFeatures, name: (typeof ALWAYS)[number]): boolean => {
  switch (name) {
    case 'street':
      return features.address?.street !== undefined || features.address?.number !== undefined;
    case 'place':
      return features.address !== undefined;
    case 'birth-date':
      return features.birthDate !== undefined;
    default:
      return features[name] !== undefined;
  }
};

const VALUES: Readonly<Record<FrequencyName, (features: MatchFeatures) => string | undefined>> = {
  given: ({ name }) => name?.given,
  family: ({ name }) => name?.family,
  city: ({ address }) => address?.city,
};

/** Values of fewer rows are not kept one by one: they are rare, and might tell who somebody is. */
const LEAST_COMMON = 3;

const frequenciesOf = (units: readonly EvidenceUnit[]): MatchModel['frequencies'] =>
  Object.fromEntries(
    Object.entries(VALUES).flatMap(([name, read]) => {
      const { counts, total } = countValues(units.map(({ features = {} }) => read(features)));
      return total === 0 ? [] : [[name, valueFrequencies(counts, total)] as const];
    }),
  );

const valueFrequencies = (counts: ReadonlyMap<string, number>, total: number): ValueFrequencies => {
  const rare = [...counts.values()].filter((rows) => rows < LEAST_COMMON);
  const chance = [...counts.values()].reduce((sum, rows) => sum + (rows / total) ** 2, 0);
  return {
    rows: total,
    chance: Number(chance.toPrecision(6)),
    common: Object.fromEntries(
      [...counts].filter(([, rows]) => rows >= LEAST_COMMON).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    rare:
      rare.length === 0
        ? 1
        : Number((rare.reduce((sum, rows) => sum + rows, 0) / rare.length).toPrecision(3)),
  };
};
