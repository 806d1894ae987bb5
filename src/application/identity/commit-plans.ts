/**
 * Commit of plans: by one transaction each, or, where the write of one scope says all that must happen at once, by that.
 *
 * What units keep in items of their own may be written apart, each under a condition of its own, since transactions are
 * billed twice. Of fact units it follows the scope, and a crash in between leaves a unit that its scope lists and whose item
 * is missing (docs/adr/0055); rows of parties are laid before, and a crash leaves a row that no scope lists (docs/adr/0070).
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
import { asLaid } from './write-parties.ts';

/** A world, and what to do with it. */
export interface PlannedWorld {
  readonly world: World;
  readonly plan: CommitPlan;
}

/**
 * How a plan came out: as given when it was committed. `superseded`: one of the fences of its changes did not hold. `laid`: it
 * was a conflict, and the rows themselves are no longer as they were read.
 */
export type Committed = CommitPlan | 'conflict' | 'superseded' | 'laid';

/** Commits plans that have nothing in common; one outcome each. */
export const commitPlans = async (
  ports: IdentityPorts,
  planned: readonly PlannedWorld[],
): Promise<readonly Committed[]> => {
  const { table } = ports;
  const ready = await layClaims(table, planned);
  const steps = new Map(planned.map((one) => [one, stepsOf(one)]));
  const open = [...ready].flatMap((one) => steps.get(one) ?? []);
  const begun = await writtenOf(table, open, ({ first }) => first);
  const outcomes = await commitSteps(ports, [...begun]);
  const done = [...begun].filter((entry) => typeof outcomes.get(entry) === 'object');
  const ended = await writtenOf(table, done, ({ last }) => last);
  return inParallel(planned, async (one) => {
    const entry = ready.has(one) ? steps.get(one) : undefined;
    const outcome = entry ? (outcomes.get(entry) ?? 'superseded') : 'conflict';
    await dropParts(table, one.plan.parts, typeof outcome === 'object');
    return entry && done.includes(entry) && !ended.has(entry) ? 'superseded' : outcome;
  });
};

/** What is written of a plan, one after the other. */
interface Steps {
  readonly plan: CommitPlan;
  readonly first: readonly Write[];
  /** All at once. */
  readonly commit: readonly Action[];
  readonly last: readonly Write[];
}

const stepsOf = ({ world, plan }: PlannedWorld): Steps => {
  const [apart, ...otherwise] = new Set(world.changes.map((change) => change.apart));
  const [own, rest] = [plan.actions.slice(0, plan.fences), plan.actions.slice(plan.fences)];
  const whole = { plan, first: [], commit: plan.actions, last: [] };
  if (apart === undefined || otherwise.length > 0 || !own.every(isWrite)) return whole;
  if (apart === 'before') return { plan, first: own.map(asLaid), commit: rest, last: [] };
  return isAlone(plan, rest) ? { plan, first: [], commit: rest, last: own } : whole;
};

const isWrite = (action: Action): action is Write => action.kind !== 'check';

// When an answer is lost, a single write may be done and seem refused; whoever deletes parts must know.
const isAlone = ({ parts }: CommitPlan, actions: readonly Action[]): boolean =>
  parts.laid.length + parts.left.length === 0 &&
  actions.length === 1 &&
  actions.every((one) => one.kind === 'put' && one.item.sk === 'SCOPE');

const commitSteps = async (
  ports: IdentityPorts,
  steps: readonly Steps[],
): Promise<ReadonlyMap<Steps, Committed>> => {
  const alone = steps.filter(({ plan, commit }) => isAlone(plan, commit));
  const written = await writtenOf(ports.table, alone, ({ commit }) => commit.filter(isWrite));
  const outcomes = await inParallel(steps, async (entry): Promise<readonly [Steps, Committed]> => {
    if (!alone.includes(entry)) return [entry, await commitByTransaction(ports, entry)];
    return [entry, written.has(entry) ? entry.plan : lostBy(entry)];
  });
  return new Map(outcomes);
};

const lostBy = ({ first }: Steps): Committed => (first.length > 0 ? 'laid' : 'conflict');

const commitByTransaction = async (
  { table, opened }: IdentityPorts,
  entry: Steps,
): Promise<Committed> => {
  const { plan, first, commit } = entry;
  const outcome = await table.transact(commit);
  if (outcome.done) {
    if (plan.open) opened?.();
    return plan;
  }
  const fences = first.length > 0 ? 0 : plan.fences;
  const isFenced = outcome.reasons.slice(0, fences).includes('condition');
  return isFenced ? 'superseded' : lostBy(entry);
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
