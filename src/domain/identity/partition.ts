/**
 * Partition: which evidence units are one customer. This is the function F that the law speaks of.
 *
 * Two units are linked when they hold the same value of a linking namespace that is not shared (held by more units
 * than its cap). Links are weighed in one canonical order: namespace priority, verified before unverified, then the
 * two unit keys, then scope and holders of the value. A link that would break a limit, or let an unverified value bridge
 * two customers, is held, and so is one that what both units say speaks against; an unverified value that both units bear
 * out with another that agrees counts as verified. Two units that hold a value on different days are not linked by it. Every step is defined on the set of units, so arrival
 * order cannot matter.
 *
 * Values of one namespace that the same two units hold are told apart by who else holds them. Their pseudonyms would do
 * it, too, but those are others under another pepper, and customers must not be. Values with the same holders are alike.
 *
 * Where rules score pairs, two party rows that hold the same identifier or blocking key are compared as a whole, and what
 * they weigh decides: scored links come first, strongest before weaker, and a link that most of the evidence between two
 * groups speaks against is held. A shared identifier is then evidence like any other (docs/adr/0011).
 *
 * F decomposes over connected components, therefore it may be evaluated on any union of whole components.
 * @module
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { append } from '#domain/shared/multimap.ts';
import {
  ConstrainedClusters,
  type HeldLink,
  type HoldReason,
  joinAll,
  type Link,
} from './constrained-clusters.ts';
import { DisjointSets } from './disjoint-sets.ts';
import {
  byText,
  type Claim,
  daysText,
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
  type UnitKey,
} from './evidence.ts';
import { areDisjoint } from './identifier.ts';
import { links, MAX_COMPONENT_UNITS, type MergePolicy, rulesOf } from './merge-policy.ts';
import { partitionByStrength, partitionScored } from './partition-scored.ts';
import { type ScoredGraph, scoredGraph } from './scored-graph.ts';

/** Units of each customer, and the links behind them. */
export interface Partition {
  /** Groups of units in key order, by their smallest key. */
  readonly groups: readonly (readonly UnitKey[])[];
  /** The links that joined groups: a spanning tree of each. In canonical order, component after component. */
  readonly accepted: readonly Link[];
  /** Links waiting for review, in the same order. */
  readonly held: readonly HeldLink[];
  /** The units that were evaluated together, in key order, by their smallest key. */
  readonly components: readonly (readonly UnitKey[])[];
}

interface WeighedLink extends Link {
  readonly priority: number;
  /** 0: both sides verified the value or it is corroborated, 1: one did, 2: none. */
  readonly doubt: number;
  /** Scope of the identifier and who holds it. */
  readonly held: string;
}

/** Evaluates F on units (any order, keys distinct); `shared` names the identifiers above their cap. */
export const partition = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): Partition => {
  const ordered = [...units].sort((a, b) => byText(a.key, b.key));
  const graph = scoredGraph(ordered, shared, policy);
  const components = connectedComponents(ordered, linkingHolders(ordered, shared, policy), graph);
  const parts = components.map((part) => partitionComponent(part, shared, policy, graph));
  return {
    groups: parts.flatMap((part) => part.groups).sort((a, b) => byText(a[0] ?? '', b[0] ?? '')),
    accepted: parts.flatMap((part) => part.accepted),
    held: parts.flatMap((part) => part.held),
    components: components.map((component) => component.map((unit) => unit.key)),
  };
};

/** Holders of every identifier that links: units in key order. */
export const linkingHolders = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): ReadonlyMap<IdentifierKey, readonly EvidenceUnit[]> => {
  const holders = new Map<IdentifierKey, EvidenceUnit[]>();
  for (const unit of units) {
    for (const { identifier } of unit.claims) {
      if (!shared.has(identifier) && links(policy, identifier)) append(holders, identifier, unit);
    }
  }
  return holders;
};

/** Units that are reachable from each other over identifiers and scored pairs, components by their first unit. */
const connectedComponents = (
  units: readonly EvidenceUnit[],
  holders: ReadonlyMap<IdentifierKey, readonly EvidenceUnit[]>,
  graph: ScoredGraph | undefined,
): readonly (readonly EvidenceUnit[])[] => {
  const sets = new DisjointSets(units);
  for (const [first, ...others] of holders.values()) {
    for (const other of others) if (first) sets.union(first, other);
  }
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  for (const { a, b } of graph?.edgesAmong(units) ?? []) {
    sets.union(must(byKey.get(a), 'unit of an edge'), must(byKey.get(b), 'unit of an edge'));
  }
  return sets.sets();
};

type ComponentPartition = Omit<Partition, 'components'>;

const partitionComponent = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
  graph: ScoredGraph | undefined,
): ComponentPartition => {
  const holders = linkingHolders(units, shared, policy);
  if (units.length <= MAX_COMPONENT_UNITS) {
    return graph
      ? partitionScored(units, canonicalLinks(holders, policy), policy, graph)
      : partitionWhole(units, canonicalLinks(holders, policy), policy);
  }
  return graph && units.some(({ features }) => features)
    ? partitionByStrength(units, canonicalLinks(holders, policy), policy, graph)
    : partitionTooLarge(units, shared, policy);
};

const partitionWhole = (
  units: readonly EvidenceUnit[],
  links: readonly Link[],
  policy: MergePolicy,
): ComponentPartition => {
  const clusters = new ConstrainedClusters(units, policy);
  return { ...joinAll(clusters, links), groups: clusters.groups() };
};

// The weakest namespace of the component stops linking, until every part fits. Its values are named as held.
const partitionTooLarge = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): ComponentPartition => {
  const holders = linkingHolders(units, shared, policy);
  const weakest = Math.max(...[...holders.keys()].map((id) => rulesOf(policy, id).priority));
  const dropped = [...holders].filter(([id]) => rulesOf(policy, id).priority === weakest);
  const rest = partition(units, new Set([...shared, ...dropped.map(([id]) => id)]), policy);
  return { ...rest, held: [...rest.held, ...dropped.flatMap(heldAsTooLarge)] };
};

const heldAsTooLarge = ([identifier, [first, second]]: readonly [
  IdentifierKey,
  readonly EvidenceUnit[],
]): readonly HeldLink[] => {
  const reason: HoldReason = 'too-large';
  return first && second ? [{ a: first.key, b: second.key, identifier, reason }] : [];
};

const canonicalLinks = (
  holders: ReadonlyMap<IdentifierKey, readonly EvidenceUnit[]>,
  policy: MergePolicy,
): readonly WeighedLink[] =>
  [...holders]
    .flatMap(([identifier, units]) => pairsOf(identifier, units, policy))
    .sort(
      (x, y) =>
        x.priority - y.priority ||
        x.doubt - y.doubt ||
        byText(x.a, y.a) ||
        byText(x.b, y.b) ||
        byText(x.held, y.held) ||
        byText(x.identifier, y.identifier),
    );

const pairsOf = (
  identifier: IdentifierKey,
  units: readonly EvidenceUnit[],
  policy: MergePolicy,
): readonly WeighedLink[] => {
  const rules = rulesOf(policy, identifier);
  const { priority } = rules;
  const holders = units.map((unit) => holderOf(unit, identifier, rules));
  const held = [
    scopeOf(identifier),
    ...holders.map(({ key, doubt, claim }) => `${key}#${doubt}${daysText(claim)}`),
  ].join(' ');
  return holders.flatMap((a, index) =>
    holders
      .slice(index + 1)
      .filter((b) => !areDisjoint(a.claim, b.claim))
      .map((b) => ({ a: a.key, b: b.key, identifier, priority, ...weightOf(a, b), held })),
  );
};

/** One holder of an identifier. */
export interface Holder {
  readonly key: UnitKey;
  readonly claim: Claim;
  readonly doubt: 0 | 1;
  /** What bears the identifier out, where another holder says the same. */
  readonly beside: ReadonlySet<IdentifierKey>;
  /** What speaks against it, where another holder says other values. */
  readonly against: ReadonlySet<IdentifierKey>;
}

/** A unit as holder of an identifier that it claims, by the rules of the identifier. */
export const holderOf = (
  { key, claims }: EvidenceUnit,
  identifier: IdentifierKey,
  { corroboratedBy, opposedBy }: NamespaceDefinition,
): Holder => {
  const claim = must(
    claims.find((one) => one.identifier === identifier),
    'claim of a holder',
  );
  const doubt = claim.verified ? 0 : 1;
  return {
    key,
    claim,
    doubt,
    beside: among(claims, corroboratedBy),
    against: among(claims, opposedBy),
  };
};

const among = (
  claims: readonly Claim[],
  namespaces: readonly string[] = [],
): ReadonlySet<IdentifierKey> =>
  new Set(
    namespaces.length === 0
      ? []
      : claims.map((one) => one.identifier).filter((one) => namespaces.includes(namespaceOf(one))),
  );

const weightOf = (
  a: Holder,
  b: Holder,
): Pick<WeighedLink, 'doubt' | 'corroborated' | 'opposed'> => {
  if (!a.beside.isDisjointFrom(b.beside)) return { doubt: 0, corroborated: true };
  const opposed = isOpposed(a, b);
  return { doubt: a.doubt + b.doubt, ...(opposed ? { opposed } : {}) };
};

/** Whether both holders say what speaks against the identifier, and nothing of it is the same. */
export const isOpposed = (a: Holder, b: Holder): boolean =>
  a.against.size > 0 && b.against.size > 0 && a.against.isDisjointFrom(b.against);
