/**
 * Unit notes: what outlives a unit, its ids at rest and what operators have decided about it, for whoever is about to make
 * the unit anew.
 * @module
 */
import { FACT_UNIT_PREFIX, noteKey } from '#application/shared/items.ts';
import { underNote } from '#application/shared/review-items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { sameEvidence, type UnitKey } from '#domain/identity/evidence.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import type { UnitChange } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Membership } from './membership.ts';
import { isNew } from './membership-writes.ts';

/** A note about a unit that is not there, in the version that the commit must find. */
export interface NoteRead {
  readonly unit: UnitKey;
  readonly version: number;
  /** Ids are at rest with the unit: the new life ends that. */
  readonly hasIds: boolean;
  /** Operators have decided about the unit, which goes on. */
  readonly isDecided: boolean;
}

/** Notes of units that are about to be made. */
export interface NotesRead {
  readonly notes: readonly NoteRead[];
  /** Ids whose anchor comes back. */
  readonly revived: readonly LedgerEntry[];
  /** Units without a note. */
  readonly unnoted: readonly UnitKey[];
  /** The note of each, with what operators have decided, if there is one. */
  readonly decided: ReadonlyMap<UnitKey, Item | undefined>;
}

/** Reads the notes of units that are about to be made. */
export const readNotes = async (table: Table, born: readonly UnitKey[]): Promise<NotesRead> => {
  const items = await table.getAll(born.map(noteKey));
  return {
    notes: born.flatMap((unit, index) => noteRead(unit, items[index])),
    revived: born.flatMap((anchor, index) => restingEntries(anchor, items[index])),
    unnoted: born.filter((_, index) => items[index] === undefined),
    decided: new Map(born.map((unit, index) => [unit, items[index]])),
  };
};

const noteRead = (unit: UnitKey, item: Item | undefined): readonly NoteRead[] =>
  item
    ? [
        {
          unit,
          version: item['ver'] as number,
          hasIds: item['entries'] !== undefined,
          isDecided: item['claims'] !== undefined,
        },
      ]
    : [];

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
