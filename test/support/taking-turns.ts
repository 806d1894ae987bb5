/**
 * A table each unit of which waits for its turn: a write, a transaction, a page of a query, and each single key that is read.
 */
import { actionKey } from '#adapters/dynamodb/item-rules.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import type { Key, Table, Write } from '#application/shared/table.ts';

/** What a unit of work is at. */
export interface Access {
  readonly writes: boolean;
  /** A read that may be behind. */
  readonly eventual?: boolean;
  /** Partition and sort key, with a blank between them; of a query the partition and a blank. */
  readonly keys: readonly string[];
}

/** Resolves when the unit may take effect; rejects when its worker is dead. */
export type Turn = (access: Access) => Promise<void>;

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

const meet = (a: string, b: string): boolean =>
  a === b || (a.endsWith(' ') && b.startsWith(a)) || (b.endsWith(' ') && a.startsWith(b));

/** Whether it may matter which of two units of work comes first. */
export const conflict = (a: Access, b: Access): boolean =>
  (a.writes || b.writes) && a.keys.some((key) => b.keys.some((other) => meet(key, other)));

/** Lets every unit of work on a table wait. */
export const takingTurns = (table: Table, turn: Turn): Table => {
  const read: Table['getAll'] = async (keys, consistency) => {
    const distinct = new Map(keys.map((key) => [nameOf(key), key]));
    const one = async (name: string, key: Key) => {
      await turn({ writes: false, eventual: consistency === 'eventual', keys: [name] });
      const [item] = await table.getAll([key], consistency);
      return [name, item] as const;
    };
    const items = new Map(await Promise.all([...distinct].map(([name, key]) => one(name, key))));
    return keys.map((key) => items.get(nameOf(key)));
  };
  const write = async (action: Write): Promise<boolean> => {
    await turn({ writes: true, keys: [nameOf(actionKey(action))] });
    return table.write(action);
  };
  return {
    getAll: read,
    query: async (request) => {
      await turn({ writes: false, keys: [`${request.pk} `] });
      return table.query(request);
    },
    write,
    writeAll: (actions) => inParallel(actions, write, actions.length),
    transact: async (actions) => {
      await turn({ writes: true, keys: actions.map((action) => nameOf(actionKey(action))) });
      return table.transact(actions);
    },
  };
};
