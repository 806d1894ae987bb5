/**
 * Partition of a component by scored links: canonical constrained agglomeration.
 *
 * Links join groups one at a time, the strongest first. Before two groups are joined, every row of one is weighed against
 * every row of the other; when the mean of what speaks for them is below the rules' coherence, a chain of likenesses is
 * about to tie two people together, and the link is held. Rows without features (facts) follow their identifiers afterwards.
 * @module
 */
import {
  ConstrainedClusters,
  type Contradicts,
  type HeldLink,
  joinAll,
  type Link,
} from './constrained-clusters.ts';
import { DisjointSets } from './disjoint-sets.ts';
import type { EvidenceUnit, UnitKey } from './evidence.ts';
import { isAlways, MAX_COMPONENT_UNITS, type MergePolicy, rulesOf } from './merge-policy.ts';
import { pairIdentifier } from './pair.ts';
import type { ScoredEdge, ScoredGraph } from './scored-graph.ts';

/** What a component comes to. */
interface ScoredPartition {
  readonly groups: readonly (readonly UnitKey[])[];
  readonly accepted: readonly Link[];
  readonly held: readonly HeldLink[];
}

/**
 * Partitions a component of at most {@link MAX_COMPONENT_UNITS} units.
 * @param byIdentifier links of units that hold the same identifier, in canonical order
 */
export const partitionScored = (
  units: readonly EvidenceUnit[],
  byIdentifier: readonly Link[],
  policy: MergePolicy,
  graph: ScoredGraph,
): ScoredPartition => {
  const edges = graph.edgesAmong(units);
  const compared = new Set(units.flatMap((unit) => (unit.features ? [unit.key] : [])));
  const isCompared = ({ a, b }: Link) => compared.has(a) && compared.has(b);
  const clusters = new ConstrainedClusters(units, policy, contradiction(graph));
  const decided = joinAll(clusters, byIdentifier.filter(isDecided));
  const scored = joinAll(clusters, edges.filter(({ links }) => links).map(asLink));
  const exact = joinAll(
    clusters,
    byIdentifier.filter((link) => !isCompared(link) && !isDecided(link)),
  );
  const open = [
    ...decided.held,
    ...scored.held,
    ...exact.held,
    ...edges
      .filter(({ links }) => !links)
      .map((edge): HeldLink => ({ ...asLink(edge), reason: 'review' })),
    ...contradicted(
      byIdentifier.filter((link) => isCompared(link) && !isDecided(link)),
      edges,
    ),
  ];
  return {
    groups: clusters.groups(),
    accepted: [...decided.accepted, ...scored.accepted, ...exact.accepted],
    held: open.filter(({ a, b }) => !clusters.connected(a, b)),
  };
};

/** Operators' decisions come before everything that rows say. */
const isDecided = ({ identifier }: Link): boolean => isAlways(identifier);

const asLink = ({ a, b, weight }: ScoredEdge): Link => ({
  a,
  b,
  identifier: pairIdentifier(a, b),
  weight,
});

// Rows that share an identifier and have so much against them that they are no edge: somebody should look.
const contradicted = (
  byIdentifier: readonly Link[],
  edges: readonly ScoredEdge[],
): readonly HeldLink[] => {
  const known = new Set(edges.map(({ a, b }) => `${a} ${b}`));
  return byIdentifier.flatMap(({ a, b, identifier }): readonly HeldLink[] => {
    const pair = `${a} ${b}`;
    if (known.has(pair)) return [];
    known.add(pair);
    return [{ a, b, identifier, reason: 'contradicted' }];
  });
};

/** One pair, however clear, may not outvote all others. */
const MOST_EVIDENCE = 12;

const contradiction =
  (graph: ScoredGraph): Contradicts =>
  (a, b) => {
    let [sum, pairs] = [0, 0];
    for (const one of a) {
      for (const other of b) {
        const evidence = graph.weigh(one, other)?.evidence;
        if (evidence === undefined) continue;
        sum += Math.min(MOST_EVIDENCE, Math.max(-MOST_EVIDENCE, evidence));
        pairs += 1;
      }
    }
    return pairs > 0 && sum < pairs * graph.rules.coherence;
  };

/** Links of a too large component that are named as held; more would help nobody. */
const NAMED = 20;

/**
 * Partitions a component of more units than are evaluated together. What hangs on the weakest namespace comes apart
 * first, then the weakest scored links, one unit of weight at a time, until every part fits.
 */
export const partitionByStrength = (
  units: readonly EvidenceUnit[],
  byIdentifier: readonly Link[],
  policy: MergePolicy,
  graph: ScoredGraph,
): ScoredPartition => {
  const compared = new Set(units.flatMap((unit) => (unit.features ? [unit.key] : [])));
  const edges = graph.edgesAmong(units).filter(({ links }) => links);
  const exact = byIdentifier.filter(
    (link) => isDecided(link) || !(compared.has(link.a) && compared.has(link.b)),
  );
  const parts = partsThatFit(units, { edges, exact, least: graph.rules.link }, policy);
  const partOf = new Map(parts.flatMap((part, at) => part.map((unit) => [unit.key, at] as const)));
  const isWithin = ({ a, b }: Pair) => partOf.get(a) === partOf.get(b);
  const linksOf = Map.groupBy(byIdentifier.filter(isWithin), ({ a }) => partOf.get(a));
  const results = parts.map((part, at) =>
    partitionScored(part, linksOf.get(at) ?? [], policy, graph),
  );
  const dropped = [...edges.map(asLink), ...exact].filter((link) => !isWithin(link));
  return {
    groups: results.flatMap(({ groups }) => groups),
    accepted: results.flatMap(({ accepted }) => accepted),
    held: [...results.flatMap(({ held }) => held), ...dropped.slice(0, NAMED).map(tooLarge)],
  };
};

interface Pair {
  readonly a: UnitKey;
  readonly b: UnitKey;
}

const tooLarge = ({ a, b, identifier, weight }: Link): HeldLink => ({
  a,
  b,
  identifier,
  ...(weight === undefined ? {} : { weight }),
  reason: 'too-large',
});

/** What holds units together. */
interface Bonds {
  readonly edges: readonly ScoredEdge[];
  readonly exact: readonly Link[];
  /** Least weight of an edge that still holds. */
  readonly least: number;
}

const partsThatFit = (
  units: readonly EvidenceUnit[],
  bonds: Bonds,
  policy: MergePolicy,
): readonly (readonly EvidenceUnit[])[] => {
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const isAmong = ({ a, b }: Pair) => byKey.has(a) && byKey.has(b);
  const edges = bonds.edges.filter((edge) => edge.weight >= bonds.least && isAmong(edge));
  const exact = bonds.exact.filter(isAmong);
  const sets = new DisjointSets(units.map(({ key }) => key));
  for (const { a, b } of [...edges, ...exact]) sets.union(a, b);
  const weaker = loosened({ edges, exact, least: bonds.least }, policy);
  return sets.sets().flatMap((part) => {
    const members = part.flatMap((key) => byKey.get(key) ?? []);
    return part.length <= MAX_COMPONENT_UNITS ? [members] : partsThatFit(members, weaker, policy);
  });
};

const loosened = ({ edges, exact, least }: Bonds, policy: MergePolicy): Bonds => {
  if (exact.length === 0) return { edges, exact, least: least + 1 };
  const priority = ({ identifier }: Link) => rulesOf(policy, identifier).priority;
  const weakest = exact.reduce((most, link) => Math.max(most, priority(link)), 0);
  return { edges, exact: exact.filter((link) => priority(link) < weakest), least };
};
