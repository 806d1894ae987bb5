/**
 * Applies party changes: image writes all at once, structural ones grouped by what they share.
 * @module
 */
import { rowItemKey } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { must } from '#domain/shared/assert.ts';
import type { Applied } from './applied.ts';
import { relatedBy } from './related-groups.ts';
import { type IdentityPorts, restructure } from './restructure.ts';
import type { PartyChange } from './row-change.ts';
import { isolate, type RowTally, tally } from './row-tally.ts';
import { decideParty, type PartyStep } from './write-parties.ts';

/** Times a row is read again after it lost a race with another change of the same row. */
const MAX_REREADS = 12;

/** Applies party changes, at most one per row. */
export const applyParties = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly PartyChange[],
): Promise<Applied> => {
  const items = await ports.table.getAll(changes.map((change) => rowItemKey(change.rowKey)));
  const decided = changes.map((change, index) => ({
    change,
    step: decideParty(change, items[index]),
  }));
  const groups = relatedBy(decided, touches, rowsOf);
  return tally(await isolate(groups, (group) => applyGroup(ports, policy, group)));
};

// A row whose primary key changed is committed with the row it was.
const rowsOf = ({ change }: Decided): readonly string[] => [
  change.rowKey,
  ...(change.renamedFrom ? [change.renamedFrom] : []),
];

const touches = ({ change, step }: Decided): readonly string[] => {
  const rows = rowsOf({ change, step });
  if (step.step !== 'restructure') return rows;
  const { before, after, scope } = step.change;
  const claims = [...(before?.claims ?? []), ...(after?.claims ?? [])];
  return [...rows, ...claims.map((claim) => claim.identifier), ...(scope ? [scope] : [])];
};

interface Decided {
  readonly change: PartyChange;
  readonly step: PartyStep;
}

const applyGroup = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly Decided[],
): Promise<RowTally> => {
  let open = group;
  let conflicts = 0;
  for (let attempt = 0; attempt < MAX_REREADS; attempt++) {
    const result = await applySteps(ports, policy, open);
    conflicts += result.conflicts;
    if (result.done) {
      const stale = group.filter(isStale).length;
      return { applied: group.length - stale, stale, held: result.held, conflicts };
    }
    open = await decideAgain(ports, group);
  }
  throw new Error(
    `${must(group[0], 'change').change.rowKey} changed ${MAX_REREADS} times while it was written`,
  );
};

const isStale = ({ step }: Decided): boolean => step.step === 'skip' && step.outcome === 'stale';

const decideAgain = async (
  ports: IdentityPorts,
  group: readonly Decided[],
): Promise<readonly Decided[]> => {
  const items: readonly (Item | undefined)[] = await ports.table.getAll(
    group.map(({ change }) => rowItemKey(change.rowKey)),
  );
  return group.map(({ change }, index) => ({ change, step: decideParty(change, items[index]) }));
};

const applySteps = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly Decided[],
): Promise<{ readonly done: boolean; readonly held: number; readonly conflicts: number }> => {
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
const structuralChanges = (group: readonly Decided[]) => {
  const changes = group.flatMap(({ step }) => (step.step === 'restructure' ? [step.change] : []));
  const removed = new Set<UnitKey>(changes.flatMap(({ key, after }) => (after ? [] : [key])));
  return changes.map(({ renamedFrom, ...change }) =>
    renamedFrom !== undefined && removed.has(renamedFrom) ? { ...change, renamedFrom } : change,
  );
};
