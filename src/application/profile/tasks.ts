/**
 * Tasks: which customers' views have to be brought up to date for what was touched, and with what.
 * @module
 */
import {
  type CustomerAsked,
  type CustomerUnits,
  listedIn,
} from '#application/identity/customer-units.ts';
import { ContentionError } from '#application/identity/restructure.ts';
import { readScopes, type StoredScope } from '#application/identity/scope-store.ts';
import { type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { append } from '#domain/shared/multimap.ts';
import type { PartImage, Touched } from './touched.ts';
import { bucketsOf, isFactUnit } from './unit-parts.ts';

/** What is to be done for one customer. */
export interface Task extends CustomerAsked {
  readonly images: readonly PartImage[];
  /** Its list of units may have changed. */
  readonly joined: boolean;
  /** Its list of units as read so far; a summary may have been made from a later one. */
  readonly list?: CustomerUnits | undefined;
  /** Units to read again. */
  readonly reread: ReadonlySet<UnitKey>;
  /** Whatever the summary says is to be read again. */
  readonly outdated: boolean;
  /** Sets of parts that were laid apart for it, by epoch, and how many parts each has. */
  readonly laid: ReadonlyMap<string, number>;
}

/** Fact unit → its number of buckets. */
export type Buckets = ReadonlyMap<UnitKey, number>;

const NO_UNITS: ReadonlySet<UnitKey> = new Set();

/** Finds who owns what was touched, and so what is to be done. */
export const tasksOf = async (
  table: Table,
  { customers, images }: Touched,
): Promise<{ readonly tasks: readonly Task[]; readonly buckets: Buckets }> => {
  const items = await unitItems(table, images);
  const told = [...customers.values()].flatMap(({ scope }) => scope ?? []);
  const { owners, scopes } = await ownersOf(table, items, told);
  const ownImages = new Map<OneId, PartImage[]>();
  for (const image of images) {
    const owner = owners.get(image.unit);
    if (owner !== undefined) append(ownImages, owner, image);
  }
  const ids = new Set([...customers.keys(), ...ownImages.keys()]);
  const lists = new Map(listedIn(scopes, ids));
  return {
    tasks: [...ids].map((id) => ({
      id,
      scope: lists.get(id)?.listed?.scope ?? customers.get(id)?.scope,
      list: lists.get(id),
      images: ownImages.get(id) ?? [],
      joined: customers.has(id),
      reread: customers.get(id)?.came ?? NO_UNITS,
      outdated: false,
      laid: new Map(),
    })),
    buckets: new Map(
      [...items].flatMap(([unit, item]) =>
        item && isFactUnit(unit) ? [[unit, bucketsOf(unit, item)] as const] : [],
      ),
    ),
  };
};

/** Items with the units' pointers to their scopes: as the stream brought them, or else as they are read now. */
const unitItems = async (
  table: Table,
  images: readonly PartImage[],
): Promise<ReadonlyMap<UnitKey, Item | undefined>> => {
  const brought = new Map(
    images.filter(({ item }) => hasPointer(item)).map(({ unit, item }) => [unit, item] as const),
  );
  const units = [...new Set(images.map(({ unit }) => unit))].filter((unit) => !brought.has(unit));
  // A pointer only leads to a scope, which is read as it is now: one that is behind is followed again, but none is no answer.
  const items = await table.getAll(units.map(unitItemKey), 'eventual');
  const found = new Map(units.map((unit, index) => [unit, items[index]] as const));
  const lacking = units.filter((unit) => !hasPointer(found.get(unit)));
  const again = await table.getAll(lacking.map(unitItemKey));
  return new Map([
    ...brought,
    ...found,
    ...lacking.map((unit, index) => [unit, again[index]] as const),
  ]);
};

const hasPointer = (item: Item | undefined): boolean => typeof item?.['scope'] === 'string';

/** Times that units are looked up whose scope does not know them: it was left after their items were read. */
const MAX_LOOKUPS = 4;

interface Owners {
  readonly owners: ReadonlyMap<UnitKey, OneId>;
  /** The scopes that were read, at least as new as what was touched. */
  readonly scopes: readonly StoredScope[];
}

/**
 * Who units belong to now. A unit that is gone has left its customer with a change of its own; one that only went to
 * another scope may have stayed with its customer, whose change does not tell of it.
 * @param also scopes that are read as well
 * @throws when a commit leads units to another scope all the while, which ends
 */
const ownersOf = async (
  table: Table,
  items: ReadonlyMap<UnitKey, Item | undefined>,
  also: readonly ScopeId[],
  lookups = 0,
): Promise<Owners> => {
  const placed = [...items].filter(([, item]) => hasPointer(item));
  const pointers = placed.map(([, item]) => item?.['scope'] as ScopeId);
  const scopes = await readScopes(table, [...pointers, ...also]);
  const owners = new Map<UnitKey, OneId>(
    scopes
      .flatMap(({ scope }) => scope.customers)
      .flatMap(({ id, units: own }) => own.map((unit) => [unit, id] as const)),
  );
  const lost = placed
    .map(([unit]) => unit)
    .filter((unit) => !scopes.some(({ scope }) => scope.units.has(unit)));
  if (lost.length === 0) return { owners, scopes };
  if (lookups === MAX_LOOKUPS) {
    if (scopes.some(({ open }) => open)) throw new ContentionError('a commit moves units');
    return { owners, scopes };
  }
  const again = await table.getAll(lost.map(unitItemKey));
  const moved = await ownersOf(
    table,
    new Map(lost.map((unit, index) => [unit, again[index]])),
    [],
    lookups + 1,
  );
  return {
    owners: new Map([...owners, ...moved.owners]),
    scopes: [...scopes, ...moved.scopes],
  };
};
