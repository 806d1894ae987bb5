/**
 * Applies fact changes: registry first, then the contributions.
 *
 * Stages of a batch: one read of registry and units, registrations, contributions. A contribution is fenced by what its
 * bucket says of the row and of the unit, so nothing is read back; one that is refused is decided again, with a look at
 * the bucket. Units that are not there, rows that move and units that rows have left are structural.
 * @module
 */
import { inParallel, together } from '#application/shared/in-parallel.ts';
import { unitItemKey } from '#application/shared/items.ts';
import type { Action, Item, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { EvidenceUnit } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { Applied } from './applied.ts';
import { contribute, withBuckets } from './contribute.ts';
import { decideFacts, factKeys } from './decide-facts.ts';
import { type DecidedFact, isLiving, isThere, placeIn } from './decided-fact.ts';
import { foundUnits, type UnitsFounded } from './found-units.ts';
import { openForRows } from './open-for-rows.ts';
import { ContentionError, type IdentityPorts } from './restructure.ts';
import { rewriteActions } from './rewrite-facts.ts';
import type { FactChange } from './row-change.ts';
import { isPlainlyAlive, settleListed, settleUnits } from './settle-unit.ts';
import { type RowResult, settledAt, unitsLeft } from './units-left.ts';
import { clearLeaving, moveActions, registration } from './write-facts.ts';

/** Times a row is read again after it lost a race with another change of the same row, or of its unit. */
const MAX_REREADS = 24;

/**
 * Applies fact changes, at most one per row.
 * @param read the items of {@link factKeys}, when they were just read
 * @throws when the store fails; then all of them are delivered again. Rows that lost too many races fail singly
 */
export const applyFacts = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly FactChange[],
  read?: readonly (Item | undefined)[],
  attempt = 0,
): Promise<Applied> => {
  if (changes.length === 0) return NOTHING;
  if (attempt > MAX_REREADS) return { ...NOTHING, failures: changes.map(overtakenTooOften) };
  const items = read ?? (await ports.table.getAll(factKeys(changes)));
  const asked = await decideFacts(ports.table, changes, items, attempt > 0);
  const { decided, results, units, supported } = await writeRows(ports, policy, asked);
  await settleLeft(ports, policy, decided, results, supported);
  const again = decided.filter((_, index) => results[index] === 'again');
  const changed = again.map(({ change }) => change);
  const rest = await applyFacts(ports, policy, changed, undefined, attempt + 1);
  return combine(results, decided, units, rest);
};

const NOTHING: Applied = { applied: 0, stale: 0, held: 0, conflicts: 0, failures: [] };

const overtakenTooOften = (change: FactChange) => {
  const error = new ContentionError(
    `a row was overtaken ${MAX_REREADS} times while it was written`,
  );
  return { change, error };
};

const combine = (
  results: readonly RowResult[],
  decided: readonly DecidedFact[],
  units: UnitsFounded,
  rest: Applied,
): Applied => ({
  applied: results.filter((result) => result === 'applied').length + rest.applied,
  stale: results.filter((result) => result === 'stale').length + rest.stale,
  held: units.held + rest.held,
  conflicts: units.conflicts + rest.conflicts,
  failures: [
    ...decided.flatMap((entry, index) =>
      results[index] === 'failed'
        ? [{ change: entry.change, error: units.failures.get(placeIn(entry).unit) }]
        : [],
    ),
    ...rest.failures,
  ],
});

/** How rows came out, and the units that were founded with them. */
interface RowsWritten {
  readonly decided: readonly DecidedFact[];
  readonly results: readonly RowResult[];
  readonly units: UnitsFounded;
  readonly supported: ReadonlySet<DecidedFact>;
}

const writeRows = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  asked: readonly DecidedFact[],
): Promise<RowsWritten> => {
  const [decided, overtaken] = await together(
    withBuckets(ports.table, asked),
    registerRows(ports.table, asked),
  );
  const open = decided.filter(({ change }) => !overtaken.has(change.rowKey));
  const founders = open.filter((entry) => isLiving(entry) && !isThere(entry));
  const others = open.filter((entry) => !isLiving(entry) || isThere(entry));
  const closed = await openForRows(ports.table, others.filter(isLiving));
  const ready = others.filter((entry) => !closed.has(entry));
  const plain = ready.filter(({ step }) => PLAIN.has(step.step));
  const moving = ready.filter(({ step }) => step.step === 'move' || step.step === 'rewrite');
  const [contributed, units, moved] = await together(
    contribute(ports.table, plain),
    foundUnits(ports, policy, founders),
    moveRows(ports.table, moving),
  );
  const done = new Set([...contributed.written, ...units.written, ...moved]);
  const results = decided.map((entry): RowResult => {
    if (done.has(entry)) return 'applied';
    if (entry.step.step === 'skip') return 'stale';
    if (entry.step.step === 'note' && !overtaken.has(entry.change.rowKey)) return 'applied';
    const isFailed = isLiving(entry) && units.failures.has(placeIn(entry).unit);
    return isFailed ? 'failed' : 'again';
  });
  return { decided, results, units, supported: contributed.supported };
};

const PLAIN: ReadonlySet<string> = new Set(['contribute', 'register']);

/** First writes to the registry; gives the rows that somebody else registered or noted meanwhile. */
const registerRows = async (
  table: Table,
  decided: readonly DecidedFact[],
): Promise<ReadonlySet<SourceRowKey>> => {
  const writes = decided.flatMap((entry) => {
    const { change, step } = entry;
    const { rowKey } = change;
    if (step.step === 'note') return [{ rowKey, action: step.action }];
    return step.step === 'register'
      ? [{ rowKey, action: registration(change, placeIn(entry)) }]
      : [];
  });
  const written = await table.writeAll(writes.map(({ action }) => action));
  return new Set(writes.flatMap(({ rowKey }, index) => (written[index] ? [] : [rowKey])));
};

/** Moves and rewrites rows, each in a transaction; gives those that were. */
const moveRows = async (
  table: Table,
  rows: readonly DecidedFact[],
): Promise<ReadonlySet<DecidedFact>> => {
  const outcomes = await inParallel(rows, (entry) => table.transact(actionsOf(entry)));
  return new Set(rows.filter((_, index) => outcomes[index]?.done));
};

const actionsOf = ({ change, step, place }: DecidedFact): readonly Action[] => {
  if (step.step === 'move') return moveActions(change, step.row, place);
  return step.step === 'rewrite' ? rewriteActions(change, step.row, place) : [];
};

/** Settles the units that rows of this batch have left, or may have left before a crash. */
const settleLeft = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly DecidedFact[],
  results: readonly RowResult[],
  supported: ReadonlySet<DecidedFact>,
): Promise<void> => {
  const left = decided.flatMap((entry) => unitsLeft(entry, supported.has(entry)));
  await settleUnits(ports, policy, [...new Set(left)]);
  const late = decided.filter((_, index) => results[index] === 'stale');
  for (const unit of await doubtfulUnits(ports.table, late)) {
    await settleListed(ports, policy, unit);
  }
  const settled = decided.flatMap((entry, index) => settledAt(entry, results[index]) ?? []);
  for (const { key, when } of settled) await clearLeaving(ports.table, key, when);
};

/**
 * Units that rows which came too late may have listed in a scope, now or before a crash. They are read again: what was read
 * first may be of a time before that.
 */
const doubtfulUnits = async (
  table: Table,
  late: readonly DecidedFact[],
): Promise<readonly EvidenceUnit[]> => {
  const named = new Map(
    late.flatMap(({ change: { after } }) => (after?.unit ? [[after.unit.key, after.unit]] : [])),
  );
  const items = await table.getAll([...named.keys()].map(unitItemKey));
  return [...named.values()].filter((_, index) => !isPlainlyAlive(items[index]));
};
