/**
 * Oracle of the scored partition: the rules of docs/adr/0011 read aloud, with every pair weighed and every list searched.
 * For components within the evaluation bound.
 */
import {
  byText,
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { matchSubject } from '#domain/identity/matching/match-subject.ts';
import { weigher } from '#domain/identity/matching/weigh-pair.ts';
import { SCORED_POLICY, SMALL_RULES } from './builders/match.ts';

interface Pair {
  readonly a: EvidenceUnit;
  readonly b: EvidenceUnit;
}

interface ScoredPair extends Pair {
  readonly weight: number;
  readonly links: boolean;
}

type Units = readonly EvidenceUnit[];
type Shared = ReadonlySet<IdentifierKey>;

const weigh = weigher(SMALL_RULES.model);
const NAMESPACES = ['card', 'phone'];

/** Groups as joined keys, and held pairs as `a b reason`. */
export const slowScoredPartition = (
  units: Units,
  shared: Shared,
): { readonly groups: readonly string[]; readonly held: readonly string[] } => {
  const ordered = [...units].sort((a, b) => byText(a.key, b.key));
  const pairs = ordered.flatMap((a, at) => ordered.slice(at + 1).map((b) => ({ a, b })));
  const scored = scoredPairs(pairs, shared);
  const state = new Groups(ordered, shared);
  for (const pair of scored) if (pair.links) state.join(pair);
  for (const name of NAMESPACES) {
    for (const pair of pairs.filter((one) => !isScored(one))) {
      for (const _ of common(pair, shared).filter((id) => namespaceOf(id) === name))
        state.join(pair);
    }
  }
  for (const pair of scored) state.hold(pair, reviewReason(pair, shared));
  return state.shown();
};

const isScored = ({ a, b }: Pair) => a.features !== undefined && b.features !== undefined;

const common = ({ a, b }: Pair, shared: Shared) =>
  a.claims
    .map(({ identifier }) => identifier)
    .filter((id) => !shared.has(id) && b.claims.some(({ identifier }) => identifier === id));

const weighed = ({ a, b }: Pair, shared: Shared) => {
  const [one, other] = [matchSubject(a, shared), matchSubject(b, shared)];
  return one && other ? weigh(one, other) : undefined;
};

const scoredPairs = (pairs: readonly Pair[], shared: Shared): readonly ScoredPair[] =>
  pairs
    .filter((pair) => isScored(pair) && common(pair, shared).length > 0)
    .map((pair): ScoredPair => {
      const { weight = 0, corroborated, named } = weighed(pair, shared) ?? {};
      const bar = corroborated ? SMALL_RULES.link : named ? SMALL_RULES.uncorroborated : undefined;
      return { ...pair, weight, links: weight >= (bar ?? Number.POSITIVE_INFINITY) };
    })
    .sort((x, y) => Math.round(y.weight * 1e6) - Math.round(x.weight * 1e6));

const reviewReason = (pair: ScoredPair, shared: Shared): string | undefined => {
  if (pair.links) return undefined;
  if (pair.weight >= SMALL_RULES.review) return 'review';
  const ids = common(pair, shared).filter((id) => namespaceOf(id) !== 'candidate');
  return ids.length > 0 ? 'contradicted' : undefined;
};

const brokenLimit = (members: Units): string | undefined => {
  const ids = new Set(members.flatMap(({ claims }) => claims.map(({ identifier }) => identifier)));
  return NAMESPACES.find((name) => {
    const scopes = Map.groupBy(
      [...ids].filter((id) => namespaceOf(id) === name),
      scopeOf,
    );
    return [...scopes.values()].some((values) => values.length > (SCORED_POLICY[name]?.limit ?? 0));
  });
};

class Groups {
  readonly #groups: Map<UnitKey, Units>;
  readonly #held: { readonly pair: Pair; readonly reason: string }[] = [];
  readonly #shared: Shared;

  constructor(units: Units, shared: Shared) {
    this.#groups = new Map(units.map((unit) => [unit.key, [unit]]));
    this.#shared = shared;
  }

  join(pair: Pair): void {
    if (this.#together(pair)) return;
    const [as, bs] = [this.#groupOf(pair.a), this.#groupOf(pair.b)];
    const broken = brokenLimit([...as, ...bs]);
    if (broken !== undefined) this.hold(pair, `limit:${broken}`);
    else if (this.#contradicted(as, bs)) this.hold(pair, 'contradicted');
    else for (const unit of [...as, ...bs]) this.#groups.set(unit.key, [...as, ...bs]);
  }

  hold(pair: Pair, reason: string | undefined): void {
    if (reason !== undefined) this.#held.push({ pair, reason });
  }

  shown() {
    const groups = [...this.#groups.values()].map((group) => group.map(({ key }) => key).sort());
    const open = this.#held.filter(({ pair }) => !this.#together(pair));
    return {
      groups: [...new Set(groups.map(String))].sort(),
      held: open.map(({ pair, reason }) => `${pair.a.key} ${pair.b.key} ${reason}`).sort(),
    };
  }

  #groupOf({ key }: EvidenceUnit): Units {
    return this.#groups.get(key) ?? [];
  }

  #together({ a, b }: Pair): boolean {
    return this.#groupOf(a).includes(b);
  }

  #contradicted(as: Units, bs: Units): boolean {
    const said = as.flatMap((a) =>
      bs.flatMap((b) => weighed({ a, b }, this.#shared)?.evidence ?? []),
    );
    const sum = said.reduce((total, w) => total + Math.min(12, Math.max(-12, w)), 0);
    return sum / said.length < SMALL_RULES.coherence;
  }
}
