/**
 * Held values: what waits for review, one entry for each value that would join customers and may not.
 *
 * A value of twenty holders may stand behind a hundred held links; a person decides about the value.
 * @module
 */
import { groupBy } from '#domain/shared/multimap.ts';
import type { HeldLink, HoldReason } from './constrained-clusters.ts';
import { byText, type EvidenceUnit, type IdentifierKey, type UnitKey } from './evidence.ts';
import { unitsOfPair } from './pair.ts';

/** A value whose links are held. */
export interface HeldValue {
  readonly identifier: IdentifierKey;
  /** In ascending order, without duplicates. */
  readonly reasons: readonly HoldReason[];
  /** Links held because of it. */
  readonly links: number;
  /** Units that hold it. */
  readonly units: number;
  /** Groups of units that it would join. */
  readonly joins: number;
  /** The smallest unit of each of those groups, at most {@link MAX_SIDES}. */
  readonly sides: readonly UnitKey[];
  /** Of scored links: natural logarithm of the odds that the two of the strongest are one person. */
  readonly weight?: number;
}

/** A held value as a scope keeps it. */
export interface ListedValue extends HeldValue {
  /** Since when it is listed, epoch milliseconds; `null` while its entry is still to be written. */
  readonly since: number | null;
}

/** Most groups that an entry names. */
export const MAX_SIDES = 10;

/**
 * The held links by value, in order of identifier; a link inside one group waits for nobody. Scored links are one entry
 * for each two groups, which goes by the pair that weighs most.
 */
export const heldValues = (
  held: readonly HeldLink[],
  groups: readonly (readonly UnitKey[])[],
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
): readonly HeldValue[] => {
  if (held.length === 0) return [];
  const sideOf = new Map(groups.flatMap((group) => group.map((unit) => [unit, group[0] ?? unit])));
  const waiting = held.filter(({ a, b }) => sideOf.get(a) !== sideOf.get(b));
  const isScored = ({ identifier }: HeldLink) => unitsOfPair(identifier) !== undefined;
  const side = (unit: UnitKey) => sideOf.get(unit) ?? unit;
  return [
    ...exactValues(
      waiting.filter((link) => !isScored(link)),
      side,
      units,
    ),
    ...scoredValues(waiting.filter(isScored), side),
  ].sort((a, b) => byText(a.identifier, b.identifier));
};

type SideOf = (unit: UnitKey) => UnitKey;

const exactValues = (
  waiting: readonly HeldLink[],
  side: SideOf,
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
): readonly HeldValue[] => {
  const holders = holdersOf(new Set(waiting.map(({ identifier }) => identifier)), units);
  return [...groupBy(waiting, ({ identifier }) => identifier)].map(([identifier, links]) => {
    const of = holders.get(identifier) ?? [];
    const sides = [...new Set(of.map(side))].sort(byText);
    return {
      identifier,
      reasons: reasonsOf(links),
      links: links.length,
      units: of.length,
      joins: sides.length,
      sides: sides.slice(0, MAX_SIDES),
    };
  });
};

const scoredValues = (waiting: readonly HeldLink[], side: SideOf): readonly HeldValue[] => {
  const sidesOf = ({ a, b }: HeldLink) => [side(a), side(b)].sort(byText);
  return [...groupBy(waiting, (link) => sidesOf(link).join(' ')).values()].map((links) => {
    const strongest = links.reduce((best, link) => (isStronger(link, best) ? link : best));
    return {
      identifier: strongest.identifier,
      reasons: reasonsOf(links),
      links: links.length,
      units: new Set(links.flatMap(({ a, b }) => [a, b])).size,
      joins: 2,
      sides: sidesOf(strongest),
      weight: weightOf(strongest),
    };
  });
};

const weightOf = ({ weight = 0 }: HeldLink): number => weight;

const isStronger = (link: HeldLink, than: HeldLink): boolean =>
  (weightOf(link) - weightOf(than) || byText(than.identifier, link.identifier)) > 0;

const reasonsOf = (links: readonly HeldLink[]): readonly HoldReason[] =>
  [...new Set(links.map(({ reason }) => reason))].sort(byText);

/** Whether a value that waits concerns these units: one of them holds it, or it stands for two of them. */
export const concernsUnits = (
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
): ((identifier: IdentifierKey) => boolean) => {
  const claimed = new Set(
    [...units.values()].flatMap(({ claims }) => claims.map(({ identifier }) => identifier)),
  );
  return (identifier) => {
    const pair = unitsOfPair(identifier);
    return pair ? pair.every((unit) => units.has(unit)) : claimed.has(identifier);
  };
};

const holdersOf = (
  identifiers: ReadonlySet<IdentifierKey>,
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
): ReadonlyMap<IdentifierKey, readonly UnitKey[]> => {
  const claims = [...units.values()].flatMap((unit) =>
    unit.claims.flatMap(({ identifier }) =>
      identifiers.has(identifier) ? [{ identifier, unit: unit.key }] : [],
    ),
  );
  return new Map(
    [...groupBy(claims, ({ identifier }) => identifier)].map(([identifier, of]) => [
      identifier,
      of.map(({ unit }) => unit),
    ]),
  );
};

/** Whether two entries say the same, apart from since when. */
export const sameHeld = (a: HeldValue, b: HeldValue): boolean =>
  a.identifier === b.identifier &&
  a.links === b.links &&
  a.units === b.units &&
  a.joins === b.joins &&
  a.weight === b.weight &&
  sameTexts(a.reasons, b.reasons) &&
  sameTexts(a.sides, b.sides);

/** The same, and since when. */
export const sameListed = (a: ListedValue, b: ListedValue): boolean =>
  a.since === b.since && sameHeld(a, b);

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

/** A listed value as compact JSON. */
export type ListedText = readonly [
  identifier: string,
  since: number | null,
  reasons: readonly string[],
  links: number,
  units: number,
  joins: number,
  sides: readonly string[],
  weight?: number,
];

/** A listed value as compact JSON. */
export const formatListed = (value: ListedValue): ListedText => {
  const { identifier, since, reasons, links, units, joins, sides, weight } = value;
  const text = [identifier, since, reasons, links, units, joins, sides] as const;
  return weight === undefined ? text : [...text, weight];
};

/** Reads {@link formatListed} back. */
export const parseListed = ([
  identifier,
  since,
  reasons,
  links,
  units,
  joins,
  sides,
  weight,
]: ListedText): ListedValue => ({
  identifier: identifier as IdentifierKey,
  reasons: reasons as readonly HoldReason[],
  links,
  units,
  joins,
  sides: sides as readonly UnitKey[],
  ...(weight === undefined ? {} : { weight }),
  since,
});
