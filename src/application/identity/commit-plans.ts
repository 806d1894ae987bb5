/**
 * Commit of plans: by one transaction each, or, where the write of one scope says all that must happen at once, by that.
 *
 * A direct commit is the conditional write of its scope. What its units keep in items of their own follows, each under a
 * condition of its own; a crash in between leaves a unit that its scope lists and whose item is missing. It costs half as
 * much, since transactions are billed twice (docs/adr/0055).
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import { noteKey } from '#application/shared/items.ts';
import type { Action, Table, Write } from '#application/shared/table.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { IdentityPorts } from './identity-ports.ts';
import type { CommitPlan } from './plan-commit.ts';
import { dropParts } from './scope-writes.ts';
import type { World } from './world.ts';

/** A world, and what to do with it. */
export interface PlannedWorld {
  readonly world: World;
  readonly plan: CommitPlan;
}

/** How a plan came out: as given when it was committed. `superseded`: one of the fences of its changes did not hold. */
export type Committed = CommitPlan | 'conflict' | 'superseded';

/** Commits plans that have nothing in common; one outcome each. */
export const commitPlans = async (
  ports: IdentityPorts,
  planned: readonly PlannedWorld[],
): Promise<readonly Committed[]> => {
  const laid = await layClaims(ports.table, planned);
  const direct = planned.flatMap((one) => (laid.has(one) ? (directOf(one) ?? []) : []));
  const directly = await commitDirectly(ports.table, direct);
  return inParallel(planned, async (one) => {
    const outcome = laid.has(one)
      ? (directly.get(one) ?? (await commitByTransaction(ports, one.plan)))
      : 'conflict';
    await dropParts(ports.table, one.plan.parts, typeof outcome === 'object');
    return outcome;
  });
};

const commitByTransaction = async (
  { table, opened }: IdentityPorts,
  plan: CommitPlan,
): Promise<Committed> => {
  const outcome = await table.transact(plan.actions);
  if (outcome.done) {
    if (plan.open) opened?.();
    return plan;
  }
  return outcome.reasons.slice(0, plan.fences).includes('condition') ? 'superseded' : 'conflict';
};

/**
 * Lays the claims of identifiers that nobody held: whoever meets one writes the scope that it points to, as this commit
 * does. So notes of new units that are not there now are not there until the commit.
 */
const layClaims = async (
  table: Table,
  planned: readonly PlannedWorld[],
): Promise<ReadonlySet<PlannedWorld>> => {
  const laid = await writtenOf(table, planned, ({ plan }) => [...plan.laid, ...plan.parts.laid]);
  const looked = [...laid].flatMap(({ world }) => world.looked);
  const notes = looked.length > 0 ? await table.getAll(looked.map(noteKey)) : [];
  const noted = new Set(looked.filter((_, index) => notes[index] !== undefined));
  return new Set([...laid].filter(({ world }) => !world.looked.some((unit) => noted.has(unit))));
};

/** Those of which every write was done; one without writes is among them. */
const writtenOf = async <Entry>(
  table: Table,
  entries: readonly Entry[],
  writesOf: (entry: Entry) => readonly Write[],
): Promise<ReadonlySet<Entry>> => {
  const writes = entries.flatMap((entry) => writesOf(entry).map((write) => ({ entry, write })));
  const done = writes.length > 0 ? await table.writeAll(writes.map(({ write }) => write)) : [];
  const failed = groupBy(
    writes.filter((_, index) => !done[index]),
    ({ entry }) => entry,
  );
  return new Set(entries.filter((entry) => !failed.has(entry)));
};

/** A plan that the write of its one scope commits. */
interface Direct {
  readonly one: PlannedWorld;
  readonly scope: Write;
  readonly own: readonly Write[];
}

const directOf = (one: PlannedWorld): Direct | undefined => {
  const { world, plan } = one;
  // When an answer is lost, a single write may be done and seem refused; whoever deletes parts must know.
  const hasParts = plan.parts.laid.length + plan.parts.left.length > 0;
  if (hasParts || !world.changes.every(({ follows }) => follows)) return undefined;
  const [own, [scope, ...others]] = [
    plan.actions.slice(0, plan.fences),
    plan.actions.slice(plan.fences),
  ];
  const isScope = scope?.kind === 'put' && scope.item.sk === 'SCOPE';
  return isScope && others.length === 0 && own.every(isWrite) ? { one, scope, own } : undefined;
};

const isWrite = (action: Action): action is Write => action.kind !== 'check';

const commitDirectly = async (
  table: Table,
  direct: readonly Direct[],
): Promise<ReadonlyMap<PlannedWorld, Committed>> => {
  const committed = await writtenOf(table, direct, ({ scope }) => [scope]);
  const followed = await writtenOf(table, [...committed], ({ own }) => own);
  const outcomeOf = (entry: Direct): Committed => {
    if (!committed.has(entry)) return 'conflict';
    return followed.has(entry) ? entry.one.plan : 'superseded';
  };
  return new Map(direct.map((entry) => [entry.one, outcomeOf(entry)]));
};
