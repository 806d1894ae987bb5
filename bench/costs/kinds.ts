/**
 * Kinds of changes: what each cost on the resolve side, told from the writes themselves.
 *
 * A change is *structural* when it took a commit of the identity graph: a party row seen first, whether in a transaction or
 * laid ahead, deleted or with other identifiers, a fact that moved, the first fact of a unit, the last one to leave it. It is a *first sight* when its row
 * was registered under a unit that is there, and *known* otherwise. Costs go to the kind that caused them: a commit with
 * the marks before it to structural, a registry write to its row, a bucket's write in equal parts to its rows.
 * @module
 */
import type { PerformedAction } from '#adapters/memory/table.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import { bucketOfKey, FRESHNESS_PARTITION, parseUnitItem } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { Action, Item } from '#application/shared/table.ts';

/** Beginning of the partitions that defects are kept in. */
const DEFECTS = 'Q#';

/** The three kinds that budgets tell apart. */
export const KINDS = ['known', 'firstSight', 'structural'] as const;

/** One of the three. */
export type Kind = (typeof KINDS)[number];

/** How many changes of each kind there were, and their write units. */
export type KindCosts = Readonly<
  Record<Kind, { readonly changes: number; readonly units: number }>
> & {
  /** Write units of positions per source and of defects, which belong to a batch as a whole. */
  readonly batchUnits: number;
};

/** What a batch's actions say about its rows. */
interface Observed {
  readonly structural: ReadonlySet<string>;
  readonly registered: ReadonlyMap<string, string>;
  readonly created: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** The kind of every row that a batch wrote. */
export const kindsOf = (actions: readonly PerformedAction[]): ReadonlyMap<string, Kind> => {
  const seen = observe(actions);
  const kinds = new Map<string, Kind>();
  const founded = new Set<string>();
  for (const [row, unit] of seen.registered) {
    const isFounder = seen.created.has(unit) && !founded.has(unit);
    if (isFounder) founded.add(unit);
    kinds.set(row, isFounder ? 'structural' : 'firstSight');
  }
  for (const unit of seen.removed) {
    const last = actions.flatMap((performed) => rowsGone(performed, unit))[0];
    if (last !== undefined) kinds.set(last, 'structural');
  }
  for (const row of seen.structural) kinds.set(row, 'structural');
  return kinds;
};

/** Adds the cost of a batch to its kinds. `rows` are the row keys of all its changes that are about a customer. */
export const costsOf = (
  rows: readonly string[],
  actions: readonly PerformedAction[],
): KindCosts => {
  const kinds = kindsOf(actions);
  const kindOf = (row: string): Kind => kinds.get(row) ?? 'known';
  const changes = { known: 0, firstSight: 0, structural: 0 };
  const counted = new Set<string>();
  for (const row of rows) {
    // A row that changed twice in a batch was written once; the second change cost nothing.
    changes[counted.has(row) ? 'known' : kindOf(row)] += 1;
    counted.add(row);
  }
  const units = { known: 0, firstSight: 0, structural: 0, batch: 0 };
  for (const performed of actions) {
    for (const [kind, share] of sharesOf(performed, kindOf)) units[kind] += share;
  }
  return {
    known: { changes: changes.known, units: units.known },
    firstSight: { changes: changes.firstSight, units: units.firstSight },
    structural: { changes: changes.structural, units: units.structural },
    batchUnits: units.batch,
  };
};

/** Nothing yet. */
export const NO_COSTS: KindCosts = {
  known: { changes: 0, units: 0 },
  firstSight: { changes: 0, units: 0 },
  structural: { changes: 0, units: 0 },
  batchUnits: 0,
};

/** The sum of two. */
export const addCosts = (a: KindCosts, b: KindCosts): KindCosts => {
  const sum = (kind: Kind) => ({
    changes: a[kind].changes + b[kind].changes,
    units: a[kind].units + b[kind].units,
  });
  return {
    known: sum('known'),
    firstSight: sum('firstSight'),
    structural: sum('structural'),
    batchUnits: a.batchUnits + b.batchUnits,
  };
};

const observe = (actions: readonly PerformedAction[]): Observed => {
  const of = (wanted: string) => actions.filter(({ action }) => keyOf(action).sk === wanted);
  const names = (performed: readonly PerformedAction[]) =>
    new Set(performed.map(({ action }) => keyOf(action).pk.slice(2)));
  const units = (performed: readonly PerformedAction[]) =>
    new Set(performed.map(({ action }) => bucketOfKey(keyOf(action)).unit));
  const rows = of('ROW');
  const buckets = of('BUCKET');
  const registered = rows.filter(({ inTransaction, before, after }) => {
    return !inTransaction && !before && after;
  });
  return {
    structural: names(
      rows.filter(
        (performed) =>
          (performed.inTransaction && performed.action.kind !== 'check') || isLaying(performed),
      ),
    ),
    registered: new Map(
      registered.map(({ action, after }) => [
        keyOf(action).pk.slice(2),
        String(after?.['unit'] ?? ''),
      ]),
    ),
    created: units(buckets.filter((one) => !parseUnitItem(one.before) && parseUnitItem(one.after))),
    removed: units(buckets.filter((one) => parseUnitItem(one.before) && !parseUnitItem(one.after))),
  };
};

/** Whether a party row was written ahead of the scope that commits it. */
const isLaying = ({ inTransaction, before, after }: PerformedAction): boolean =>
  !inTransaction && after !== undefined && isPartyItem(after) && !(before && isPartyItem(before));

const keyOf = (action: Action): { readonly pk: string; readonly sk: string } =>
  action.kind === 'put' ? action.item : action.key;

type Share = readonly [Kind | 'batch', number];

const sharesOf = (
  { action, inTransaction, writeUnits, before, after }: PerformedAction,
  kindOf: (row: string) => Kind,
): readonly Share[] => {
  const { pk, sk } = keyOf(action);
  if (pk === FRESHNESS_PARTITION || pk.startsWith(DEFECTS)) return [['batch', writeUnits]];
  if (inTransaction) return [['structural', writeUnits]];
  if (sk === 'ROW') return [[kindOf(pk.slice(2)), writeUnits]];
  if (sk !== 'BUCKET' || marks(action)) return [['structural', writeUnits]];
  // A number of buckets that grows is for rows to come.
  if (growsOnly(action)) return [['firstSight', writeUnits]];
  const rows = changedRows(before, after);
  return rows.map((row): Share => [kindOf(row), writeUnits / rows.length]);
};

/** Whether an action seals a bucket to remove its unit, or opens it again. */
const marks = (action: Action): boolean =>
  action.kind === 'update' && (action.set?.['dying'] !== undefined || action.set === undefined);

const growsOnly = (action: Action): boolean =>
  action.kind === 'update' && Object.keys(action.set ?? {}).join() === 'buckets';

const changedRows = (before: Item | undefined, after: Item | undefined): readonly string[] => {
  const known = new Map(contributionsIn(before).map(({ rowKey, version }) => [rowKey, version]));
  const changed = contributionsIn(after).filter(
    ({ rowKey, version }) => known.get(rowKey) !== version,
  );
  // A write that was refused changed nothing; it was for a row of the bucket that is known.
  return changed.length > 0 ? changed.map(({ rowKey }) => rowKey) : [''];
};

const rowsGone = ({ action, after }: PerformedAction, unit: string): readonly string[] => {
  const { pk, sk } = keyOf(action);
  if (sk !== 'BUCKET' || !pk.startsWith(`U#${unit}#`)) return [];
  const named = action.kind === 'update' ? new Set(Object.keys(action.set ?? {})) : new Set();
  return contributionsIn(after).flatMap(({ rowKey, fact }) =>
    fact || !named.has(rowKey.replaceAll('/', '%2F').replaceAll('.', '/')) ? [] : [rowKey],
  );
};
