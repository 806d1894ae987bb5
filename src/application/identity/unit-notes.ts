/**
 * Unit notes: what outlives a unit, its ids at rest and what operators have decided about it, for whoever is about to make
 * the unit anew.
 * @module
 */
import { decisionsKey, FACT_UNIT_PREFIX, restingKey } from '#application/shared/items.ts';
import { underNote } from '#application/shared/review-items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import { sameEvidence, type UnitKey } from '#domain/identity/evidence.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import type { UnitChange } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Membership } from './membership.ts';
import { isNew } from './membership-writes.ts';

/** A note about a unit that is not there, in the version that the commit must find. */
export interface NoteRead {
  readonly key: Key;
  readonly version: number;
  /** The new life ends what it noted. */
  readonly ends: boolean;
}

/** Notes of units that are about to be made. */
export interface NotesRead {
  readonly notes: readonly NoteRead[];
  /** Ids whose anchor comes back. */
  readonly revived: readonly LedgerEntry[];
  /** Units without ids at rest. */
  readonly unnoted: readonly UnitKey[];
  /** What operators have decided about each, if anything. */
  readonly decided: ReadonlyMap<UnitKey, Item | undefined>;
}

/** Reads the notes of units that are about to be made. */
export const readNotes = async (table: Table, born: readonly UnitKey[]): Promise<NotesRead> => {
  const items = await table.getAll([...born.map(restingKey), ...born.map(decisionsKey)]);
  const [resting, decisions] = [items.slice(0, born.length), items.slice(born.length)];
  return {
    notes: [
      ...resting.flatMap((item) => noteRead(item, true)),
      ...decisions.flatMap((item) => noteRead(item, false)),
    ],
    revived: born.flatMap((anchor, index) => restingEntries(anchor, resting[index])),
    unnoted: born.filter((_, index) => resting[index] === undefined),
    decided: new Map(born.map((unit, index) => [unit, decisions[index]])),
  };
};

const noteRead = (item: Item | undefined, ends: boolean): readonly NoteRead[] =>
  item ? [{ key: { pk: item.pk, sk: item.sk }, version: item['ver'] as number, ends }] : [];

const restingEntries = (anchor: UnitKey, item: Item | undefined): readonly LedgerEntry[] =>
  ((item?.['entries'] ?? []) as readonly (readonly [string, number])[]).map(([id, issuedAt]) => ({
    id: id as OneId,
    anchor,
    issuedAt,
  }));

/**
 * A decision outlives the rows it is about; a unit that comes back takes up those that are noted, and no other.
 * @returns the changes with them; as given, when nothing was decided
 */
export const withDecisions = <Change extends UnitChange>(
  changes: readonly Change[],
  decided: NotesRead['decided'],
): readonly Change[] => {
  const all = changes.map((change) =>
    change.after && decided.has(change.key)
      ? { ...change, after: underNote(change.after, decided.get(change.key)) }
      : change,
  );
  const isSame = ({ after }: UnitChange, index: number) =>
    !after || sameEvidence(after, must(changes[index]?.after, 'evidence'));
  return all.every(isSame) ? changes : all;
};

/** What keeps a new unit from missing an earlier life of itself that ends after its notes were read. */
export type Fence = 'scope' | 'laid' | 'none';

/**
 * Finds the fence of a new unit. A party's own item is fenced by the version of its row. An earlier life of a fact unit
 * writes the scope that lists one of its identifiers, or the one that the claim of a new one points to.
 */
export const fenceOf = (key: UnitKey, memberships: readonly Membership[]): Fence => {
  if (!key.startsWith(FACT_UNIT_PREFIX)) return 'scope';
  const own = memberships.filter(({ joins }) => joins.includes(key));
  const isFenced = ({ by, claim, holders }: Membership) =>
    by === 'scope' || (claim !== undefined && holders !== undefined);
  if (own.some(isFenced)) return 'scope';
  return own.some(isNew) ? 'laid' : 'none';
};
