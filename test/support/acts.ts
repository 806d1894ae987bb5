/**
 * Acts: what a worker does at a time.
 */
import type { MemoryTable } from '#adapters/memory/table.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { applyRules } from '#application/identity/change-rules.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { ContentionError, type IdentityPorts } from '#application/identity/restructure.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { type Operation, operate } from './operations.ts';
import { Crash } from './scheduler.ts';
import { takingTurns } from './taking-turns.ts';

/** Applies a batch, does what an operator asks for, or brings everything to the rules. */
export type LivingAct =
  | { readonly kind: 'rows'; readonly changes: readonly RowChange[] }
  | { readonly kind: 'settle' }
  | Exclude<Operation, { kind: 'rules' }>;

/** An act of a worker that dies before its nth write of an item with such a sort key, if it comes so far. */
export interface DyingAct {
  readonly kind: 'dies';
  readonly act: LivingAct;
  readonly at: string;
  readonly nth: number;
}

/** What one worker does. */
export type Act = LivingAct | DyingAct;

/** Whether what failed so is delivered again. */
export const comesAgain = (error: unknown): boolean =>
  error instanceof Crash || error instanceof ContentionError;

/**
 * Performs an act.
 * @param store the table itself, for the job that reads all of it
 * @throws when the worker died, or lost too many races
 */
export const perform = async (
  ports: IdentityPorts,
  store: MemoryTable,
  policy: MergePolicy,
  act: Act,
): Promise<void> => {
  switch (act.kind) {
    case 'rows':
      return applyBatch(ports, policy, act.changes);
    case 'settle':
      await applyRules(ports, scanOf(store), policy);
      return;
    case 'dies':
      return perform(dyingIn(ports, act), store, policy, act.act);
    default:
      return operate(ports, policy, act);
  }
};

/** The changes that an act brings. */
export const changesIn = (act: Act): readonly RowChange[] => {
  if (act.kind === 'dies') return changesIn(act.act);
  return act.kind === 'rows' ? act.changes : [];
};

const applyBatch = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly RowChange[],
): Promise<void> => {
  const latest = foldToLatest(changes);
  const parties = latest.filter((change) => change.kind === 'party');
  const facts = latest.filter((change) => change.kind === 'fact');
  const { failures } = await applyRows(ports, policy, parties, facts);
  await closeScopes(ports, policy);
  const failure = failures.find(({ error }) => !comesAgain(error)) ?? failures[0];
  if (failure) throw failure.error;
};

const scanOf = (store: MemoryTable) =>
  async function* () {
    yield store.dump();
  };

const dyingIn = (ports: IdentityPorts, { at, nth }: DyingAct): IdentityPorts => {
  let seen = 0;
  const table = takingTurns(ports.table, async ({ writes, keys }) => {
    if (writes && keys.some((key) => key.includes(` ${at}`))) seen += 1;
    if (seen >= nth) throw new Crash('died between two store calls');
  });
  return { ...ports, table };
};
