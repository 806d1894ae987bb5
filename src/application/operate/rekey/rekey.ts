/**
 * Rekey: brings everything stored to the pseudonyms of the next pepper, in an order that may stop anywhere.
 *
 * | phase  | what happens | resolving | reads use |
 * | ------ | ------------ | --------- | --------- |
 * | pause  | whoever writes pseudonyms comes to rest | pauses | the version in force |
 * | copy   | claims and lookups are copied | rests | the version in force |
 * | change | what else holds pseudonyms changes in place | rests | the version in force, then the next |
 * | switch | the next version comes into force | rests | either: both keys are there |
 * | delete | the keys that were left are deleted | goes on | the version in force |
 *
 * Every write is conditioned on the job's own version, so a run that was thought dead and wakes up writes nothing.
 * @module
 */
import { upkeepKey } from '#application/shared/items.ts';
import type { Action, Item, Key, Table } from '#application/shared/table.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Scan } from '../ports.ts';
import { allDone, newSegments, nextPages, type Segment } from '../scan-pages.ts';
import { loadState, type StoredState, saveState } from '../upkeep-store.ts';
import { changeItems, copyItems, type Rekeying, removeLeft, type Together } from './rekey-items.ts';

/** What a rekey does at the moment. */
export type RekeyPhase = 'pause' | 'copy' | 'change' | 'switch' | 'delete' | 'done';

/** A rekey: all that has to be kept to go on with it. Times in epoch milliseconds. */
export interface Rekey {
  /** Version that comes into force. */
  readonly to: number;
  readonly phase: RekeyPhase;
  readonly segments: readonly Segment[];
  /** Items read, and writes made, in this pass. */
  readonly items: number;
  readonly written: number;
  readonly begunAt: number;
  /** When it last went on. */
  readonly movedAt: number;
}

/** What re-keying needs. */
export interface RekeyPorts {
  readonly table: Table;
  readonly scan: Scan;
  readonly clock: Clock;
}

/** Another run of the job has taken over, or something changed what must be at rest. */
export class RekeyOvertakenError extends Error {
  override readonly name = 'RekeyOvertakenError';
}

const SEGMENTS = 4;
const PAGE = 250;

/** The rekey that is under way, or was the last. */
export const loadRekey = (table: Table): Promise<StoredState<Rekey>> => loadState(table, 'REKEY');

/**
 * Whether a rekey is under way. Until it is done, nobody but the resolver may change identities, and nobody compare what
 * lies under their keys.
 */
export const isRekeying = async (table: Table): Promise<boolean> => {
  const { state } = await loadRekey(table);
  return state !== undefined && state.phase !== 'done';
};

/** Milliseconds for which a rekey that is under way has stood still; 0 when there is none. */
export const standstillOf = async ({
  table,
  clock,
}: Pick<RekeyPorts, 'table' | 'clock'>): Promise<number> => {
  const { state } = await loadRekey(table);
  return state === undefined || state.phase === 'done' ? 0 : Math.max(0, clock() - state.movedAt);
};

/** Notes that a rekey begins. Throws when another run was faster. */
export const beginRekey = async (
  ports: Pick<RekeyPorts, 'table' | 'clock'>,
  to: number,
): Promise<StoredState<Rekey>> => {
  const now = ports.clock();
  const begun = { ...newPass(now), to, phase: 'pause', begunAt: now } as const;
  return keep(ports, await loadRekey(ports.table), begun);
};

const newPass = (movedAt: number) => ({
  segments: newSegments(SEGMENTS),
  items: 0,
  written: 0,
  movedAt,
});

/** Goes over to a phase, from the beginning of the table. */
export const enterPhase = (
  ports: RekeyPorts,
  stored: StoredState<Rekey>,
  phase: RekeyPhase,
): Promise<StoredState<Rekey>> =>
  keep(ports, stored, { ...rekeyIn(stored), ...newPass(ports.clock()), phase });

/** The rekey of a state that holds one. */
export const rekeyIn = ({ state }: StoredState<Rekey>): Rekey => {
  if (state) return state;
  throw new RekeyOvertakenError('no rekey is under way');
};

const keep = async (
  { table }: Pick<RekeyPorts, 'table'>,
  read: StoredState<Rekey>,
  state: Rekey,
): Promise<StoredState<Rekey>> => {
  if (await saveState(table, 'REKEY', read, state)) return { version: read.version + 1, state };
  throw new RekeyOvertakenError('another run of this command goes on with the rekey');
};

type OnPage = (rekey: Rekey) => void;

/**
 * Copies what is found by pseudonyms, pass after pass, until one finds nothing to do. Nobody may resolve meanwhile.
 * @returns the state after the last pass
 */
export const copyAll = (
  ports: RekeyPorts,
  begun: StoredState<Rekey>,
  rekeying: Rekeying,
  onPage: OnPage = () => {},
): Promise<StoredState<Rekey>> =>
  untilNothing(ports, begun, onPage, (items) => copyItems(ports.table, rekeying, items));

/** Changes what holds pseudonyms, as {@link copyAll}, when everything has been copied. */
export const changeAll = (
  ports: RekeyPorts,
  begun: StoredState<Rekey>,
  rekeying: Rekeying,
  onPage: OnPage = () => {},
): Promise<StoredState<Rekey>> =>
  untilNothing(ports, begun, onPage, (items) => changeItems(ports.table, rekeying, items));

/**
 * Deletes what stands under keys of the version that was left, pass after pass: a scan may skip what lies beside something
 * that is deleted under it. Resolving may go on.
 */
export const deleteLeft = (
  ports: RekeyPorts,
  begun: StoredState<Rekey>,
  rekeying: Rekeying,
  onPage: OnPage = () => {},
): Promise<StoredState<Rekey>> =>
  untilNothing(ports, begun, onPage, (items) => removeLeft(ports.table, rekeying, items));

type WorkOf = (items: readonly Item[]) => Promise<readonly Together[]>;

const untilNothing = async (
  ports: RekeyPorts,
  begun: StoredState<Rekey>,
  onPage: OnPage,
  workOf: WorkOf,
): Promise<StoredState<Rekey>> => {
  let stored = await overPages(ports, begun, onPage, workOf);
  while (rekeyIn(stored).written > 0) {
    const again = await enterPhase(ports, stored, rekeyIn(stored).phase);
    stored = await overPages(ports, again, onPage, workOf);
  }
  return stored;
};

const overPages = async (
  ports: RekeyPorts,
  begun: StoredState<Rekey>,
  onPage: OnPage,
  workOf: WorkOf,
): Promise<StoredState<Rekey>> => {
  let stored = begun;
  while (!allDone(rekeyIn(stored).segments)) {
    const before = rekeyIn(stored);
    const { items, segments } = await nextPages(ports.scan, before.segments, PAGE);
    const groups = await workOf(items);
    await commitAll(ports.table, fenceOf(stored), groups);
    stored = await keep(ports, stored, {
      ...before,
      segments,
      items: before.items + items.length,
      written: before.written + groups.length,
      movedAt: ports.clock(),
    });
    onPage(rekeyIn(stored));
  }
  return stored;
};

const JOB: Key = upkeepKey('REKEY');

const fenceOf = ({ version }: StoredState<Rekey>): Action => ({
  kind: 'check',
  key: JOB,
  when: { equals: [['ver'], version] },
});

/** Actions of one transaction beside its fence. */
const ACTIONS = 99;
/** Actions of a group that shares its transaction with others. */
const SMALL = 2;
/** Characters of one transaction: three bytes each stay below its 4 MB. */
const CHARACTERS = 1_300_000;
const MAX_CONFLICTS = 10;

const commitAll = async (
  table: Table,
  fence: Action,
  groups: readonly Together[],
): Promise<void> => {
  for (const actions of transactionsOf(groups)) await commit(table, fence, actions);
};

const commit = async (table: Table, fence: Action, actions: Together): Promise<void> => {
  for (let attempt = 0; attempt < MAX_CONFLICTS; attempt++) {
    const outcome = await table.transact([fence, ...actions]);
    if (outcome.done) return;
    if (outcome.reasons.includes('condition')) break;
  }
  throw new RekeyOvertakenError(
    'another run goes on with the rekey, or something writes identities; run it again',
  );
};

/** Groups in order, as many in one transaction as it takes. */
const transactionsOf = (groups: readonly Together[]): readonly Together[] => {
  const isSmall = (group: Together) =>
    group.length <= SMALL && sizeOf(group) <= CHARACTERS / ACTIONS;
  const small = groups.filter(isSmall);
  const large = groups.filter((group) => !isSmall(group));
  // None may be cut.
  const packed = chunksOf(small, Math.floor(ACTIONS / SMALL)).map((some) => some.flat());
  return [...packed, ...large];
};

const sizeOf = (group: Together): number => JSON.stringify(group).length;
