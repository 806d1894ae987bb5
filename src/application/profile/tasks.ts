/**
 * Tasks: which customers' views have to be brought up to date for what was touched, and with what.
 * @module
 */
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
  const owners = await ownersOf(table, items);
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

/** Who units belong to now. A unit that is gone has left its customer with a change of its own. */
const ownersOf = async (
  table: Table,
  items: readonly (Item | undefined)[],
): Promise<ReadonlyMap<UnitKey, OneId>> => {
  const pointers = items.flatMap((item) =>
    typeof item?.['scope'] === 'string' ? [item['scope'] as ScopeId] : [],
  );
  const scopes = await readScopes(table, pointers);
  return new Map(
    scopes
      .flatMap(({ scope }) => scope.customers)
      .flatMap(({ id, units }) => units.map((unit) => [unit, id] as const)),
  );
};
