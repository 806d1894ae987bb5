/**
 * Surroundings: what the items of one look are compared with, each read once.
 *
 * Keys that are known beforehand are read together; any other when it is asked for. A look is no snapshot: what changes
 * between two reads can seem wrong, which is why nothing is named before a second look.
 * @module
 */
import { readScopes, type StoredScope } from '#application/identity/scope-store.ts';
import { type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { showKey } from './finding.ts';

/** Reads of one look. */
export interface Surroundings extends Pick<Table, 'getAll'> {
  get(key: Key): Promise<Item | undefined>;
  /** Reads scopes together that will be asked for. */
  expectScopes(ids: readonly ScopeId[]): Promise<void>;
  /** The scope that a pointer leads to; `undefined` when it leads nowhere. */
  scope(pointer: unknown): Promise<StoredScope | undefined>;
  /** The scope that holds a unit, by the unit's own item. */
  scopeOf(unit: UnitKey): Promise<StoredScope | undefined>;
}

/** Makes the surroundings of one look. */
export const surroundingsOn = (table: Pick<Table, 'getAll'>): Surroundings => {
  const items = new Map<string, Item | undefined>();
  const scopes = new Map<ScopeId, Promise<StoredScope | undefined>>();
  const getAll = async (keys: readonly Key[]) => {
    const open = keys.filter((key) => !items.has(showKey(key)));
    const found = open.length > 0 ? await table.getAll(open) : [];
    for (const [index, key] of open.entries()) items.set(showKey(key), found[index]);
    return keys.map((key) => items.get(showKey(key)));
  };
  // Parts of a large scope are read again until they fit together, so scopes do not come from the items kept here.
  const readScope = async (id: ScopeId) => (await readScopes(table, [id]))[0];
  const scope = (pointer: unknown): Promise<StoredScope | undefined> => {
    if (typeof pointer !== 'string') return Promise.resolve(undefined);
    const id = pointer as ScopeId;
    const known = scopes.get(id) ?? readScope(id);
    scopes.set(id, known);
    return known;
  };
  const get = async (key: Key) => (await getAll([key]))[0];
  const expectScopes = async (ids: readonly ScopeId[]) => {
    const open = [...new Set(ids)].filter((id) => !scopes.has(id));
    if (open.length === 0) return;
    const found = await readScopes(table, open);
    // One that was absorbed comes under the name of another, and is asked for singly.
    for (const stored of found) scopes.set(stored.id, Promise.resolve(stored));
  };
  return {
    getAll,
    get,
    expectScopes,
    scope,
    scopeOf: async (unit) => scope((await get(unitItemKey(unit)))?.['scope']),
  };
};
