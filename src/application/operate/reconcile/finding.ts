/**
 * Finding: an item that is not what the stored rows say it must be.
 * @module
 */

import type { Action, Key } from '#application/shared/table.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { textHash } from '#domain/shared/checksum.ts';

/** How a finding is put right: by writes that are fenced by what was read, or by computing a view again. */
export type Remedy =
  | { readonly kind: 'write'; readonly actions: readonly Action[] }
  | { readonly kind: 'recompute'; readonly customer: OneId };

/** Why there is no remedy in the table, and what to do instead. */
export type Hopeless = 'replay' | 'restore';

/** Something that does not fit. */
export interface Finding {
  /** The item that is wrong. */
  readonly key: Key;
  readonly problem: 'missing' | 'differs' | 'surplus';
  /** What is wrong with it, for a person; never a personal value. */
  readonly what: string;
  /** Hash of what was expected and of what was found: the same finding at a second look has the same. */
  readonly state: number;
  readonly remedy: Remedy | Hopeless;
}

/** Makes a finding; `expected` and `found` are any plain values. */
export const finding = (
  key: Key,
  problem: Finding['problem'],
  what: string,
  seen: { readonly expected?: unknown; readonly found?: unknown },
  remedy: Finding['remedy'],
): Finding => ({
  key: { pk: key.pk, sk: key.sk },
  problem,
  what,
  state: textHash(canonicalJson([seen.expected ?? null, seen.found ?? null])),
  remedy,
});

/** `C#one_7 SUMMARY`: how a key is shown. */
export const showKey = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** What to do about a finding that cannot be healed from the table. */
export const adviceFor = (hopeless: Hopeless): string => {
  switch (hopeless) {
    case 'replay':
      return 'the table does not hold what it was made from: replay from the archive, or reload the source';
    case 'restore':
      return 'it cannot be worked out from anything else: restore it from a backup of the table';
    default:
      return assertNever(hopeless);
  }
};

/**
 * A key for the log, where no key of a source stands: rows and parties are named by their table only.
 */
export const loggableKey = ({ pk, sk }: Key): string =>
  [pk, sk].map((part) => part.replace(SOURCE_KEY, '$1$2')).join(' ');

// `R#pos.receipt.7`, `A#crm.contact.7`, `UNIT#crm.contact.7`; a unit of facts begins with `~` and is a pseudonym.
const SOURCE_KEY = /^(R#|A#|UNIT#)([^~.][^.]*\.[^.]*)\..*$/s;
