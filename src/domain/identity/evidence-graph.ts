/**
 * Evidence graph: which links hold a customer together, and what stands between two that are not one.
 *
 * Both are read off the same partition that made the customers, so an explanation cannot tell another story.
 * @module
 */
import { groupBy } from '#domain/shared/multimap.ts';
import type { HeldLink, HoldReason, Link } from './constrained-clusters.ts';
import {
  byText,
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  type UnitKey,
} from './evidence.ts';
import { type Objection, objectionTo } from './evidence-grounds.ts';
import { areDisjoint } from './identifier.ts';
import {
  isAlways,
  isDecision,
  isNever,
  links,
  type MergePolicy,
  rulesOf,
  scoringOf,
} from './merge-policy.ts';
import { pairIdentifier, unitsOfPair } from './pair.ts';
import { linkingHolders, type Partition } from './partition.ts';
import { scoredGraph } from './scored-graph.ts';

/**
 * Every link inside the groups of a partition: scored ones, the strongest first, then by namespace and units. Held ones
 * are left out, and of two rows that are scored what they weigh is the link, whatever they hold.
 */
export const linksWithin = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
  { groups, held }: Pick<Partition, 'groups' | 'held'>,
): readonly Link[] => {
  const groupOf = new Map(groups.flatMap((group, at) => group.map((unit) => [unit, at] as const)));
  const isHeld = new Set(held.map(textOf));
  const isWithin = ({ a, b }: Link) => groupOf.get(a) === groupOf.get(b);
  const compared = comparedUnits(units, policy);
  const byIdentifier = [...linkingHolders(units, shared, policy)]
    .flatMap(([identifier, holders]) => pairsOf(identifier, holders))
    .filter((link) => isAlways(link.identifier) || !(compared.has(link.a) && compared.has(link.b)))
    .sort(
      (x, y) =>
        rulesOf(policy, x.identifier).priority - rulesOf(policy, y.identifier).priority ||
        byText(textOf(x), textOf(y)),
    );
  return [...scoredLinks(units, shared, policy), ...byIdentifier].filter(
    (link) => isWithin(link) && !isHeld.has(textOf(link)),
  );
};

const comparedUnits = (units: readonly EvidenceUnit[], policy: MergePolicy): ReadonlySet<UnitKey> =>
  new Set(scoringOf(policy) ? units.flatMap(({ key, features }) => (features ? [key] : [])) : []);

const scoredLinks = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly Link[] => {
  const ordered = units.toSorted((a, b) => byText(a.key, b.key));
  const edges = scoredGraph(ordered, shared, policy)?.edgesAmong(ordered) ?? [];
  return edges
    .filter(({ links: isLink }) => isLink)
    .map(({ a, b, weight }) => ({ a, b, identifier: pairIdentifier(a, b), weight }));
};

const textOf = ({ a, b, identifier }: Link): string => `${a} ${b} ${identifier}`;

const pairsOf = (identifier: IdentifierKey, holders: readonly EvidenceUnit[]): readonly Link[] => {
  const claims = holders
    .map(({ key, claims: all }) => ({ key, claim: all.find((c) => c.identifier === identifier) }))
    .sort((x, y) => byText(x.key, y.key));
  return claims.flatMap((a, index) =>
    claims
      .slice(index + 1)
      .filter((b) => !areDisjoint(a.claim ?? {}, b.claim ?? {}))
      .map((b) => ({ a: a.key, b: b.key, identifier })),
  );
};

/** The shortest way from one unit to another over links, each turned to the way; `undefined` when there is none. */
export const shortestPath = (
  links: readonly Link[],
  from: UnitKey,
  to: UnitKey,
): readonly Link[] | undefined => {
  const both = links.flatMap((link) => [link, { ...link, a: link.b, b: link.a }]);
  const leaving = groupBy(both, ({ a }) => a);
  const cameBy = new Map<UnitKey, Link>();
  const queue = [from];
  for (let next = queue.shift(); next !== undefined && next !== to; next = queue.shift()) {
    for (const link of leaving.get(next) ?? []) {
      if (link.b === from || cameBy.has(link.b)) continue;
      cameBy.set(link.b, link);
      queue.push(link.b);
    }
  }
  return wayBack(cameBy, from, to);
};

const wayBack = (
  cameBy: ReadonlyMap<UnitKey, Link>,
  from: UnitKey,
  to: UnitKey,
): readonly Link[] | undefined => {
  const path: Link[] = [];
  for (let at = to; at !== from; ) {
    const link = cameBy.get(at);
    if (link === undefined) return undefined;
    path.unshift(link);
    at = link.a;
  }
  return path;
};

/** What keeps two apart although they have a value in common, or that they have none. */
export type Obstacle =
  /** An operator says so. */
  | { readonly kind: 'never-link'; readonly identifier: IdentifierKey }
  /** The link is held. */
  | ({
      readonly kind: 'held';
      readonly identifier: IdentifierKey;
      readonly reason: HoldReason;
    } & Objection)
  /** Rules score pairs, and the two rows that are most alike weigh too little. */
  | { readonly kind: 'unlike'; readonly identifier: IdentifierKey }
  /** More units hold the value than its cap. */
  | { readonly kind: 'shared'; readonly identifier: IdentifierKey }
  /** The value was one's before it was the other's. */
  | { readonly kind: 'not-at-one-time'; readonly identifier: IdentifierKey }
  /** The namespace keeps customers apart and links none. */
  | { readonly kind: 'guard'; readonly identifier: IdentifierKey }
  | { readonly kind: 'no-common-value' };

/**
 * What stands between two groups of units, the strongest obstacle first; never empty.
 * @param held the held links of all these units
 */
export const obstaclesBetween = (
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  held: readonly HeldLink[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly Obstacle[] => {
  const [inA, inB] = [identifiersOf(a), identifiersOf(b)];
  const between = heldBetween(a, b, held);
  const compares = strongestPair(a, b, shared, policy);
  const heldObstacles = (identifier: IdentifierKey, of: readonly HeldLink[]): readonly Obstacle[] =>
    [...new Set(of.map(({ reason }) => reason))].map((reason) => ({
      kind: 'held',
      identifier,
      reason,
      ...objectionTo(reason, of, a, b, policy),
    }));
  const scored: readonly Obstacle[] = [...between].flatMap(([identifier, of]) =>
    unitsOfPair(identifier) ? heldObstacles(identifier, of) : [],
  );
  const common = [...inA.intersection(inB)].filter((identifier) => !isKey(policy, identifier));
  const obstacles = common.flatMap((identifier): readonly Obstacle[] => {
    if (isNever(identifier)) return [{ kind: 'never-link', identifier }];
    if (!links(policy, identifier)) return [{ kind: 'guard', identifier }];
    if (shared.has(identifier)) return [{ kind: 'shared', identifier }];
    const waiting = heldObstacles(identifier, between.get(identifier) ?? []);
    return waiting.length > 0 ? waiting : unheldObstacles(identifier, compares !== undefined);
  });
  const found = [...scored, ...obstacles.filter(({ kind }) => kind !== 'guard')];
  if (found.length === 0 && compares)
    return [{ kind: 'unlike', identifier: compares }, ...obstacles];
  if (found.length === 0) return [...obstacles, { kind: 'no-common-value' }];
  return found.sort((x, y) => rankOf(x, policy) - rankOf(y, policy));
};

// A link that is not held and yet not there: where two rows are scored, what they weigh stands between them.
const unheldObstacles = (identifier: IdentifierKey, isScored: boolean): readonly Obstacle[] =>
  isScored || isDecision(identifier) ? [] : [{ kind: 'not-at-one-time', identifier }];

/** The two rows of two groups that weigh most; `undefined` when there are none to be scored. */
const strongestPair = (
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): IdentifierKey | undefined => {
  const ordered = [...a, ...b].sort((x, y) => byText(x.key, y.key));
  const graph = scoredGraph(ordered, shared, policy);
  const pairs = a.flatMap((one) =>
    b.flatMap((other) => {
      const weight = graph?.weigh(one.key, other.key)?.weight;
      const [first, second] = [one.key, other.key].sort(byText);
      return weight === undefined || !first || !second
        ? []
        : [{ weight, identifier: pairIdentifier(first, second) }];
    }),
  );
  const [strongest] = pairs.sort(
    (x, y) => y.weight - x.weight || byText(x.identifier, y.identifier),
  );
  return strongest?.identifier;
};

const isKey = (policy: MergePolicy, identifier: IdentifierKey): boolean =>
  namespaceOf(identifier) === scoringOf(policy)?.namespace;

const identifiersOf = (units: readonly EvidenceUnit[]): ReadonlySet<IdentifierKey> =>
  new Set(units.flatMap(({ claims }) => claims.map(({ identifier }) => identifier)));

const heldBetween = (
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  held: readonly HeldLink[],
): ReadonlyMap<IdentifierKey, readonly HeldLink[]> => {
  const [keysA, keysB] = [new Set(a.map(({ key }) => key)), new Set(b.map(({ key }) => key))];
  const across = (x: UnitKey, y: UnitKey) => keysA.has(x) && keysB.has(y);
  return groupBy(
    held.filter((link) => across(link.a, link.b) || across(link.b, link.a)),
    ({ identifier }) => identifier,
  );
};

const rankOf = (obstacle: Obstacle, policy: MergePolicy): number => {
  if (obstacle.kind === 'never-link') return -1;
  if (!('identifier' in obstacle)) return 1_000;
  return unitsOfPair(obstacle.identifier) ? 0 : rulesOf(policy, obstacle.identifier).priority;
};
