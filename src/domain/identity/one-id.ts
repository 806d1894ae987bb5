/**
 * OneID: the stable public id of a customer, and the ledger of every id ever issued.
 *
 * An id belongs to its anchor, one evidence unit. The customer that holds the anchor owns the id; of several ids the
 * one issued first is canonical and the others redirect to it. When a customer splits, each id follows its anchor, so
 * both old ids come back. When an anchor dies its ids pass to the smallest live unit of the same customer; without one
 * they rest, and revive with their anchor. The ledger is history, so it is an input of the law, never derived.
 *
 * An anchor is a unit and not a row, because ten thousand orders on one card must not be searched for the smallest key.
 * @module
 */
import type { Brand } from '#domain/shared/brand.ts';
import { append } from '#domain/shared/multimap.ts';
import { byText, type UnitKey } from './evidence.ts';

/** `one_` and 26 characters: opaque, minted from its first anchor with a keyed hash. JSON field `customerId`. */
export type OneId = Brand<string, 'OneId'>;

/** An id ever issued. */
export interface LedgerEntry {
  readonly id: OneId;
  readonly anchor: UnitKey;
  /** When it was issued, epoch milliseconds. */
  readonly issuedAt: number;
}

/** Mints the id of an anchor; `attempt` 0, 1, … gives further ids when the first has passed to another anchor. */
export type OneIdMinter = (anchor: UnitKey, attempt: number) => OneId;

/** Ids of one customer. */
export interface AssignedIds {
  readonly units: readonly UnitKey[];
  /** Its ledger entries, the canonical one first; empty when it has none yet. */
  readonly entries: readonly LedgerEntry[];
}

/** Order of ids: the one issued first is canonical. */
export const byIssue = (a: LedgerEntry, b: LedgerEntry): number =>
  a.issuedAt - b.issuedAt || byText(a.id, b.id);

/** Gives every customer the ids whose anchors it holds. Entries with an anchor in no group are left out: they rest. */
export const assignIds = (
  groups: readonly (readonly UnitKey[])[],
  ledger: readonly LedgerEntry[],
): readonly AssignedIds[] => {
  const byAnchor = new Map<UnitKey, LedgerEntry[]>();
  for (const entry of ledger) {
    append(byAnchor, entry.anchor, entry);
  }
  return groups.map((units) => ({
    units,
    entries: units.flatMap((unit) => byAnchor.get(unit) ?? []).sort(byIssue),
  }));
};

/**
 * Passes ids on when units change: a renamed anchor takes its ids along; the ids of a removed anchor go to the
 * smallest unit left of the customer that held it, or stay where they are, at rest.
 * @param before customers before the change
 * @param renamed old key → new key, for rows whose primary key changed
 */
export const passOn = (
  ledger: readonly LedgerEntry[],
  before: readonly (readonly UnitKey[])[],
  removed: ReadonlySet<UnitKey>,
  renamed: ReadonlyMap<UnitKey, UnitKey>,
): readonly LedgerEntry[] =>
  ledger.map((entry) => {
    if (!removed.has(entry.anchor)) return entry;
    const group = before.find((units) => units.includes(entry.anchor)) ?? [];
    const heir =
      renamed.get(entry.anchor) ?? smallestOf(group.filter((unit) => !removed.has(unit)));
    return heir === undefined ? entry : { ...entry, anchor: heir };
  });

/** The smallest unit key; party rows sort before fact units, whose keys begin with `~`. */
export const smallestOf = (units: readonly UnitKey[]): UnitKey | undefined =>
  units.reduce<UnitKey | undefined>(
    (smallest, unit) => (smallest === undefined || byText(unit, smallest) < 0 ? unit : smallest),
    undefined,
  );
