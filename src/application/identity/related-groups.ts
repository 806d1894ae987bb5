/**
 * Related groups: the changes of a batch that touch the same part of the identity graph are committed together.
 *
 * Changes of one person tend to arrive together; one commit for all of them is cheaper. Where they are too many for one,
 * their commits follow each other, so that a batch never races with itself.
 * @module
 */
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import { append } from '#domain/shared/multimap.ts';

/** Actions that the changes of one commit may take, of a transaction's hundred: the rest is for scopes and pointers. */
const MAX_GROUP = 80;

/** Actions that a change takes at least, pointers of others included; so at most eight share a commit. */
export const LEAST_ACTIONS = 10;

/** How changes of a batch are grouped. */
export interface Grouping<Entry> {
  readonly touches: (entry: Entry) => readonly string[];
  /** What binds entries beyond the limit: two that name the same are never apart. */
  readonly bonds?: (entry: Entry) => readonly string[];
  /** Actions that an entry takes; {@link LEAST_ACTIONS} when absent. */
  readonly actions?: (entry: Entry) => number;
}

/** Entries that are committed together, and groups of which each must wait for the one before it. */
export type Chain<Entry> = readonly (readonly Entry[])[];

/** Groups entries that touch something in common, in groups of at most {@link MAX_GROUP} actions. */
export const relatedBy = <Entry>(
  entries: readonly Entry[],
  { touches, bonds = () => [], actions = () => LEAST_ACTIONS }: Grouping<Entry>,
): readonly Chain<Entry>[] => {
  const weight = (group: readonly Entry[]) =>
    group.reduce((sum, entry) => sum + Math.max(LEAST_ACTIONS, actions(entry)), 0);
  const chains = joinedBy(entries, touches).map((group) => packed(joinedBy(group, bonds), weight));
  const single = chains.filter(({ length }) => length === 1).flat();
  return [
    ...packed(single, weight).map((group) => [group]),
    ...chains.filter(({ length }) => length > 1),
  ];
};

const joinedBy = <Entry>(
  entries: readonly Entry[],
  names: (entry: Entry) => readonly string[],
): readonly (readonly Entry[])[] => {
  const sets = new DisjointSets(entries);
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const name of names(entry)) append(byName, name, entry);
  }
  for (const [first, ...others] of byName.values()) {
    for (const other of others) if (first) sets.union(first, other);
  }
  return sets.sets();
};

// Small groups that have nothing in common still share a commit: it is the number of requests that costs time.
const packed = <Entry>(
  groups: readonly (readonly Entry[])[],
  weight: (group: readonly Entry[]) => number,
): readonly (readonly Entry[])[] => {
  const packs: Entry[][] = [];
  let room = 0;
  for (const group of groups) {
    const last = packs.at(-1);
    const actions = weight(group);
    room -= actions;
    if (last && room >= 0) last.push(...group);
    else {
      packs.push([...group]);
      room = MAX_GROUP - actions;
    }
  }
  return packs;
};
