/**
 * Held values: what waits for review, one entry for each value that would join customers and may not.
 *
 * A value of twenty holders may stand behind a hundred held links; a person decides about the value.
 * @module
 */
import { groupBy } from '#domain/shared/multimap.ts';
import type { HeldLink, HoldReason } from './constrained-clusters.ts';
import { byText, type EvidenceUnit, type IdentifierKey, type UnitKey } from './evidence.ts';

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
}

/** A held value as a scope keeps it. */
export interface ListedValue extends HeldValue {
  /** Since when it is listed, epoch milliseconds; `null` while its entry is still to be written. */
  readonly since: number | null;
}

/** Most groups that an entry names. */
export const MAX_SIDES = 10;

/** The held links by value, in order of identifier; a link inside one group waits for nobody. */
export const heldValues = (
  held: readonly HeldLink[],
  groups: readonly (readonly UnitKey[])[],
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
): readonly HeldValue[] => {
  if (held.length === 0) return [];
  const sideOf = new Map(groups.flatMap((group) => group.map((unit) => [unit, group[0] ?? unit])));
  const waiting = held.filter(({ a, b }) => sideOf.get(a) !== sideOf.get(b));
  const holders = holdersOf(new Set(waiting.map(({ identifier }) => identifier)), units);
  return [...groupBy(waiting, ({ identifier }) => identifier)]
    .map(([identifier, links]): HeldValue => {
      const of = holders.get(identifier) ?? [];
      const sides = [...new Set(of.map((unit) => sideOf.get(unit) ?? unit))].sort(byText);
      return {
        identifier,
        reasons: [...new Set(links.map(({ reason }) => reason))].sort(byText),
        links: links.length,
        units: of.length,
        joins: sides.length,
        sides: sides.slice(0, MAX_SIDES),
      };
    })
    .sort((a, b) => byText(a.identifier, b.identifier));
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
  JSON.stringify(formatListed({ ...a, since: 0 })) ===
  JSON.stringify(formatListed({ ...b, since: 0 }));

/** A listed value as compact JSON. */
export type ListedText = readonly [
  identifier: string,
  since: number | null,
  reasons: readonly string[],
  links: number,
  units: number,
  joins: number,
  sides: readonly string[],
];

/** A listed value as compact JSON. */
export const formatListed = (value: ListedValue): ListedText => [
  value.identifier,
  value.since,
  value.reasons,
  value.links,
  value.units,
  value.joins,
  value.sides,
];

/** Reads {@link formatListed} back. */
export const parseListed = ([
  identifier,
  since,
  reasons,
  links,
  units,
  joins,
  sides,
]: ListedText): ListedValue => ({
  identifier: identifier as IdentifierKey,
  reasons: reasons as readonly HoldReason[],
  links,
  units,
  joins,
  sides: sides as readonly UnitKey[],
  since,
});
