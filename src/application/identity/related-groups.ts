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

/** Groups entries that touch something in common, in groups of at most {@link MAX_GROUP}. */
export const relatedBy = <Entry>(
  entries: readonly Entry[],
  touches: (entry: Entry) => readonly string[],
  inseparable: (entry: Entry) => boolean = () => false,
): readonly (readonly Entry[])[] => {
  const sets = new DisjointSets(entries);
  const byTouched = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const touched of touches(entry)) append(byTouched, touched, entry);
  }
  for (const [first, ...others] of byTouched.values()) {
    for (const other of others) if (first) sets.union(first, other);
  }
  return sets.sets().flatMap((group) => (group.some(inseparable) ? [group] : inChunks(group)));
};

const inChunks = <Entry>(group: readonly Entry[]): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(group.length / MAX_GROUP) }, (_, index) =>
    group.slice(index * MAX_GROUP, (index + 1) * MAX_GROUP),
  );
