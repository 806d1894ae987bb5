/**
 * Re-keying of stored text: gives every pseudonym of one version its successor, wherever in an item it stands.
 *
 * Pseudonyms are recognised by their form alone, so that this is the one place that knows it: a text that is an identifier
 * (`phone#…`), a claim (`phone#…?@2020-01-01..`), a list of claims parted by spaces, or JSON of such. Names of units and
 * rows, decisions and pairs have another form. Claims lie in the order of their identifiers, which is another one now.
 * @module
 */
import type { Json } from '#domain/shared/json.ts';
import { byText } from './evidence.ts';
import { isOfVersion } from './pseudonym.ts';

/** The pseudonym of the next version; `undefined` when the text is none of the version that is left. */
export type Successor = (pseudonym: string) => string | undefined;

/** Gives the pseudonyms of `version` their successors; for whatever is not one, `undefined`. */
export const successorsOf =
  (version: number, next: (pseudonym: string) => string): Successor =>
  (text) =>
    isOfVersion(text, version) ? next(text) : undefined;

/** A namespace, perhaps a scope, and a pseudonym; then what a claim says of it. */
const CLAIM = /^([a-z][\w-]*(?::.*)?#)([\w-]{22})(\??(?:@[\d-]*\.\.[\d-]*)?)$/s;

/** An identifier or claim of the next version; the same text when it is none. */
export const rekeyClaim = (successor: Successor, text: string): string => {
  const [, name = '', pseudonym = '', more = ''] = CLAIM.exec(text) ?? [];
  const next = successor(pseudonym);
  return next === undefined ? text : `${name}${next}${more}`;
};

const isClaim = (value: unknown): value is string => typeof value === 'string' && CLAIM.test(value);

/** Any text of an item: a claim, claims parted by spaces before what else a row says, or JSON. */
export const rekeyText = (successor: Successor, text: string): string => {
  if (text.startsWith('{') || text.startsWith('[')) return rekeyJsonText(successor, text);
  if (CLAIM.test(text)) return rekeyClaim(successor, text);
  // What a row says beyond its claims is somebody's text and never looked into.
  const end = text.indexOf(' {');
  const claims = end < 0 ? text : text.slice(0, end);
  const words = claims.split(' ');
  const after = words.map((word) => rekeyClaim(successor, word));
  return `${inOrder(words, after).join(' ')}${text.slice(claims.length)}`;
};

const rekeyJsonText = (successor: Successor, text: string): string => {
  const before = asJson(text);
  const after = rekeyValue(successor, before);
  return after === before ? text : JSON.stringify(after);
};

// A text may begin with a brace and be none.
const asJson = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
};

/** Any value of an item; the same object when there is nothing to change. */
export const rekeyValue = <Value>(successor: Successor, value: Value): Value =>
  rekeyAny(successor, value) as Value;

const rekeyAny = (successor: Successor, value: unknown): unknown => {
  if (typeof value === 'string') return rekeyText(successor, value);
  if (Array.isArray(value)) return orSame(value, rekeyAll(successor, value));
  if (value instanceof Set) return new Set(rekeyAll(successor, [...value]));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const after = entries.map(
    ([name, member]) => [rekeyClaim(successor, name), rekeyAny(successor, member)] as const,
  );
  const changed = after.some(([name, member], index) => {
    const [old, was] = entries[index] ?? [];
    return name !== old || member !== was;
  });
  return changed ? Object.fromEntries(after) : value;
};

const orSame = <Entry>(before: readonly Entry[], after: readonly Entry[]): readonly Entry[] =>
  after.some((entry, index) => entry !== before[index]) ? after : before;

/** Entries with their successors; claims that stand beside each other are put in order again. */
const rekeyAll = <Entry>(successor: Successor, entries: readonly Entry[]): readonly Entry[] =>
  inOrder(
    entries,
    entries.map((entry) => rekeyAny(successor, entry) as Entry),
  );

const inOrder = <Entry>(before: readonly Entry[], after: readonly Entry[]): readonly Entry[] =>
  after.some((entry, index) => isClaim(entry) && entry !== before[index]) ? inRuns(after) : after;

const inRuns = <Entry>(entries: readonly Entry[]): readonly Entry[] => {
  const sorted: Entry[] = [];
  let run: string[] = [];
  const end = () => {
    sorted.push(...(run.sort(byText) as Entry[]));
    run = [];
  };
  for (const entry of entries) {
    if (isClaim(entry)) run.push(entry);
    else {
      end();
      sorted.push(entry);
    }
  }
  end();
  return sorted;
};
