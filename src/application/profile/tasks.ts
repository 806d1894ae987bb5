/**
 * Tasks: which customers' views have to be brought up to date for what was touched, and with what.
 * @module
 */
import { ContentionError } from '#application/identity/restructure.ts';
import { readScopes } from '#application/identity/world.ts';
import { parseUnitItem, type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { append, groupBy } from '#domain/shared/multimap.ts';
import type { PartImage, Touched } from './touched.ts';
import { isFactUnit } from './unit-parts.ts';

/** What is to be done for one customer. */
export interface Task {
  readonly id: OneId;
  readonly images: readonly PartImage[];
  /** Its list of units may have changed. */
  readonly joined: boolean;
  /** Units to read again. */
  readonly reread: ReadonlySet<UnitKey>;
  /** Units that have more buckets now, and how many they had. */
  readonly grown: ReadonlyMap<UnitKey, number>;
  /** Whatever the summary says is to be read again. */
  readonly outdated: boolean;
  /** Sets of parts that were laid apart for it, by epoch, and how many parts each has. */
  readonly laid: ReadonlyMap<string, number>;
}

/** Fact unit → its number of buckets. */
export type Buckets = ReadonlyMap<UnitKey, number>;

/** Finds who owns what was touched, and so what is to be done. */
export const tasksOf = async (
  table: Table,
  { customers, grown, images }: Touched,
): Promise<{ readonly tasks: readonly Task[]; readonly buckets: Buckets }> => {
  const units = [...new Set([...images.map(({ unit }) => unit), ...grown.keys()])];
  const items = await table.getAll(units.map(unitItemKey));
  const owners = await ownersOf(table, units, items);
  const ownImages = new Map<OneId, PartImage[]>();
  for (const image of images) {
    const owner = owners.get(image.unit);
    if (owner !== undefined) append(ownImages, owner, image);
  }
  const regrown = groupBy(grown, ([unit]) => owners.get(unit));
  const ids = new Set([
    ...customers.keys(),
    ...ownImages.keys(),
    ...[...grown.keys()].flatMap((unit) => owners.get(unit) ?? []),
  ]);
  return {
    tasks: [...ids].map((id) => ({
      id,
      images: ownImages.get(id) ?? [],
      joined: customers.has(id),
      reread: customers.get(id) ?? new Set(),
      grown: new Map(regrown.get(id) ?? []),
      outdated: false,
      laid: new Map(),
    })),
    buckets: new Map(
      units.flatMap((unit, index) => {
        const item = items[index];
        return item && isFactUnit(unit) ? [[unit, parseUnitItem(item).buckets] as const] : [];
      }),
    ),
  };
};

/** Times that units are looked up whose scope does not know them: it was left after their items were read. */
const MAX_LOOKUPS = 4;

/**
 * Who units belong to now. A unit that is gone has left its customer with a change of its own; one that only went to
 * another scope may have stayed with its customer, whose change does not tell of it.
 * @throws when a commit leads units to another scope all the while, which ends
 */
const ownersOf = async (
  table: Table,
  units: readonly UnitKey[],
  items: readonly (Item | undefined)[],
  lookups = 1,
): Promise<ReadonlyMap<UnitKey, OneId>> => {
  const placed = units.flatMap((unit, index) => {
    const pointer = items[index]?.['scope'];
    return typeof pointer === 'string' ? [{ unit, pointer: pointer as ScopeId }] : [];
  });
  const scopes = await readScopes(
    table,
    placed.map(({ pointer }) => pointer),
  );
  const owners = new Map<UnitKey, OneId>(
    scopes
      .flatMap(({ scope }) => scope.customers)
      .flatMap(({ id, units: own }) => own.map((unit) => [unit, id] as const)),
  );
  const lost = placed.filter(({ unit }) => !scopes.some(({ scope }) => scope.units.has(unit)));
  if (lost.length === 0) return owners;
  if (lookups === MAX_LOOKUPS) {
    if (scopes.some(({ open }) => open)) throw new ContentionError('a commit moves units');
    return owners;
  }
  const moved = lost.map(({ unit }) => unit);
  const again = await table.getAll(moved.map(unitItemKey));
  return new Map([...owners, ...(await ownersOf(table, moved, again, lookups + 1))]);
};
