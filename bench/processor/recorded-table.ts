/**
 * Recorded answers of a table: what the store said while a workload ran, said again at once.
 *
 * Playing them back leaves the functions' own work: no store, no SDK, no network. Calls are told apart by what is cheap
 * to see of them, and answered in the order in which they were recorded.
 * @module
 */
import type { Action, Key, Table } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';

type Answers = Map<string, unknown[]>;

/** Answers of one run. */
export class TableRecording {
  readonly #answers: Answers = new Map();

  /** A table that records what `inner` says. */
  recorder(inner: Table): Table {
    const note = async <Value>(name: string, answer: Promise<Value>): Promise<Value> => {
      const said = await answer;
      const known = this.#answers.get(name);
      if (known) known.push(said);
      else this.#answers.set(name, [said]);
      return said;
    };
    return wrap((name, call) => note(name, call(inner)));
  }

  /** A table that says the same again; a new one for each run. */
  player(): Table {
    const places = new Map<string, number>();
    return wrap((name) => {
      const place = places.get(name) ?? 0;
      const answers = must(this.#answers.get(name), `recorded answer of ${name}`);
      places.set(name, place + 1);
      return Promise.resolve(answers[place]) as Promise<never>;
    });
  }
}

type Through = <Value>(name: string, call: (inner: Table) => Promise<Value>) => Promise<Value>;

const wrap = (through: Through): Table => ({
  getAll: (keys, consistency) =>
    keys.length === 0
      ? Promise.resolve([])
      : through(`get ${keys.length} ${textOf(keys[0])}`, (inner) =>
          inner.getAll(keys, consistency),
        ),
  query: (request) => through(`query ${request.pk}`, (inner) => inner.query(request)),
  write: (action) => through(`write ${textOfAction(action)}`, (inner) => inner.write(action)),
  writeAll: (actions) =>
    actions.length === 0
      ? Promise.resolve([])
      : through(`writes ${actions.length} ${textOfAction(actions[0])}`, (inner) =>
          inner.writeAll(actions),
        ),
  transact: (actions) =>
    through(`transact ${actions.length} ${textOfAction(actions[0])}`, (inner) =>
      inner.transact(actions),
    ),
});

const textOf = (key: Key | undefined): string => `${key?.pk} ${key?.sk}`;

const textOfAction = (action: Action | undefined): string =>
  textOf(action?.kind === 'put' ? action.item : action?.key);
