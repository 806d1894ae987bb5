/**
 * Erasure items: what the erasure of a customer keeps in the table while it runs, and what stays of it. Their place
 * among the others is in {@link module:application/shared/items}.
 *
 * | item     | pk             | sk              | holds |
 * | -------- | -------------- | --------------- | ----- |
 * | erasure  | `ERASURE#id`   | `STATE`         | how far it is; stays, with the hash of its certificate |
 * | plan     | `ERASURE#id`   | `PLAN#name`     | what it looks for; removed when it is done |
 * | log      | `ERASURE#id`   | `LOG#store#object` | an object it changed, noted before it does; removed when it is done |
 * | running  | `ERASING`      | id              | an erasure that is not done |
 * | erased row | `E#mark`     | `ROW`           | that a source row is erased: whatever is delivered of it is dropped |
 * | erased id | `C#OneID`     | `ERASED`        | that the customer was erased, and when |
 * | head     | `ERASED`       | `HEAD`          | since when there have been erasures; absent before the first |
 *
 * Marks are keyed hashes under a secret of their own, which never changes: nobody can tell from one what it stands for.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import type { Key } from './table.ts';

/** What a mark stands for. */
export type Marked = 'row' | 'identifier' | 'customer' | 'erasure';

/** Keyed hash of something that must be recognised and not be named: 22 characters, always the same. */
export type Mark = (what: Marked, ...parts: readonly (string | undefined)[]) => string;

/** Partition prefix of erasures. */
export const ERASURE_PREFIX = 'ERASURE#';

/** Key of an erasure. */
export const erasureKey = (id: string): Key => ({ pk: `${ERASURE_PREFIX}${id}`, sk: 'STATE' });

/** Partition of the erasures that are not done. */
export const RUNNING_ERASURES = 'ERASING';

/** Key of the note that an erasure is not done. */
export const runningKey = (id: string): Key => ({ pk: RUNNING_ERASURES, sk: id });

/** Sort key prefix of an erasure's plan. */
export const PLAN_PREFIX = 'PLAN#';

/** Key of a part of an erasure's plan. */
export const planKey = (id: string, name: string): Key => ({
  pk: `${ERASURE_PREFIX}${id}`,
  sk: `${PLAN_PREFIX}${name}`,
});

/** Sort key prefix of the objects that an erasure changed. */
export const LOG_PREFIX = 'LOG#';

/** Key of the note that an erasure changes an object. */
export const logKey = (id: string, store: string, object: string): Key => ({
  pk: `${ERASURE_PREFIX}${id}`,
  sk: `${LOG_PREFIX}${store}#${object}`,
});

/** Partition prefix of erased rows. */
export const ERASED_ROW_PREFIX = 'E#';

/** Key of the note that a row is erased. */
export const erasedRowKey = (mark: string): Key => ({
  pk: `${ERASED_ROW_PREFIX}${mark}`,
  sk: 'ROW',
});

/** Sort key of the note that a customer was erased. */
export const ERASED_SORT = 'ERASED';

/** Key of the note that a customer was erased. */
export const erasedIdKey = (id: OneId): Key => ({ pk: `C#${id}`, sk: ERASED_SORT });

/** Key of the note that there have been erasures. */
export const ERASED_HEAD: Key = { pk: 'ERASED', sk: 'HEAD' };
