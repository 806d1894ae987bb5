/**
 * A table on which something else happens at the worst moment: just before one chosen call takes effect. It makes a race
 * between two workers a sequence that is the same every time.
 */
import type { Table } from '#application/shared/table.ts';

/** A call that is about to be made. */
export type Call = {
  readonly [Name in keyof Table]: {
    readonly name: Name;
    readonly args: Parameters<Table[Name]>;
  };
}[keyof Table];

/** Matches the nth call (1, 2, …) of a kind, of those that `matches` accepts. */
export const nth = (
  n: number,
  name: Call['name'],
  matches: (argsAsJson: string) => boolean = () => true,
): ((call: Call) => boolean) => {
  let seen = 0;
  return (call) => {
    if (call.name !== name || !matches(JSON.stringify(call.args))) return false;
    seen += 1;
    return seen === n;
  };
};

/** Matches the nth commit: a transaction, or the write of a scope by itself. */
export const nthCommit = (
  n: number,
  matches: (argsAsJson: string) => boolean = () => true,
): ((call: Call) => boolean) => {
  let seen = 0;
  return ({ name, args }) => {
    const text = JSON.stringify(args);
    const commits = name === 'transact' || (name === 'writeAll' && text.includes('"sk":"SCOPE"'));
    if (!commits || !matches(text)) return false;
    seen += 1;
    return seen === n;
  };
};

/** A table that does something else just before every call that matches; its own work goes to `table` untouched. */
export const interposed = (
  table: Table,
  before: (call: Call) => boolean,
  meanwhile: () => Promise<unknown>,
): Table => {
  const first = async (call: Call): Promise<void> => {
    if (before(call)) await meanwhile();
  };
  return {
    getAll: async (...args) => {
      await first({ name: 'getAll', args });
      return table.getAll(...args);
    },
    query: async (...args) => {
      await first({ name: 'query', args });
      return table.query(...args);
    },
    write: async (...args) => {
      await first({ name: 'write', args });
      return table.write(...args);
    },
    writeAll: async (...args) => {
      await first({ name: 'writeAll', args });
      return table.writeAll(...args);
    },
    transact: async (...args) => {
      await first({ name: 'transact', args });
      return table.transact(...args);
    },
  };
};
