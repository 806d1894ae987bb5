/**
 * Upkeep store: how far a job over the whole table is, kept in the table itself between two invocations.
 * @module
 */
import { upkeepKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';

/** Jobs that go over the whole table. */
export type UpkeepJob = 'RECONCILE' | 'REBUILD' | 'METRICS' | 'REKEY';

/** A job's state as it was read. */
export interface StoredState<State> {
  readonly version: number;
  readonly state?: State;
}

/** Reads how far a job is. */
export const loadState = async <State>(
  table: Table,
  job: UpkeepJob,
): Promise<StoredState<State>> => {
  const [item] = await table.getAll([upkeepKey(job)]);
  if (typeof item?.['doc'] !== 'string') return { version: 0 };
  return { version: Number(item['ver']), state: JSON.parse(item['doc']) as State };
};

/** Keeps how far a job is; `false` when another run of it has been faster. */
export const saveState = <State>(
  table: Table,
  job: UpkeepJob,
  read: StoredState<State>,
  state: State,
): Promise<boolean> =>
  table.write({
    kind: 'put',
    item: { ...upkeepKey(job), ver: read.version + 1, doc: JSON.stringify(state) },
    when: read.version === 0 ? { missing: ['pk'] } : { equals: [['ver'], read.version] },
  });
