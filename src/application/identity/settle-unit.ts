/**
 * Settling a fact unit: a unit lives while one live row supports it, and no longer.
 *
 * Who is about to remove a unit seals its buckets before looking for live rows, and no live row comes to a bucket that is
 * sealed. Who has one to bring takes the seal away first, and then the removal, which asks for its own mark on the first
 * bucket, fails. So no unit goes with a live row, and nobody has to look at it after writing one. Buckets stay when their
 * unit goes, with the tombstones of its rows; all but the first stay sealed, and the first then says nothing of a unit.
 * @module
 */
import { hasLiveRow } from '#application/shared/contributions.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import {
  bucketKey,
  claimKey,
  markIn,
  parseClaimItem,
  parseUnitItem,
  type UnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Action, Item, Table } from '#application/shared/table.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { must } from '#domain/shared/assert.ts';
import type { Random } from '#domain/shared/clock.ts';
import { ContentionError, type IdentityPorts, restructure } from './restructure.ts';
import { readScopes, type StoredScope } from './scope-store.ts';
import type { StructuralChange } from './world.ts';
import { IS_THERE, IS_UNSEALED } from './write-facts.ts';

/** Buckets looked at in one request. */
const BUCKETS_AT_ONCE = 100;

/** Times a unit is looked at again after somebody else was at it. */
const MAX_ATTEMPTS = 24;

/**
 * Removes units from the identity graph of which no row is live. One read when the first bucket of each holds a live row.
 * Safe to repeat and to race.
 * @throws ContentionError when it lost too many races
 */
export const settleUnits = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  units: readonly UnitKey[],
): Promise<void> => {
  const items = await ports.table.getAll(units.map(unitItemKey));
  for (const [index, unit] of units.entries()) {
    if (!isPlainlyAlive(items[index])) await settleUnit(ports, policy, unit);
  }
};

/** Whether a unit's first bucket, as read, shows that it is there and supported. */
export const isPlainlyAlive = (first: Item | undefined): boolean =>
  first !== undefined && markIn(first) === undefined && hasLiveRow(first);

/** Settles one unit, as {@link settleUnits}. */
export const settleUnit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  unit: UnitKey,
): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await settleOnce(ports, policy, unit)) return;
  }
  throw new ContentionError(`a unit was marked by others ${MAX_ATTEMPTS} times over`);
};

/**
 * Settles a unit that its scope may list although it is not there: whoever founded it died in between, or the row came too
 * late. Reads its claims and their scopes when it is not there.
 */
export const settleListed = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  unit: EvidenceUnit,
): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await readUnit(ports.table, unit.key)) return settleUnit(ports, policy, unit.key);
    const stored = await scopeListing(ports.table, unit);
    if (!stored) return;
    if ((await restructure(ports, policy, [unlisting(ports, stored, unit.key)])).done) return;
  }
  throw new ContentionError(`a unit was listed by others ${MAX_ATTEMPTS} times over`);
};

// No identifier of such a unit is shared, or it would not have become so.
const scopeListing = async (
  table: Table,
  { key, claims }: EvidenceUnit,
): Promise<StoredScope | undefined> => {
  const items = await table.getAll(claims.map(({ identifier }) => claimKey(identifier)));
  const pointers = items.flatMap((item) => (item && parseClaimItem(item).scope) ?? []);
  const scopes = await readScopes(table, pointers);
  return scopes.find(({ scope }) => scope.units.has(key));
};

const unlisting = (
  { random }: IdentityPorts,
  { id, scope }: StoredScope,
  key: UnitKey,
): StructuralChange => ({
  key,
  before: must(scope.units.get(key), 'unit of a scope'),
  scope: id,
  own: () => [
    {
      kind: 'update',
      key: unitItemKey(key),
      set: { ended: markOf(random) },
      when: { missing: ['claims'] },
    },
  ],
});

const markOf = (random: Random): string => Math.floor(random() * 2 ** 52).toString(36);

/** Tells whether the unit is settled; `false` when somebody else was at it. */
const settleOnce = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  unit: UnitKey,
): Promise<boolean> => {
  const { table, random } = ports;
  const found = await readUnit(table, unit);
  if (found === undefined) return true;
  if (await holdsLiveRow(table, found)) {
    // Whoever sealed it may have died before opening it again.
    if (found.dying !== undefined) await openUnit(table, unit);
    return true;
  }
  const mark = markOf(random);
  const sealed = await seal(table, unit, mark);
  if (sealed === undefined) return true;
  if (await holdsLiveRow(table, sealed)) {
    await openUnit(table, unit);
    return true;
  }
  return (await restructure(ports, policy, [removal(sealed, mark)])).done;
};

/**
 * Seals all buckets of a unit, the first one first: it keeps the others from being opened, and from becoming more. Where one
 * is not there yet the seal takes its place, so that no row makes it.
 */
const seal = async (table: Table, unit: UnitKey, mark: string): Promise<UnitItem | undefined> => {
  const key = unitItemKey(unit);
  const there = await table.write({ kind: 'update', key, set: { dying: mark }, when: IS_THERE });
  const sealed = there ? await readUnit(table, unit) : undefined;
  if (sealed === undefined) return undefined;
  await table.writeAll(
    numbersFrom(1, sealed.buckets).map((bucket) => ({
      kind: 'update',
      key: bucketKey(unit, bucket),
      set: { dying: mark },
    })),
  );
  return sealed;
};

const readUnit = async (table: Table, unit: UnitKey): Promise<UnitItem | undefined> => {
  const [item] = await table.getAll([unitItemKey(unit)]);
  return parseUnitItem(item);
};

const holdsLiveRow = async (table: Table, { evidence, buckets }: UnitItem): Promise<boolean> => {
  for (let start = 0; start < buckets; start += BUCKETS_AT_ONCE) {
    const some = numbersFrom(start, Math.min(buckets, start + BUCKETS_AT_ONCE));
    const items = await table.getAll(some.map((bucket) => bucketKey(evidence.key, bucket)));
    if (items.some((item) => item !== undefined && hasLiveRow(item))) return true;
  }
  return false;
};

const numbersFrom = (start: number, end: number): readonly number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index);

/** Takes the seal off a unit's first bucket; `false` when the unit is gone. Others are opened when a row comes to them. */
export const openUnit = (table: Table, unit: UnitKey): Promise<boolean> =>
  table.write({
    kind: 'update',
    key: unitItemKey(unit),
    remove: ['dying'],
    when: IS_THERE,
  });

/** Takes the seal off further buckets, while their unit is there and not sealed itself. */
export const openBuckets = async (
  table: Table,
  unit: UnitKey,
  buckets: readonly number[],
): Promise<void> => {
  const check: Action = {
    kind: 'check',
    key: unitItemKey(unit),
    when: { all: [IS_THERE, IS_UNSEALED] },
  };
  await inParallel(buckets, (bucket) => {
    const key = bucketKey(unit, bucket);
    const when = { exists: ['pk'] } as const;
    return table.transact([check, { kind: 'update', key, remove: ['dying'], when }]);
  });
};

/** Gives a unit more buckets; `false` when it is gone or sealed, or has as many already. */
export const growTo = (table: Table, unit: UnitKey, buckets: number): Promise<boolean> =>
  table.write({
    kind: 'update',
    key: unitItemKey(unit),
    set: { buckets },
    when: { all: [IS_THERE, IS_UNSEALED, { less: [['buckets'], buckets] }] },
  });

const removal = (found: UnitItem, mark: string): StructuralChange => ({
  key: found.evidence.key,
  before: found.evidence,
  scope: found.scope,
  own: () => [
    {
      kind: 'update',
      key: unitItemKey(found.evidence.key),
      set: { ended: mark },
      remove: ['claims', 'mayCreate', 'scope', 'dying'],
      when: { equals: [['dying'], mark] },
    },
  ],
});
