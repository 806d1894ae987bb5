/**
 * Scope store: how scopes lie in the table.
 *
 * A scope is one item with its version and its text. A text that one item cannot hold goes on in further items, each of
 * which names the version of the scope that it was written with; so a reader notices when it has parts of two texts.
 * @module
 */
import { type ScopeId, scopeKey, scopePartKey } from '#application/shared/items.ts';
import type { Action, Condition, Item, Table, ValueMap } from '#application/shared/table.ts';
import { EMPTY_SCOPE, type Scope } from '#domain/identity/scope.ts';
import { formatScope, parseScope } from '#domain/identity/scope-text.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { listChangeAttributes } from './list-changes.ts';

/** What reading scopes needs of the table. */
type Reads = Pick<Table, 'getAll'>;

/** Characters of a scope's text in one item: at most 300 KB of the 400 KB that an item may have. */
const PART_LENGTH = 100_000;

/** Bytes of a scope's text: a transaction takes 4 MB, other items included. */
const MAX_BYTES = 3_600_000;

/** A scope as it was read. */
export interface StoredScope {
  readonly id: ScopeId;
  readonly version: number;
  readonly scope: Scope;
  /** Mark of the rules that it was evaluated under. */
  readonly rules?: string;
  /** Its customers are on the way to what F says, or what points to them is. */
  readonly open: boolean;
  /** Number of items that its text goes on in. */
  readonly parts: number;
  /** Ids that redirect here, of those that were read: perhaps only since it was read itself. */
  readonly from?: readonly ScopeId[];
}

/** A scope is too large to be written in one transaction. */
export class ScopeTooLargeError extends Error {
  override readonly name = 'ScopeTooLargeError';
}

/** Times a scope's parts are read again after somebody else wrote it in between. */
const MAX_READS = 8;

/** Seconds for which a scope that ended is remembered: whoever has read it before has long given up by then. */
const ENDED_KEPT_S = 7 * 86_400;

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
  if (item?.['into'] !== undefined || (item && partsOf(item) > 0)) return undefined;
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
  if (item?.['doc'] === undefined) return nothingAt(id, item);
  return (await storedScope(table, id, item)) ?? id;
};

const nothingAt = (id: ScopeId, item: Item | undefined): StoredScope => ({
  id,
  version: item ? (item['ver'] as number) : NO_VERSION,
  scope: EMPTY_SCOPE,
  open: false,
  parts: 0,
});

const storedScope = async (
  table: Reads,
  id: ScopeId,
  item: Item,
  reads = 1,
): Promise<StoredScope | undefined> => {
  const parts = partsOf(item);
  const text = parts === 0 ? String(item['doc']) : await readParts(table, id, item);
  if (text === undefined) {
    if (reads === MAX_READS) throw new Error('a scope was written by others again and again');
    const [again] = await table.getAll([scopeKey(id)]);
    return again?.['doc'] !== undefined ? storedScope(table, id, again, reads + 1) : undefined;
  }
  const open = item['open'] === true;
  const rules = item['rules'] === undefined ? {} : { rules: String(item['rules']) };
  return { id, version: item['ver'] as number, scope: parseScope(text), ...rules, open, parts };
};

const partsOf = (item: Item): number => (item['parts'] as number | undefined) ?? 0;

const readParts = async (table: Reads, id: ScopeId, item: Item): Promise<string | undefined> => {
  const numbers = Array.from({ length: partsOf(item) }, (_, index) => index + 1);
  const parts = await table.getAll(numbers.map((part) => scopePartKey(id, part)));
  return joinParts(item, parts);
};

/** The text of a scope's items; `undefined` when they are not all of one version. */
export const joinParts = (item: Item, parts: readonly (Item | undefined)[]): string | undefined =>
  parts.every((part) => part?.['of'] === item['of'])
    ? [item, ...parts].map((part) => part?.['doc']).join('')
    : undefined;

/** What is written of a scope. */
export interface ScopeWrite {
  readonly id: ScopeId;
  /** The scope as read; absent for a new one. */
  readonly stored?: StoredScope;
  readonly scope: Scope;
  readonly open: boolean;
  /** The customers that its units had before, if they may have others now. */
  readonly before?: Pick<Scope, 'customers'>;
  /** Attributes of this version only. */
  readonly more?: ValueMap;
}

/** Writes a scope with its next version, fenced by the one that was read. */
export const scopeWrites = ({
  id,
  stored,
  scope,
  open,
  before,
  more,
}: ScopeWrite): readonly Action[] => {
  const version = (stored?.version ?? 0) + 1;
  const text = formatScope(scope);
  const [head = '', ...parts] = textsOf(text);
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new ScopeTooLargeError(`${scope.units.size} units hang together by what they claim`);
  const item: Item = {
    ...scopeKey(id),
    ver: version,
    doc: head,
    ...(parts.length === 0 ? {} : { parts: parts.length, of: version }),
    ...(open ? { open } : {}),
    ...(before ? listChangeAttributes(before, scope, parts.length) : {}),
    ...more,
  };
  return [
    { kind: 'put', item, when: asRead(stored) },
    ...parts.map(
      (doc, index): Action => ({
        kind: 'put',
        item: { ...scopePartKey(id, index + 1), doc, of: version },
      }),
    ),
    ...partDeletes(id, parts.length, stored),
  ];
};

const textsOf = (text: string): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / PART_LENGTH) }, (_, index) =>
    text.slice(index * PART_LENGTH, (index + 1) * PART_LENGTH),
  );

const partDeletes = (
  id: ScopeId,
  kept: number,
  stored: StoredScope | undefined,
): readonly Action[] =>
  Array.from({ length: Math.max(0, (stored?.parts ?? 0) - kept) }, (_, index) => ({
    kind: 'delete',
    key: scopePartKey(id, kept + index + 1),
  }));

/**
 * Ends a scope: it redirects to the one that took its units, or is gone with them. Then its version is kept for a while:
 * whoever has read the scope, or that there is none, and comes to write it now must fail.
 */
export const scopeEnd = (
  stored: StoredScope,
  into: ScopeId | undefined,
  now: number,
): readonly Action[] => {
  const left = into === undefined ? { expiresAt: Math.floor(now / 1000) + ENDED_KEPT_S } : { into };
  const item = { ...scopeKey(stored.id), ver: stored.version + 1, ...left };
  return [{ kind: 'put', item, when: asRead(stored) }, ...partDeletes(stored.id, 0, stored)];
};

/** That a scope is as it was read. */
export const asRead = (stored: StoredScope | undefined): Condition =>
  stored && stored.version !== NO_VERSION
    ? { equals: [['ver'], stored.version] }
    : { missing: ['pk'] };
