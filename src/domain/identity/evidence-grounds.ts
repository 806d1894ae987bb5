/**
 * Evidence grounds: what decided about a link besides the value that its two units have in common.
 *
 * They are worked out as {@link module:domain/identity/partition} weighs the link, so that they name what counted there.
 * @module
 */
import type { HeldLink, HoldReason } from './constrained-clusters.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
  type UnitKey,
} from './evidence.ts';
import { type MergePolicy, rulesOf } from './merge-policy.ts';
import { pairIdentifier, unitsOfPair } from './pair.ts';
import { holderOf, isOpposed } from './partition.ts';

/** Identifiers of one side, and of the other. */
export interface Sides {
  readonly a: readonly IdentifierKey[];
  readonly b: readonly IdentifierKey[];
}

/** What speaks against a held link. */
export interface Objection {
  /** What the two sides say otherwise, where namespaces oppose the value that they share. */
  readonly opposedBy?: Sides;
  /** Where a limit holds the link: the values of the limited namespace, which are too many together. */
  readonly overLimit?: Sides;
  /** Where rules score pairs and the rows weigh too little for what they share: the pair. */
  readonly weighed?: IdentifierKey;
}

/** Most identifiers that are named of each side. */
const MOST_NAMED = 10;

/** What both units say that bears out the value of their link; empty where it needed nothing to. */
export const corroborationOf = (
  identifier: IdentifierKey,
  one: EvidenceUnit,
  other: EvidenceUnit,
  policy: MergePolicy,
): readonly IdentifierKey[] => {
  if (unitsOfPair(identifier)) return [];
  const rules = rulesOf(policy, identifier);
  const [a, b] = [holderOf(one, identifier, rules), holderOf(other, identifier, rules)];
  const isInDoubt = a.doubt + b.doubt > 0 || isOpposed(a, b);
  return isInDoubt ? [...a.beside.intersection(b.beside)].slice(0, MOST_NAMED) : [];
};

/**
 * What speaks against the links of one identifier that are held between two groups of units for one reason.
 * @param held all held links of the identifier between the two
 */
export const objectionTo = (
  reason: HoldReason,
  held: readonly HeldLink[],
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  policy: MergePolicy,
): Objection => {
  if (reason.startsWith('limit:')) {
    const overLimit = valuesOverLimit(reason.slice('limit:'.length), a, b, policy);
    return isEmpty(overLimit) ? {} : { overLimit };
  }
  if (reason !== 'contradicted') return {};
  const links = held.filter((link) => link.reason === reason);
  const opposedBy = oppositionOf(links, a, b, policy);
  return { ...(isEmpty(opposedBy) ? {} : { opposedBy }), ...weighedPair(links, [...a, ...b]) };
};

const weighedPair = (
  [link]: readonly HeldLink[],
  units: readonly EvidenceUnit[],
): Pick<Objection, 'weighed'> => {
  const compared = units.filter(
    ({ key, features }) => features && (key === link?.a || key === link?.b),
  );
  return link && compared.length === 2 ? { weighed: pairIdentifier(link.a, link.b) } : {};
};

const isEmpty = ({ a, b }: Sides): boolean => a.length + b.length === 0;

const valuesOverLimit = (
  namespace: string,
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  policy: MergePolicy,
): Sides => {
  const [ofA, ofB] = [valuesOf(a, namespace), valuesOf(b, namespace)];
  const isOver = (scope: string): boolean => {
    const within = (values: ReadonlySet<IdentifierKey>) =>
      new Set([...values].filter((value) => scopeOf(value) === scope));
    const [inA, inB] = [within(ofA), within(ofB)];
    const limit = policy[namespace]?.limit ?? Number.POSITIVE_INFINITY;
    return inA.size > 0 && inB.size > 0 && inA.union(inB).size > limit;
  };
  const over = new Set([...new Set([...ofA].map(scopeOf))].filter(isOver));
  return named(
    [...ofA].filter((value) => over.has(scopeOf(value))),
    [...ofB].filter((value) => over.has(scopeOf(value))),
  );
};

const valuesOf = (units: readonly EvidenceUnit[], namespace: string): ReadonlySet<IdentifierKey> =>
  new Set(
    units
      .flatMap(({ claims }) => claims.map(({ identifier }) => identifier))
      .filter((identifier) => namespaceOf(identifier) === namespace),
  );

const oppositionOf = (
  links: readonly HeldLink[],
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  policy: MergePolicy,
): Sides => {
  const [inA, inB] = [byKey(a), byKey(b)];
  const opposed = links.flatMap(({ a: first, b: second, identifier }): readonly Sides[] => {
    const one = inA.get(first) ?? inA.get(second);
    const other = inB.get(second) ?? inB.get(first);
    if (!one || !other || unitsOfPair(identifier)) return [];
    const rules = rulesOf(policy, identifier);
    const [x, y] = [holderOf(one, identifier, rules), holderOf(other, identifier, rules)];
    return isOpposed(x, y) ? [{ a: [...x.against], b: [...y.against] }] : [];
  });
  return named(
    opposed.flatMap((sides) => sides.a),
    opposed.flatMap((sides) => sides.b),
  );
};

const byKey = (units: readonly EvidenceUnit[]): ReadonlyMap<UnitKey, EvidenceUnit> =>
  new Map(units.map((unit) => [unit.key, unit]));

const named = (a: readonly IdentifierKey[], b: readonly IdentifierKey[]): Sides => ({
  a: [...new Set(a)].slice(0, MOST_NAMED),
  b: [...new Set(b)].slice(0, MOST_NAMED),
});
