/**
 * Wire items: items as DynamoDB's own export to S3 writes them, and what an import takes of them.
 *
 * Source: DynamoDB developer guide, "DynamoDB table export output format": a line is `{"Item":{"pk":{"S":"…"},…}}`, bytes are base64.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { textHash } from '#domain/shared/checksum.ts';

/** A value with its type, e.g. `{ S: 'text' }`, `{ N: '12' }`, `{ B: 'base64' }`. */
export type WireValue = Readonly<Record<string, unknown>>;

/** An item with typed values. */
export interface WireItem {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
  readonly [name: string]: WireValue;
}

/** What an import does with an item. */
export type Carried =
  /** It belongs to the place that it was at, or is worked out anew. */
  | { readonly kind: 'left' }
  /** It is stored before the rows: whoever reads a row then finds what it hangs together with. */
  | { readonly kind: 'first'; readonly item: WireItem }
  /** Rows and contributions; the table's stream makes the views of them. */
  | { readonly kind: 'rows'; readonly item: WireItem };

/** Partitions of positions and jobs of the streams and functions of one place. */
const OF_THE_PLACE: ReadonlySet<string> = new Set(['FRESHNESS', 'SERVABLE', 'UPKEEP', 'METRICS']);

/** What a commit tells the stream once. */
const TOLD_ONCE: ReadonlySet<string> = new Set(['lists', 'events', 'eventsAt']);

/** Says what an import takes of an item. */
export const carried = (item: WireItem): Carried => {
  const [pk, sk] = [item.pk.S, item.sk.S];
  if (OF_THE_PLACE.has(pk) || sk === 'EVENTS') return { kind: 'left' };
  // The parts of a view name positions in the stream of the table that they were in.
  if (pk.startsWith('C#') && sk.startsWith('PART#')) return { kind: 'left' };
  if (sk === 'SUMMARY') return { kind: 'first', item: emptySummary(item) };
  if (sk === 'SCOPE') return { kind: 'first', item: without(item, TOLD_ONCE) };
  return { kind: pk.startsWith('R#') || pk.startsWith('U#') ? 'rows' : 'first', item };
};

// Its revision goes on, so that whoever asks for a version waits for no other.
const emptySummary = ({ pk, sk, doc }: WireItem): WireItem => {
  const { r } = must(doc, 'text of a summary')['M'] as { readonly r: WireValue };
  return { pk, sk, doc: { M: { r, d: { S: '{}' } } } };
};

const without = (item: WireItem, names: ReadonlySet<string>): WireItem =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !names.has(name))) as WireItem;

/**
 * Hash of what an item adds to the state, to be added up ({@link module:domain/shared/checksum}); 0 for what is left, and for views,
 * which follow from the rest.
 */
export const stateHash = (item: WireItem): number => {
  const what = carried(item);
  return what.kind === 'left' || item.sk.S === 'SUMMARY' ? 0 : textHash(canonicalJson(what.item));
};
