/**
 * Applies party changes: image writes all at once, structural ones grouped by what they share.
 * @module
 */
import { rowItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { must } from '#domain/shared/assert.ts';
import type { Applied } from './applied.ts';
import { afterLook } from './laid-rows.ts';
import { relatedBy } from './related-groups.ts';
import { type IdentityPorts, restructure } from './restructure.ts';
import type { PartyChange } from './row-change.ts';
import { isolate, type RowTally, tally } from './row-tally.ts';
import type { StructuralChange } from './world.ts';
import { decideParty, type PartyStep } from './write-parties.ts';

/** Times a row is read again after it lost a race with another change of the same row. */
const MAX_REREADS = 12;

/** A change, and what it asks for. */
export interface DecidedParty {
  readonly change: PartyChange;
  readonly step: PartyStep;
}

/** What is read to decide on changes: the registry items of their rows. */
export const partyKeys = (changes: readonly PartyChange[]): readonly Key[] =>
  changes.map((change) => rowItemKey(change.rowKey));

/** Decides, given the items of {@link partyKeys}. */
export const decideParties = (
  changes: readonly PartyChange[],
  items: readonly (Item | undefined)[],
): readonly DecidedParty[] =>
  changes.map((change, index) => ({ change, step: decideParty(change, items[index]) }));

/** Applies party changes, at most one per row. */
export const applyParties = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly DecidedParty[],
): Promise<Applied> => {
  const open = await writeImages(ports.table, await looked(ports.table, decided));
  const chains = relatedBy(open, { touches, bonds: rowsOf, actions });
  return tally(await isolate(chains, (group) => applyGroup(ports, policy, group)));
};

const looked = async (
  table: Table,
  decided: readonly DecidedParty[],
): Promise<readonly DecidedParty[]> => {
  const steps = await afterLook(
    table,
    decided.map(({ step }) => step),
  );
  return decided.map((entry, index) => ({ ...entry, step: must(steps[index], 'step') }));
};

/** What a step changes in the identity graph, if it does. */
const changeOf = (step: PartyStep): StructuralChange | undefined =>
  step.step === 'restructure' || step.step === 'commit' ? step.change : undefined;

// All at once, which takes few requests. Where that breaks, each is tried again with its own group, and fails alone.
const writeImages = async (
  table: Table,
  decided: readonly DecidedParty[],
): Promise<readonly DecidedParty[]> => {
  const images = decided.flatMap(({ change, step }) =>
    step.step === 'write' ? [{ change, action: step.action }] : [],
  );
  const written = await table.writeAll(images.map(({ action }) => action)).catch(() => []);
  const done = new Set(images.flatMap(({ change }, index) => (written[index] ? [change] : [])));
  return decided.map((entry) =>
    done.has(entry.change) ? { ...entry, step: { step: 'skip', outcome: 'applied' } } : entry,
  );
};

// A row whose primary key changed is committed with the row it was.
const rowsOf = ({ change }: DecidedParty): readonly string[] => [
  change.rowKey,
  ...(change.renamedFrom ? [change.renamedFrom] : []),
];

const touches = ({ change, step }: DecidedParty): readonly string[] => {
  const rows = rowsOf({ change, step });
  const structural = changeOf(step);
  if (!structural) return rows;
  const { before, after, scope } = structural;
  const claims = [...(before?.claims ?? []), ...(after?.claims ?? [])];
  return [...rows, ...claims.map((claim) => claim.identifier), ...(scope ? [scope] : [])];
};

/** Actions beside those of claims: the row, its scope, its customer. */
const ROW_ACTIONS = 4;

// Most of a row with blocking keys are claims.
const actions = ({ step }: DecidedParty): number => {
  const structural = changeOf(step);
  if (!structural) return 0;
  const { before, after } = structural;
  const claims = [...(before?.claims ?? []), ...(after?.claims ?? [])];
  return ROW_ACTIONS + new Set(claims.map(({ identifier }) => identifier)).size;
};

const applyGroup = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly DecidedParty[],
): Promise<RowTally> => {
  let open = group;
  let [conflicts, held] = [0, 0];
  for (let attempt = 0; attempt < MAX_REREADS; attempt++) {
    const result = await applySteps(ports, policy, open);
    conflicts += result.conflicts;
    held += result.held;
    if (result.done) {
      const stale = group.filter(isStale).length;
      return { applied: group.length - stale, stale, held, conflicts };
    }
    open = await decideAgain(ports, group);
  }
  throw new Error(
    `${must(group[0], 'change').change.rowKey} changed ${MAX_REREADS} times while it was written`,
  );
};

const isStale = ({ step }: DecidedParty): boolean =>
  step.step === 'skip' && step.outcome === 'stale';

const decideAgain = async (
  ports: IdentityPorts,
  group: readonly DecidedParty[],
): Promise<readonly DecidedParty[]> => {
  const changes = group.map(({ change }) => change);
  const items = await ports.table.getAll(partyKeys(changes));
  return looked(ports.table, decideParties(changes, items));
};

interface StepsApplied {
  readonly done: boolean;
  readonly held: number;
  readonly conflicts: number;
}

// Rows that were laid are committed by themselves, and then every row of the group is read again.
const applySteps = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly DecidedParty[],
): Promise<StepsApplied> => {
  const commits = group.flatMap(({ step }) => (step.step === 'commit' ? [step.change] : []));
  if (commits.length === 0) return applyDecided(ports, policy, group);
  const outcome = await restructure(ports, policy, commits);
  const held = outcome.done ? outcome.held.length : 0;
  return { done: false, held, conflicts: outcome.conflicts };
};

const applyDecided = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly DecidedParty[],
): Promise<StepsApplied> => {
  const writes = group.flatMap(({ step }) => (step.step === 'write' ? [step.action] : []));
  const written = await ports.table.writeAll(writes);
  const structural = structuralChanges(group);
  if (structural.length === 0) return { done: written.every(Boolean), held: 0, conflicts: 0 };
  const outcome = await restructure(ports, policy, structural);
  return {
    done: outcome.done && written.every(Boolean),
    held: outcome.done ? outcome.held.length : 0,
    conflicts: outcome.conflicts,
  };
};

// A renamed row takes its ids along only while the row it was is taken out in the same commit.
const structuralChanges = (group: readonly DecidedParty[]) => {
  const changes = group.flatMap(({ step }) => (step.step === 'restructure' ? [step.change] : []));
  const removed = new Set<UnitKey>(changes.flatMap(({ key, after }) => (after ? [] : [key])));
  return changes.map(({ renamedFrom, ...change }) =>
    renamedFrom !== undefined && removed.has(renamedFrom) ? { ...change, renamedFrom } : change,
  );
};
