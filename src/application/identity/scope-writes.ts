/**
 * Scope writes: what writes a scope, and what becomes of its parts.
 *
 * Parts that are new are laid before the commit, under names of their own, and nobody knows of them until it comes. Those that it
 * gives up are deleted after it. A worker that dies in between leaves parts that no scope names, which the reconciler removes.
 * @module
 */
import { type PartId, type ScopeId, scopeKey, scopePartKey } from '#application/shared/items.ts';
import {
  type Action,
  type Item,
  PackedText,
  type Table,
  type TransactionOutcome,
  type ValueMap,
  type Write,
} from '#application/shared/table.ts';
import type { Scope } from '#domain/identity/scope.ts';
import { layOut, type ScopePart } from '#domain/identity/scope-parts.ts';
import { formatScope } from '#domain/identity/scope-text.ts';
import { listChangeAttributes } from './list-changes.ts';
import { asRead, type StoredPart, type StoredScope } from './scope-store.ts';

/** Most parts of a scope: some 50 000 rows in a line, with which a function of 1 GB and 60 s still comes to its end. */
const MAX_PARTS = 2_500;

/** How large the texts of a scope become, in bytes before packing. */
export interface ScopeSizes {
  /** The text of a scope in one item; a longer one lies in parts, until it has less than half of this. */
  readonly whole: number;
  /** The text of a part. */
  readonly part: number;
}

/** Sizes unless others are given. */
export const SCOPE_SIZES: ScopeSizes = { whole: 8_000, part: 8_000 };

/** A scope has more parts than it may. */
export class ScopeTooLargeError extends Error {
  override readonly name = 'ScopeTooLargeError';
}

/** Seconds for which a scope that ended is remembered: whoever has read it before has long given up by then. */
const ENDED_KEPT_S = 7 * 86_400;

/** What is written of a scope. */
export interface ScopeWrite {
  readonly id: ScopeId;
  /** The scope as read; absent for a new one. */
  readonly stored?: StoredScope;
  /** The parts that its units came from, of this scope and of others. */
  readonly from?: readonly StoredPart[];
  readonly scope: Scope;
  readonly open: boolean;
  /** The customers that its units had before, if they may have others now. */
  readonly before?: Pick<Scope, 'customers'>;
  /** Attributes of this version only. */
  readonly more?: ValueMap;
}

/** What names and sizes the parts of scopes. */
export interface PartRules {
  readonly sizes: ScopeSizes;
  readonly newPart: () => PartId;
}

/** The writes of a scope. */
export interface ScopeWrites {
  /** The write that commits it, fenced by the version that was read. */
  readonly commit: Write;
  /** Parts to be laid before. */
  readonly laid: readonly Write[];
  /** Parts that stay in force. */
  readonly kept: readonly PartId[];
}

/** Writes a scope with its next version. */
export const scopeWrites = (
  { id, stored, from = stored?.parts ?? [], scope, open, before, more }: ScopeWrite,
  { sizes, newPart }: PartRules,
): ScopeWrites => {
  const text = textOf(from, scope, sizes);
  const parts =
    typeof text === 'string' ? [] : text.written.map((part) => ({ id: newPart(), ...part }));
  const kept = typeof text === 'string' ? [] : text.kept.map((part) => part.id);
  const names = [...kept, ...parts.map((part) => part.id)];
  if (names.length > MAX_PARTS)
    throw new ScopeTooLargeError(`${scope.units.size} units hang together by what they claim`);
  const item: Item = {
    ...scopeKey(id),
    ver: (stored?.version ?? 0) + 1,
    ...(typeof text === 'string'
      ? { doc: new PackedText(text) }
      : { parts: new PackedText(names.join(' ')) }),
    ...(open ? { open } : {}),
    ...(before ? listChangeAttributes(before, scope, names.length > 0) : {}),
    ...more,
  };
  return {
    commit: { kind: 'put', item, when: asRead(stored) },
    laid: parts.map((part) => layPart(part.id, id, part.text)),
    kept,
  };
};

/** A part as an item, with the scope that it was written for. */
const layPart = (part: PartId, scope: ScopeId, text: string): Write => ({
  kind: 'put',
  item: { ...scopePartKey(part), scope, doc: new PackedText(text) },
  when: { missing: ['pk'] },
});

// One that lies in parts is put together only when it has become much smaller, so that none goes to and fro.
const textOf = (from: readonly StoredPart[], scope: Scope, { whole, part }: ScopeSizes) => {
  const text = from.length === 0 ? formatScope(scope) : undefined;
  if (text !== undefined && Buffer.byteLength(text) <= whole) return text;
  const layout = layOut(from, scope, part);
  const all: readonly ScopePart[] = [...layout.kept, ...layout.written];
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  return from.length > 0 && bytes < whole / 2 ? formatScope(scope) : layout;
};

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
  return [{ kind: 'put', item, when: asRead(stored) }];
};

/** What happens to parts beside a commit. */
export interface PartWrites {
  /** To be laid before it; deleted when it does not come. */
  readonly laid: readonly Write[];
  /** In force until it, and to be deleted after. */
  readonly left: readonly PartId[];
}

/** The parts of a commit that reads these scopes and makes these writes. */
export const partWrites = (
  read: readonly StoredScope[],
  writes: readonly Pick<ScopeWrites, 'laid' | 'kept'>[],
): PartWrites => {
  const kept = new Set(writes.flatMap((write) => write.kept));
  const parts = read.flatMap((scope) => scope.parts.map(({ id }) => id));
  return { laid: writes.flatMap(({ laid }) => laid), left: parts.filter((id) => !kept.has(id)) };
};

/** Deletes the parts that nobody reads after a commit, or after one that did not come. */
export const dropParts = async (
  table: Pick<Table, 'writeAll'>,
  { laid, left }: PartWrites,
  isCommitted: boolean,
): Promise<void> => {
  const keys = isCommitted ? left.map(scopePartKey) : laid.flatMap(keyOf);
  if (keys.length > 0) await table.writeAll(keys.map((key) => ({ kind: 'delete', key })));
};

const keyOf = (write: Write) =>
  write.kind === 'put' ? [{ pk: write.item.pk, sk: write.item.sk }] : [];

/** A transaction with the parts that belong to it. */
export const transactWithParts = async (
  table: Table,
  actions: readonly Action[],
  parts: PartWrites,
): Promise<TransactionOutcome> => {
  if (parts.laid.length > 0) await table.writeAll(parts.laid);
  const outcome = await table.transact(actions);
  await dropParts(table, parts, outcome.done);
  return outcome;
};
