/**
 * The operator command that rotates the pepper.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { rekeyingOf } from '#adapters/crypto/rekeying.ts';
import {
  isRekeying,
  loadRekey,
  RekeyOvertakenError,
  type RekeyPhase,
} from '#application/operate/rekey/rekey.ts';
import { ErasuresRunError, rotatePepper } from '#application/operate/rekey/rotate-pepper.ts';
import type { Table } from '#application/shared/table.ts';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { progress } from './progress.ts';
import { settleMs } from './settle.ts';
import type { Target } from './target.ts';

/**
 * Milliseconds until every function has read the secret anew and ended what it began before: it keeps the secret for 60 s,
 * its binding for 30, and works on a batch for at most 60.
 */
const UNTIL_FOLLOWED_MS = 180_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const PHASES: Readonly<Record<RekeyPhase, string>> = {
  pause: 'resolving pauses; changes wait in the stream',
  copy: 'claims and lookups get their next keys',
  change: 'all else that holds pseudonyms gets the next ones',
  switch: 'the new pepper comes into force',
  delete: 'resolving goes on; the former keys are deleted',
  done: 'done',
};

const rekey: Command = async (target, flags, note) => {
  const [what] = flags.keys;
  if (what === 'status') return tellStatus(target, flags.json ?? false);
  if (what !== undefined) throw new OpsError('Say rekey, or rekey status.');
  const tell = progress();
  try {
    const version = await rotatePepper(
      {
        table: target.table(),
        scan: target.pages(),
        clock: Date.now,
        peppers: target.peppers(),
        resolving: target.resolving(),
        newPepper: () => randomBytes(48).toString('base64url'),
        rekeyingOf,
        sleep,
        settleMs: settleMs(flags, UNTIL_FOLLOWED_MS),
      },
      {
        onPhase: (phase, to) => console.error(`version ${to}, ${phase}: ${PHASES[phase]}`),
        onPage: ({ items, written }) => tell(() => `${items} items read, ${written} written`),
      },
    );
    note(`pepper:${version}`);
    console.log(`In force: version ${version} of the pepper`);
    return 0;
  } catch (error) {
    if (error instanceof ErasuresRunError || error instanceof RekeyOvertakenError)
      throw new OpsError(`${error.message}.`);
    throw error;
  }
};

const tellStatus = async (target: Target, json: boolean): Promise<number> => {
  const { state } = await loadRekey(target.table());
  const { current } = await target.peppers().read();
  if (json) {
    const { segments: _, ...shown } = state ?? { segments: [] };
    console.log(JSON.stringify({ current, ...shown }, undefined, 2));
    return 0;
  }
  console.log(`In force: version ${current} of the pepper`);
  if (state === undefined) console.log('It was never rotated.');
  else {
    const { to, phase, items, written, movedAt } = state;
    const since = new Date(movedAt).toISOString();
    console.log(`To version ${to}: ${phase}, ${items} items read, ${written} written, ${since}`);
  }
  return 0;
};

/**
 * Refuses what would change identities while they are re-keyed.
 * @throws OpsError that says what to do
 */
export const refuseWhileRekeying = async (table: Table): Promise<void> => {
  if (await isRekeying(table))
    throw new OpsError(
      'The pepper is being rotated, and nothing else may change identities until it is: see npm run ops -- rekey status.',
    );
};

/** The commands by name. */
export const REKEY_COMMANDS: Readonly<Record<string, Command>> = { rekey };
