/**
 * Quarantine, for the people who look after it: what waits there, and what becomes of it.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import { isJsonObject, type JsonObject } from '#domain/shared/json.ts';
import type { Publish, QuarantineEntry, QuarantineShelf } from './ports.ts';

/** An entry with the table that its bytes name. */
export interface QuarantinedRecord extends QuarantineEntry {
  /** `pos.receipt` as the record says it; `undefined` when it does not. Not to be trusted: it is what was sent. */
  readonly table: string | undefined;
}

/** What waits in quarantine. */
export interface QuarantineListing {
  /** Records by reason, most frequent first. */
  readonly reasons: readonly (readonly [reason: string, count: number])[];
  /** The newest entries, newest first. */
  readonly newest: readonly QuarantinedRecord[];
}

/** Which entries a command is about: all, those of a reason, or those named by their keys. */
export interface Selection {
  readonly all?: boolean;
  readonly reason?: string;
  readonly keys?: readonly string[];
}

/** What became of the selected entries. */
export interface Removal {
  readonly removed: number;
  /** Keys of entries that were left, because their bytes are gone. */
  readonly withoutBytes: readonly string[];
  /** Keys that were asked for and that name no entry. */
  readonly unknown: readonly string[];
}

/** Counts the reasons and shows the newest entries. Reads the bytes of those shown, at most `count`. */
export const listQuarantine = async (
  shelf: QuarantineShelf,
  count: number,
): Promise<QuarantineListing> => {
  const entries = await shelf.entries();
  const counts = new Map<string, number>();
  for (const { reason } of entries) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const newest: QuarantinedRecord[] = [];
  for (const entry of entries.slice(-count).reverse()) {
    newest.push({ ...entry, table: namedTable((await shelf.bytes(entry)) ?? new Uint8Array()) });
  }
  return { reasons: [...counts].sort(([, a], [, b]) => b - a), newest };
};

/**
 * Puts the raw bytes of entries back on the stream and takes each away once the stream has it. What still
 * cannot be understood comes back as a new entry. Safe to repeat: a record that is published twice changes nothing.
 * @throws what the publisher throws; then the rest of the entries is as it was
 */
export const redriveQuarantine = async (
  shelf: QuarantineShelf,
  publish: Publish,
  selection: Selection,
): Promise<Removal> => {
  const { entries, unknown } = await select(shelf, selection);
  const taken = await inParallel(entries, async (entry) => {
    const bytes = await shelf.bytes(entry);
    if (bytes === undefined) return false;
    // Its row is not known. Any key will do: versions, not order, decide what a row is.
    await publish([{ partitionKey: entry.object, bytes }]);
    await shelf.remove(entry);
    return true;
  });
  const withoutBytes = entries.filter((_, index) => !taken[index]).map(({ object }) => object);
  return { removed: entries.length - withoutBytes.length, withoutBytes, unknown };
};

/** Takes entries away for good. */
export const deleteQuarantined = async (
  shelf: QuarantineShelf,
  selection: Selection,
): Promise<Removal> => {
  const { entries, unknown } = await select(shelf, selection);
  await inParallel(entries, (entry) => shelf.remove(entry));
  return { removed: entries.length, withoutBytes: [], unknown };
};

const select = async (
  shelf: QuarantineShelf,
  { all = false, reason, keys = [] }: Selection,
): Promise<{ entries: readonly QuarantineEntry[]; unknown: readonly string[] }> => {
  const entries = await shelf.entries();
  const known = new Set(entries.map(({ object }) => object));
  const named = new Set(keys);
  return {
    entries: entries.filter((entry) => all || entry.reason === reason || named.has(entry.object)),
    unknown: keys.filter((key) => !known.has(key)),
  };
};

/** The table that a DMS or Debezium record names, whatever else is wrong with it. */
const namedTable = (bytes: Uint8Array): string | undefined => {
  const record = parse(bytes);
  const envelope = objectIn(record, 'payload') ?? record;
  const { 'schema-name': schema, 'table-name': table } = objectIn(record, 'metadata') ?? {};
  const { name, table: origin } = objectIn(envelope, 'source') ?? {};
  const parts = [schema ?? name, table ?? origin].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join('.') : undefined;
};

const parse = (bytes: Uint8Array): JsonObject => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
};

const objectIn = (record: JsonObject, field: string): JsonObject | undefined => {
  const value = record[field];
  return isJsonObject(value) ? value : undefined;
};
