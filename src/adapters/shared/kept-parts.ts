/**
 * Kept parts: a table that reads a part of a large scope once.
 *
 * A part never changes and its name is never given again, so what was read of one is what it is for as long as a scope names it
 * (docs/adr/0062). A change of a large scope then reads what others have changed since this execution environment read it last.
 * @module
 */
import type { Consistency, Item, Key, Table } from '#application/shared/table.ts';

/** Characters of parts that an execution environment keeps: some 25 000 units, ten times that in memory when parsed. */
const MOST = 4_000_000;

const PART = 'PART';

/** A table that keeps the parts it has read, those that were asked for last. Their items are not to be changed. */
export const keepingParts = (table: Table, most = MOST): Table => {
  const kept = new Map<string, Item>();
  let held = 0;
  const forget = (pk: string, item: Item): void => {
    kept.delete(pk);
    held -= sizeOf(item);
  };
  const keep = (item: Item): void => {
    const before = kept.get(item.pk);
    if (before) forget(item.pk, before);
    kept.set(item.pk, before ?? item);
    held += sizeOf(item);
    for (const [pk, oldest] of kept) {
      if (held <= most) break;
      forget(pk, oldest);
    }
  };
  const getAll = async (keys: readonly Key[], consistency?: Consistency) => {
    const known = new Map(
      keys.filter(isPart).flatMap(({ pk }) => {
        const item = kept.get(pk);
        return item ? [[pk, item] as const] : [];
      }),
    );
    const isKnown = (key: Key) => isPart(key) && known.has(key.pk);
    const open = keys.filter((key) => !isKnown(key));
    const read = open.length > 0 ? await table.getAll(open, consistency) : [];
    for (const item of [...known.values(), ...read]) if (item && isPart(item)) keep(item);
    const found = read[Symbol.iterator]();
    return keys.map((key) => (isKnown(key) ? known.get(key.pk) : found.next().value));
  };
  return {
    getAll,
    query: (request) => table.query(request),
    write: (action) => table.write(action),
    writeAll: (actions) => table.writeAll(actions),
    transact: (actions) => table.transact(actions),
  };
};

const isPart = ({ sk }: Key): boolean => sk === PART;

const sizeOf = ({ doc }: Item): number => String(doc).length;
