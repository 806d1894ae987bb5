/**
 * Related groups: the changes of a batch that touch the same part of the identity graph are committed together.
 *
 * Changes of one person tend to arrive together; one commit for all of them is cheaper and never races with itself.
 * @module
 */
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import { append } from '#domain/shared/multimap.ts';

/** Changes per commit; each takes about six of a transaction's hundred actions. */
const MAX_GROUP = 8;

/**
 * Groups entries that touch something in common, in groups of at most {@link MAX_GROUP}.
 * @param bonds what binds entries beyond that limit: two that name the same are never apart
 */
export const relatedBy = <Entry>(
  entries: readonly Entry[],
  touches: (entry: Entry) => readonly string[],
  bonds: (entry: Entry) => readonly string[] = () => [],
): readonly (readonly Entry[])[] =>
  packed(joinedBy(entries, touches).flatMap((group) => packed(joinedBy(group, bonds))));

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
const packed = <Entry>(groups: readonly (readonly Entry[])[]): readonly (readonly Entry[])[] => {
  const packs: Entry[][] = [];
  for (const group of groups) {
    const last = packs.at(-1);
    if (last && last.length + group.length <= MAX_GROUP) last.push(...group);
    else packs.push([...group]);
  }
  return packs;
};
