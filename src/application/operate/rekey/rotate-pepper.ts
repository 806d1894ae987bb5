/**
 * Rotation of the pepper: adds one, re-keys what is stored, puts it in force. Runs from wherever an earlier run ended.
 *
 * Resolving rests while items are copied, and the change stream keeps what comes; reads go on. Whoever caches the secret
 * has it anew within `settleMs`, and whoever was writing has ended by then.
 * @module
 */
import { loadErasure, runningErasures } from '#application/shared/erasures.ts';
import { isRotating, type Peppers, promoted, withNext } from '#domain/identity/peppers.ts';
import type { Resolving } from '../ports.ts';
import type { StoredState } from '../upkeep-store.ts';
import {
  beginRekey,
  changeAll,
  copyAll,
  deleteLeft,
  enterPhase,
  loadRekey,
  type Rekey,
  type RekeyPhase,
  type RekeyPorts,
  rekeyIn,
} from './rekey.ts';
import type { Rekeying } from './rekey-items.ts';

/** What rotating needs. */
export interface RotationPorts extends RekeyPorts {
  readonly peppers: {
    read(): Promise<Peppers>;
    write(peppers: Peppers): Promise<void>;
  };
  readonly resolving: Resolving;
  /** A random pepper. */
  readonly newPepper: () => string;
  /** How pseudonyms go over to the last of these peppers. */
  readonly rekeyingOf: (peppers: Peppers) => Rekeying;
  readonly sleep: (ms: number) => Promise<void>;
  readonly settleMs: number;
}

/** Told as it goes on. */
export interface RotationNews {
  readonly onPhase?: (phase: RekeyPhase, to: number) => void;
  readonly onPage?: (rekey: Rekey) => void;
}

/** Erasures read and remove what re-keying would change under them. */
export class ErasuresRunError extends Error {
  override readonly name = 'ErasuresRunError';
}

/**
 * Rotates the pepper, or goes on with a rotation that did not come to its end.
 * @returns the version in force
 * @throws ErasuresRunError when an erasure is not done; RekeyOvertakenError when another run is at it
 */
export const rotatePepper = async (
  ports: RotationPorts,
  news: RotationNews = {},
): Promise<number> => {
  let stored = await begin(ports);
  const { to } = rekeyIn(stored);
  const phases: readonly (readonly [RekeyPhase, DoPhase])[] = [
    ['pause', pause],
    ['copy', working(copyAll)],
    ['change', working(changeAll)],
    ['switch', switchOver],
    ['delete', remove],
  ];
  for (const [index, [phase, work]] of phases.entries()) {
    if (rekeyIn(stored).phase !== phase) continue;
    news.onPhase?.(phase, to);
    stored = await work(ports, stored, news);
    stored = await enterPhase(ports, stored, phases[index + 1]?.[0] ?? 'done');
  }
  news.onPhase?.('done', to);
  return to;
};

type DoPhase = (
  ports: RotationPorts,
  stored: StoredState<Rekey>,
  news: RotationNews,
) => Promise<StoredState<Rekey>>;

const begin = async (ports: RotationPorts): Promise<StoredState<Rekey>> => {
  const known = await loadRekey(ports.table);
  if (known.state && known.state.phase !== 'done') return known;
  await refuseErasures(ports);
  const { current } = await ports.peppers.read();
  return beginRekey(ports, current + 1);
};

const refuseErasures = async ({ table }: RotationPorts): Promise<void> => {
  const running = await runningErasures(table);
  if (running.length > 0) throw unfinished(running.length);
};

const unfinished = (count: number) =>
  new ErasuresRunError(`${count} erasures are not done; the pepper can be rotated when they are`);

const pause: DoPhase = async (ports, stored) => {
  const { peppers, newPepper, settleMs, sleep } = ports;
  await peppers.write(withNext(await peppers.read(), newPepper()));
  await ports.resolving.pause();
  await sleep(settleMs);
  await refuseBegunErasures(ports, stored);
  return stored;
};

// One that began in the moment before this rotation goes on where no other may: so the rotation ends, having changed nothing.
const refuseBegunErasures = async (
  ports: RotationPorts,
  stored: StoredState<Rekey>,
): Promise<void> => {
  const { table } = ports;
  const ids = await runningErasures(table);
  const erasures = await Promise.all(ids.map((id) => loadErasure(table, id)));
  const begun = erasures.filter((one) => one !== undefined && one.doc.step !== 'announce').length;
  if (begun === 0) return;
  await ports.resolving.resume();
  await enterPhase(ports, stored, 'done');
  throw unfinished(begun);
};

const working =
  (work: typeof copyAll): DoPhase =>
  async (ports, stored, { onPage }) => {
    const rekeying = ports.rekeyingOf(await ports.peppers.read());
    // Somebody may have let it go on since an earlier run.
    if (await ports.resolving.pause()) await ports.sleep(ports.settleMs);
    return work(ports, stored, rekeying, onPage);
  };

const switchOver: DoPhase = async (ports, stored) => {
  const known = await ports.peppers.read();
  if (isRotating(known)) await ports.peppers.write(promoted(known));
  await ports.sleep(ports.settleMs);
  await ports.resolving.resume();
  return stored;
};

const remove: DoPhase = async (ports, stored, { onPage }) => {
  await ports.resolving.resume();
  const rekeying = ports.rekeyingOf(await ports.peppers.read());
  return deleteLeft(ports, stored, rekeying, onPage);
};
