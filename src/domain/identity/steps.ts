/**
 * Steps: the way from one partition into customers to another, in pieces that can be committed one after the other.
 *
 * First what must part is set apart, then what belongs together is joined. So every partition on the way is finer than
 * the one before or finer than the one after, and nobody is ever with a stranger whom neither of the two puts there.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { byText, type UnitKey } from './evidence.ts';

/** The way between two partitions. */
export interface Steps {
  readonly count: number;
  /** The groups after so many steps; after `count` of them the ones aimed at. Units of no group are left out. */
  readonly at: (taken: number) => readonly (readonly UnitKey[])[];
}

/** Units that are in one group before and in one group after. */
interface Piece {
  readonly units: readonly UnitKey[];
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** The largest piece of both its groups: it stays where it is and the others come to it. */
  readonly home: boolean;
}

/** The way from `before` to `after`. Units that are in no group of `after` stay in none. */
export const stepsBetween = (
  before: readonly (readonly UnitKey[])[],
  after: readonly (readonly UnitKey[])[],
): Steps => {
  const pieces = piecesOf(before, after);
  const sizes = new Map(
    [...groupBy(pieces, (piece) => piece.before)].map(([b, of]) => [b, of.length]),
  );
  const isPart = ({ before: b }: Piece) => b !== undefined && must(sizes.get(b), 'pieces') > 1;
  const parting = pieces.filter((piece) => isPart(piece) && !piece.home);
  const joining = pieces.filter(
    (piece) => piece.before !== undefined && piece.after !== undefined && !piece.home,
  );
  // Units of no group come all at once. They are new, or were set apart by a step and are no group by themselves.
  const isComing = pieces.some(({ before: b, after: a }) => b === undefined && a !== undefined);
  const count = parting.length + Math.max(joining.length, isComing ? 1 : 0);
  return {
    count,
    at: (taken) => {
      const parted = new Set(parting.slice(0, taken));
      const joined = new Set(joining.slice(0, Math.max(0, taken - parting.length)));
      const together = taken >= parting.length;
      const name = (piece: Piece) => nameOf(piece, parted.has(piece), joined.has(piece), together);
      return groupsBy(pieces, name);
    },
  };
};

// Pieces of no group before (new units) come to their home as soon as nothing parts any more.
const nameOf = (piece: Piece, parted: boolean, joined: boolean, together: boolean): string => {
  const own = `piece ${piece.units[0]}`;
  if (piece.after === undefined && (parted || together || piece.before === undefined)) return '';
  if (piece.before === undefined) return together ? `after ${piece.after}` : own;
  if (joined || (piece.home && together)) return `after ${piece.after}`;
  return parted ? own : `before ${piece.before}`;
};

const groupsBy = (
  pieces: readonly Piece[],
  name: (piece: Piece) => string,
): readonly (readonly UnitKey[])[] =>
  [...groupBy(pieces, name)].flatMap(([group, of]) =>
    group === '' ? [] : [of.flatMap((piece) => piece.units).sort(byText)],
  );

const piecesOf = (
  before: readonly (readonly UnitKey[])[],
  after: readonly (readonly UnitKey[])[],
): readonly Piece[] => {
  const [groupBefore, groupAfter] = [groupOfUnit(before), groupOfUnit(after)];
  const units = [...new Set([...groupBefore.keys(), ...groupAfter.keys()])];
  const pieces = [
    ...groupBy(units, (unit) => `${groupBefore.get(unit)}/${groupAfter.get(unit)}`).values(),
  ].map((of) => {
    const sorted = [...of].sort(byText);
    const unit = must(sorted[0], 'unit of a piece');
    return { units: sorted, before: groupBefore.get(unit), after: groupAfter.get(unit) };
  });
  return withHomes(pieces);
};

const groupOfUnit = (groups: readonly (readonly UnitKey[])[]): ReadonlyMap<UnitKey, number> =>
  new Map(groups.flatMap((units, index) => units.map((unit) => [unit, index] as const)));

const withHomes = (pieces: readonly Omit<Piece, 'home'>[]): readonly Piece[] => {
  const [takenBefore, takenAfter] = [new Set<number>(), new Set<number>()];
  const bySize = [...pieces].sort(
    (a, b) => b.units.length - a.units.length || byText(a.units[0] ?? '', b.units[0] ?? ''),
  );
  return bySize.map((piece) => {
    const { before, after } = piece;
    const home =
      before !== undefined &&
      after !== undefined &&
      !takenBefore.has(before) &&
      !takenAfter.has(after);
    if (home) takenBefore.add(before);
    if (home) takenAfter.add(after);
    return { ...piece, home };
  });
};
