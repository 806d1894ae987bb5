/**
 * Scope store: how scopes lie in the table.
 *
 * A scope is one item with its version and its text. A large one lies in parts, each an item of its own that is never changed:
 * whoever changes what is in it writes another in its place, before the commit, and the scope's item names the parts that are
 * in force. So the conditional write of that one item commits all of them, and parts that it does not change cost nothing
 * (docs/adr/0062).
 * @module
 */
import { type PartId, type ScopeId, scopeKey, scopePartKey } from '#application/shared/items.ts';
import type { Condition, Item, Table } from '#application/shared/table.ts';
import { EMPTY_SCOPE, mergeScopes, type Scope } from '#domain/identity/scope.ts';
import type { ScopePart } from '#domain/identity/scope-parts.ts';
import { parseScope } from '#domain/identity/scope-text.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';

/** What reading scopes needs of the table. */
type Reads = Pick<Table, 'getAll'>;

/** A part as it was read. */
export interface StoredPart extends ScopePart {
  readonly id: PartId;
}

/** A scope as it was read. */
export interface StoredScope {
  readonly id: ScopeId;
  readonly version: number;
  readonly scope: Scope;
  /** Mark of the rules that it was evaluated under. */
  readonly rules?: string;
  /** Its customers are on the way to what F says, or what points to them is. */
  readonly open: boolean;
  /** The parts that it lies in; none when its item holds it. */
  readonly parts: readonly StoredPart[];
  /** Ids that redirect here, of those that were read: perhaps only since it was read itself. */
  readonly from?: readonly ScopeId[];
}

/** Times a scope's parts are read again after somebody else wrote it in between. */
const MAX_READS = 8;

/** Version of a scope that there is none of. */
const NO_VERSION = 0;

/** Reads scopes, following redirects to where absorbed ones went. Each scope once. */
export const readScopes = async (
  table: Reads,
  ids: readonly ScopeId[],
): Promise<readonly StoredScope[]> =>
  (await readScopesAndEnds(table, ids)).filter(({ scope }) => scope.units.size > 0);

/** A scope that lies whole where it is looked for: one read. `undefined` when another absorbed it, or it goes on elsewhere. */
export const readScopeHere = async (
  table: Reads,
  id: ScopeId,
): Promise<StoredScope | undefined> => {
  const [item] = await table.getAll([scopeKey(id)]);
  if (item?.['parts'] !== undefined) return undefined;
  const found = await follow(table, id, item);
  return typeof found === 'object' ? found : undefined;
};

/** The same, with those that have ended or never began: nothing is in them, and yet somebody may be about to write one. */
export const readScopesAndEnds = async (
  table: Reads,
  ids: readonly ScopeId[],
): Promise<readonly StoredScope[]> => {
  const found = new Map<ScopeId, StoredScope>();
  const into = new Map<ScopeId, ScopeId>();
  let open: readonly ScopeId[] = [...new Set(ids)];
  while (open.length > 0) {
    const asked = open;
    const items = await table.getAll(asked.map(scopeKey));
    const read = await Promise.all(asked.map((id, index) => follow(table, id, items[index])));
    for (const [index, id] of asked.entries()) {
      const one = must(read[index], 'scope asked for');
      if (typeof one === 'object') found.set(id, one);
      else into.set(id, one);
    }
    open = [...new Set(read.filter((one) => typeof one === 'string'))].filter(
      (id) => !found.has(id),
    );
  }
  return withRedirects(found, into);
};

const withRedirects = (
  found: ReadonlyMap<ScopeId, StoredScope>,
  into: ReadonlyMap<ScopeId, ScopeId>,
): readonly StoredScope[] => {
  const endOf = (id: ScopeId): ScopeId =>
    found.has(id) ? id : endOf(must(into.get(id), 'scope that a redirect leads to'));
  const redirects = [...into.keys()].filter((id) => !found.has(id));
  const from = groupBy(redirects, endOf);
  return [...found.values()].map((one) => {
    const ids = from.get(one.id);
    return ids ? { ...one, from: ids } : one;
  });
};

/** A scope, or the id of the one to read in its place. */
const follow = async (
  table: Reads,
  id: ScopeId,
  item: Item | undefined,
): Promise<StoredScope | ScopeId> => {
  if (typeof item?.['into'] === 'string') return item['into'] as ScopeId;
  if (item === undefined || !isScopeItem(item)) return nothingAt(id, item);
  return (await storedScope(table, id, item)) ?? id;
};

const nothingAt = (id: ScopeId, item: Item | undefined): StoredScope => ({
  id,
  version: item ? (item['ver'] as number) : NO_VERSION,
  scope: EMPTY_SCOPE,
  open: false,
  parts: [],
});

/** Whether an item `SCOPE` is of a scope that has units, and not a redirect or an end. */
export const isScopeItem = ({ doc, parts }: Item): boolean =>
  doc !== undefined || parts !== undefined;

/** The scope that an item `SCOPE` is of; `undefined` for a redirect or an end, and for one that went elsewhere meanwhile. */
export const scopeOfItem = async (table: Reads, item: Item): Promise<Scope | undefined> =>
  isScopeItem(item)
    ? (await storedScope(table, item.pk.slice('K#'.length) as ScopeId, item))?.scope
    : undefined;

const storedScope = async (
  table: Reads,
  id: ScopeId,
  item: Item,
  known: ReadonlyMap<PartId, StoredPart> = new Map(),
  reads = 1,
): Promise<StoredScope | undefined> => {
  const read = await readParts(table, item, known);
  const parts = partsIn(item).flatMap((part) => read.get(part) ?? []);
  if (parts.length < partsIn(item).length) {
    if (reads === MAX_READS) throw new Error('a scope was written by others again and again');
    const [again] = await table.getAll([scopeKey(id)]);
    return again && isScopeItem(again) ? storedScope(table, id, again, read, reads + 1) : undefined;
  }
  const open = item['open'] === true;
  const rules = item['rules'] === undefined ? {} : { rules: String(item['rules']) };
  const scope = wholeScope(item, parts);
  return { id, version: item['ver'] as number, scope, ...rules, open, parts };
};

const wholeScope = (item: Item, parts: readonly ScopePart[]): Scope =>
  parts.length === 0
    ? parseScope(String(item['doc']))
    : mergeScopes(parts.map(({ scope }) => scope));

/** The parts that the item of a scope names. */
export const partsIn = ({ parts }: Item): readonly PartId[] =>
  parts === undefined ? [] : (String(parts).split(' ') as PartId[]);

// A part never changes, so one that was read before need not be read again.
const readParts = async (
  table: Reads,
  item: Item,
  known: ReadonlyMap<PartId, StoredPart>,
): Promise<ReadonlyMap<PartId, StoredPart>> => {
  const open = partsIn(item).filter((part) => !known.has(part));
  const items = open.length > 0 ? await table.getAll(open.map(scopePartKey)) : [];
  const read = open.flatMap((id, index) => {
    const found = items[index];
    return found ? [[id, parsePart(id, found)] as const] : [];
  });
  return new Map([...known, ...read]);
};

// Whoever keeps the items of parts has them parsed once.
const parsed = new WeakMap<Item, StoredPart>();

const parsePart = (id: PartId, item: Item): StoredPart => {
  const text = String(item['doc']);
  const part = parsed.get(item) ?? { id, scope: parseScope(text), bytes: Buffer.byteLength(text) };
  parsed.set(item, part);
  return part;
};

/** All scopes that have units, from all items of a table. One whose parts are not all there is left out. */
export const scopesAmong = (items: readonly Item[]): ReadonlyMap<ScopeId, Scope> => {
  const texts = new Map(
    items.flatMap((item) => (item.sk === 'PART' ? [[item.pk, item] as const] : [])),
  );
  const heads = items.filter((item) => item.sk === 'SCOPE' && isScopeItem(item));
  return new Map(
    heads.flatMap((head) => {
      const parts = partsIn(head).flatMap((part) => {
        const item = texts.get(scopePartKey(part).pk);
        return item ? [parsePart(part, item)] : [];
      });
      const isWhole = parts.length === partsIn(head).length;
      return isWhole ? [[head.pk.slice(2) as ScopeId, wholeScope(head, parts)] as const] : [];
    }),
  );
};

/** That a scope is as it was read. */
export const asRead = (stored: StoredScope | undefined): Condition =>
  stored && stored.version !== NO_VERSION
    ? { equals: [['ver'], stored.version] }
    : { missing: ['pk'] };
