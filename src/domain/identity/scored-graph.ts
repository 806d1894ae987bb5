/**
 * Scored graph: the pairs of units that are compared, what each pair weighs, and which of them are links.
 *
 * Two party rows are compared when they hold the same identifier or blocking key and that value is not shared. What a
 * pair weighs depends on the two rows, the frozen model and which values are shared, and on nothing else; so the graph of
 * a set of units is the union of the graphs of its parts.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { append } from '#domain/shared/multimap.ts';
import { byText, type EvidenceUnit, type IdentifierKey, type UnitKey } from './evidence.ts';
import type { MatchRules } from './matching/match-model.ts';
import { type MatchSubject, matchSubject } from './matching/match-subject.ts';
import { linksBy, type PairWeight, weigher } from './matching/weigh-pair.ts';
import { compares, links, type MergePolicy, scoringOf } from './merge-policy.ts';

/** A pair that is worth a link or a look, `a` before `b` by key. */
export interface ScoredEdge {
  readonly a: UnitKey;
  readonly b: UnitKey;
  /** Natural logarithm of the odds that the two are one person, to six digits after the point. */
  readonly weight: number;
  /** Whether it links by itself; otherwise it waits for review. */
  readonly links: boolean;
}

/** The weighed pairs of a set of units. */
export interface ScoredGraph {
  readonly rules: MatchRules;
  /** Edges between these units, each once, strongest first, then by keys. */
  edgesAmong(units: readonly EvidenceUnit[]): readonly ScoredEdge[];
  /** Weighs any two units, compared or not; `undefined` when one of them has no features. */
  weigh(a: UnitKey, b: UnitKey): PairWeight | undefined;
}

/** The scored graph of units in key order; `undefined` when the policy scores nothing. */
export const scoredGraph = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): ScoredGraph | undefined => {
  const scoring = scoringOf(policy);
  return scoring && new WeighedUnits(units, shared, policy, scoring.rules);
};

/** Order of edges: strongest first, then by keys. */
export const byStrength = (x: ScoredEdge, y: ScoredEdge): number =>
  y.weight - x.weight || byText(x.a, y.a) || byText(x.b, y.b);

const DIGITS = 1e6;

/** Weighs each pair once. Cost: the candidate pairs, and memory for those that are edges. */
class WeighedUnits implements ScoredGraph {
  readonly rules: MatchRules;
  readonly #subjects = new Map<UnitKey, MatchSubject>();
  readonly #edges = new Map<UnitKey, ScoredEdge[]>();
  readonly #weigh: (a: MatchSubject, b: MatchSubject) => PairWeight;

  constructor(
    units: readonly EvidenceUnit[],
    shared: ReadonlySet<IdentifierKey>,
    policy: MergePolicy,
    rules: MatchRules,
  ) {
    this.rules = rules;
    this.#weigh = weigher(rules.model);
    for (const unit of units) {
      const subject = matchSubject(unit, shared);
      if (subject) this.#subjects.set(unit.key, subject);
    }
    const described = units.filter(({ key }) => this.#subjects.has(key));
    const isLive = (identifier: IdentifierKey) =>
      !shared.has(identifier) && compares(policy, identifier);
    for (const [a, b] of candidatePairs(described, isLive)) this.#compare(a, b);
  }

  edgesAmong(units: readonly EvidenceUnit[]): readonly ScoredEdge[] {
    const among = new Set(units.map(({ key }) => key));
    return units
      .flatMap((unit) => this.#edges.get(unit.key) ?? [])
      .filter(({ b }) => among.has(b))
      .sort(byStrength);
  }

  weigh(a: UnitKey, b: UnitKey): PairWeight | undefined {
    const [one, other] = [this.#subjects.get(a), this.#subjects.get(b)];
    return one && other && this.#weigh(one, other);
  }

  #compare(a: UnitKey, b: UnitKey): void {
    const [one, other] = [this.#subjects.get(a), this.#subjects.get(b)];
    const pair = this.#weigh(must(one, 'subject'), must(other, 'subject'));
    const { weight } = pair;
    if (weight < this.rules.review) return;
    const links = linksBy(this.rules, pair);
    append(this.#edges, a, { a, b, weight: Math.round(weight * DIGITS) / DIGITS, links });
  }
}

/**
 * Pairs of units that share a live value, each once, in the order of the units.
 * @param isLive whether an identifier or blocking key is compared by
 */
export function* candidatePairs(
  units: readonly EvidenceUnit[],
  isLive: (identifier: IdentifierKey) => boolean,
): Generator<readonly [UnitKey, UnitKey]> {
  const holders = new Map<IdentifierKey, UnitKey[]>();
  for (const { key, claims } of units) {
    const live = claims.map(({ identifier }) => identifier).filter(isLive);
    const met = new Set(live.flatMap((identifier) => holders.get(identifier) ?? []));
    for (const other of met) yield [other, key];
    for (const identifier of live) append(holders, identifier, key);
  }
}

/**
 * Which of `others` the unit would have an edge with, if only values that link nobody brought them together: identifiers
 * in common count as shared. Two rows that have one in common which is not shared are in one scope for that reason.
 */
export const edgesAcross = (
  unit: EvidenceUnit,
  others: readonly EvidenceUnit[],
  policy: MergePolicy,
): readonly UnitKey[] => {
  const scoring = must(scoringOf(policy), 'rules that score');
  const linking = unit.claims.map(({ identifier }) => identifier).filter((id) => links(policy, id));
  const shared = new Set(linking);
  const subject = matchSubject(unit, shared);
  if (subject === undefined) return [];
  const weigh = weigher(scoring.rules.model);
  return others.flatMap((other) => {
    const candidate = matchSubject(other, shared);
    const isEdge = candidate && weigh(subject, candidate).weight >= scoring.rules.review;
    return isEdge ? [other.key] : [];
  });
};
