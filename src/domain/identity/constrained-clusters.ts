/**
 * Constrained clusters: joins units one link at a time and refuses a link that would break a rule.
 *
 * Links must come in the canonical order of {@link module:domain/identity/partition}; the outcome then depends on the
 * set of units only. Cost: O(log n) amortised a link, plus the identifiers of the smaller cluster when two join.
 * @module
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { DisjointSets } from './disjoint-sets.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
  type UnitKey,
} from './evidence.ts';
import { isAlways, isNever, type MergePolicy, rulesOf } from './merge-policy.ts';

/** Two units that hold the same identifier, or whose rows weigh enough together. */
export interface Link {
  readonly a: UnitKey;
  readonly b: UnitKey;
  /** What both hold; of a scored link the pair itself, see {@link module:domain/identity/pair}. */
  readonly identifier: IdentifierKey;
  /** Of a scored link: natural logarithm of the odds that the two are one person. */
  readonly weight?: number;
  /** Both units say more that agrees, by the rules of the identifier: an unverified value then counts as verified. */
  readonly corroborated?: boolean;
  /** Both units say what speaks against the identifier, and nothing bears it out. */
  readonly opposed?: boolean;
}

/**
 * Why a link was not accepted: `limit:<namespace>` when the customer would hold too many values of it, `unverified`
 * when a merely typed value would bridge two customers, `never-link` when an operator keeps the two apart, `too-large`
 * when its component exceeds the evaluation bound, `contradicted` when names or other evidence speak against it,
 * `review` when they speak for it, but not enough.
 */
export type HoldReason =
  | `limit:${string}`
  | 'unverified'
  | 'never-link'
  | 'too-large'
  | 'contradicted'
  | 'review';

/** A link waiting for review, with the reason. */
export interface HeldLink extends Link {
  readonly reason: HoldReason;
}

interface Cluster {
  /** Values per limited scope. */
  readonly limited: Map<string, Set<IdentifierKey>>;
  /** Identifiers that joined its units so far. */
  readonly via: Set<IdentifierKey>;
  /** Decisions that keep its units apart from others. */
  readonly never: Set<IdentifierKey>;
  /** Scopes whose limit gave way when its units were joined. */
  readonly yielded: Set<string>;
  readonly units: readonly UnitKey[];
}

/** A limit that a link would break, of one scope. */
interface BrokenLimit {
  readonly scope: string;
  readonly rules: NamespaceDefinition;
}

const isDecided = ({ via }: Cluster): boolean => [...via].some(isAlways);

/** Whether the evidence between two groups of units speaks against joining them. */
export type Contradicts = (a: readonly UnitKey[], b: readonly UnitKey[]) => boolean;

/** The clusters of one component while its links are weighed. */
export class ConstrainedClusters {
  readonly #sets: DisjointSets<UnitKey>;
  readonly #clusters = new Map<UnitKey, Cluster>();
  readonly #unverified = new Set<string>();
  readonly #units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly #policy: MergePolicy;
  readonly #contradicts: Contradicts;

  constructor(
    units: readonly EvidenceUnit[],
    policy: MergePolicy,
    contradicts: Contradicts = () => false,
  ) {
    this.#policy = policy;
    this.#contradicts = contradicts;
    this.#units = new Map(units.map((unit) => [unit.key, unit]));
    this.#sets = new DisjointSets(units.map((unit) => unit.key));
    for (const unit of units) {
      const never = unit.claims.map((claim) => claim.identifier).filter(isNever);
      this.#clusters.set(unit.key, {
        limited: this.#limitedValues(unit),
        via: new Set(),
        never: new Set(never),
        yielded: new Set(),
        units: [unit.key],
      });
      for (const claim of unit.claims) {
        if (!claim.verified) this.#unverified.add(`${unit.key} ${claim.identifier}`);
      }
    }
  }

  /** Accepts the link (`undefined`) or tells why it is held. A link inside one cluster is accepted. */
  join(link: Link): HoldReason | undefined {
    const [rootA, rootB] = [this.#sets.find(link.a), this.#sets.find(link.b)];
    if (rootA === rootB) return undefined;
    const [a, b] = [this.#cluster(rootA), this.#cluster(rootB)];
    const broken = isAlways(link.identifier) ? [] : this.#brokenLimits(a, b);
    const reason = this.#objection(link, a, b, broken);
    if (reason !== undefined) return reason;
    for (const { scope } of broken) a.yielded.add(scope);
    this.#merge(this.#sets.union(link.a, link.b), a, b, link.identifier);
    return undefined;
  }

  /** Whether two units are in one cluster already. */
  connected(a: UnitKey, b: UnitKey): boolean {
    return this.#sets.find(a) === this.#sets.find(b);
  }

  /** The clusters: units in the order given, clusters by their first unit. */
  groups(): readonly (readonly UnitKey[])[] {
    return this.#sets.sets();
  }

  // Who decides that two are one has seen what the rules would say; only the opposite decision stands against it.
  #objection(
    link: Link,
    a: Cluster,
    b: Cluster,
    broken: readonly BrokenLimit[],
  ): HoldReason | undefined {
    if (!a.never.isDisjointFrom(b.never)) return 'never-link';
    if (isAlways(link.identifier)) return undefined;
    if (this.#bridges(link.a, a, link) || this.#bridges(link.b, b, link)) return 'unverified';
    if (link.opposed) return 'contradicted';
    const stands = broken.find((limit) => !this.#yields(limit, link));
    if (stands !== undefined) return `limit:${stands.rules.namespace}`;
    return this.#contradicts(a.units, b.units) ? 'contradicted' : undefined;
  }

  #cluster(root: UnitKey): Cluster {
    return must(this.#clusters.get(root), 'cluster');
  }

  #limitedValues(unit: EvidenceUnit): Map<string, Set<IdentifierKey>> {
    const values = new Map<string, Set<IdentifierKey>>();
    for (const { identifier } of unit.claims) {
      if (rulesOf(this.#policy, identifier).limit === undefined) continue;
      const scope = scopeOf(identifier);
      values.set(scope, (values.get(scope) ?? new Set()).add(identifier));
    }
    return values;
  }

  // A typed value may place a unit that nothing else has placed; alone it may not tie two customers together.
  #bridges(unit: UnitKey, cluster: Cluster, link: Link): boolean {
    if (link.corroborated || !this.#unverified.has(`${unit} ${link.identifier}`)) return false;
    return [...cluster.via].some((identifier) => identifier !== link.identifier);
  }

  // The strongest namespace first. A decision, or a limit that gave way, may have brought more values together than it
  // allows; then nothing may add to them.
  #brokenLimits(a: Cluster, b: Cluster): readonly BrokenLimit[] {
    const broken = [...a.limited].flatMap(([scope, values]) => {
      const others = b.limited.get(scope) ?? new Set();
      const [some] = values;
      const rules = rulesOf(this.#policy, must(some, 'a limited value'));
      const exceeding = [a, b]
        .filter((one) => isDecided(one) || one.yielded.has(scope))
        .map((one) => one.limited.get(scope)?.size ?? 0);
      const allowed = Math.max(must(rules.limit, 'limit'), ...exceeding);
      const breaks = others.size > 0 && values.union(others).size > allowed;
      return breaks ? [{ scope, rules }] : [];
    });
    return broken.sort((x, y) => x.rules.priority - y.rules.priority);
  }

  // Each of the two says a value, and both say more that is the same: one person, of whom one value is wrong.
  #yields({ scope, rules: { yieldsTo = [] } }: BrokenLimit, { a, b }: Link): boolean {
    if (yieldsTo.length === 0) return false;
    const [ofA, ofB] = [this.#valuesOf(a), this.#valuesOf(b)];
    const isSaid = (values: readonly IdentifierKey[]) =>
      values.some((one) => scopeOf(one) === scope);
    const agree = ofA.filter((one) => ofB.includes(one)).map(namespaceOf);
    return isSaid(ofA) && isSaid(ofB) && agree.some((one) => yieldsTo.includes(one));
  }

  #valuesOf(unit: UnitKey): readonly IdentifierKey[] {
    return must(this.#units.get(unit), 'unit of a link').claims.map((claim) => claim.identifier);
  }

  #merge(root: UnitKey, a: Cluster, b: Cluster, identifier: IdentifierKey): void {
    const [large, small] = a.limited.size >= b.limited.size ? [a, b] : [b, a];
    for (const [scope, values] of small.limited) {
      const into = large.limited.get(scope) ?? new Set();
      for (const value of values) into.add(value);
      large.limited.set(scope, into);
    }
    for (const via of small.via) large.via.add(via);
    for (const never of small.never) large.never.add(never);
    for (const scope of small.yielded) large.yielded.add(scope);
    large.via.add(identifier);
    this.#clusters.set(root, { ...large, units: [...large.units, ...small.units] });
  }
}

/** Joins clusters by links in the order given: which were accepted (those that joined two), and which are held. */
export const joinAll = (
  clusters: ConstrainedClusters,
  links: readonly Link[],
): { readonly accepted: readonly Link[]; readonly held: readonly HeldLink[] } => {
  const accepted: Link[] = [];
  const held: HeldLink[] = [];
  for (const link of links) {
    const joined = clusters.connected(link.a, link.b);
    const reason = clusters.join(link);
    if (reason !== undefined) held.push({ ...plain(link), reason });
    else if (!joined) accepted.push(plain(link));
  }
  return { accepted, held };
};

/** The link without what only its order was made of. */
const plain = ({ a, b, identifier, weight }: Link): Link => ({
  a,
  b,
  identifier,
  ...(weight === undefined ? {} : { weight }),
});
