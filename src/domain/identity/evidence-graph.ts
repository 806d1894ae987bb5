/**
 * Evidence graph: which links hold a customer together, and what stands between two that are not one.
 *
 * Both are read off the same partition that made the customers, so an explanation cannot tell another story.
 * @module
 */
import { groupBy } from '#domain/shared/multimap.ts';
import type { HeldLink, HoldReason, Link } from './constrained-clusters.ts';
import { byText, type EvidenceUnit, type IdentifierKey, type UnitKey } from './evidence.ts';
import { areDisjoint } from './identifier.ts';
import { isDecision, isNever, links, type MergePolicy, rulesOf } from './merge-policy.ts';
import { linkingHolders, type Partition } from './partition.ts';

/** Every link inside the groups of a partition: strongest namespace first, then by units. Held ones are left out. */
export const linksWithin = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
  { groups, held }: Pick<Partition, 'groups' | 'held'>,
): readonly Link[] => {
  const groupOf = new Map(groups.flatMap((group, at) => group.map((unit) => [unit, at] as const)));
  const isHeld = new Set(held.map(textOf));
  return [...linkingHolders(units, shared, policy)]
    .flatMap(([identifier, holders]) => pairsOf(identifier, holders))
    .filter((link) => groupOf.get(link.a) === groupOf.get(link.b) && !isHeld.has(textOf(link)))
    .sort(
      (x, y) =>
        rulesOf(policy, x.identifier).priority - rulesOf(policy, y.identifier).priority ||
        byText(textOf(x), textOf(y)),
    );
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
  | { readonly kind: 'held'; readonly identifier: IdentifierKey; readonly reason: HoldReason }
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
  const obstacles = [...inA.intersection(inB)].flatMap((identifier): readonly Obstacle[] => {
    if (isNever(identifier)) return [{ kind: 'never-link', identifier }];
    if (!links(policy, identifier)) return [{ kind: 'guard', identifier }];
    if (shared.has(identifier)) return [{ kind: 'shared', identifier }];
    const reasons = new Set(between.get(identifier)?.map(({ reason }) => reason));
    if (reasons.size === 0 && !isDecision(identifier))
      return [{ kind: 'not-at-one-time', identifier }];
    return [...reasons].map((reason) => ({ kind: 'held', identifier, reason }));
  });
  const found = obstacles.filter(({ kind }) => kind !== 'guard');
  if (found.length === 0) return [...obstacles, { kind: 'no-common-value' }];
  return found.sort((x, y) => rankOf(x, policy) - rankOf(y, policy));
};

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
  return 'identifier' in obstacle ? rulesOf(policy, obstacle.identifier).priority : 1_000;
};
