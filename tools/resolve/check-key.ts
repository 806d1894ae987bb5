/**
 * Check of primary keys as the pipeline makes it, before anything is learned from their rows.
 * @module
 */
import { nameRow, readKey } from '#domain/capture/row-identity.ts';
import { type ExtractRow, ROW_TABLE, sourceId } from '#domain/extract/extract-row.ts';
import { ResolveError } from './resolve-error.ts';

/** Characters of a key that are shown. */
const SHOWN = 40;

/**
 * Checks that a row can be named.
 * @param parts values of its key columns
 * @param place file and line, for whoever has to correct it
 * @throws {@link ResolveError} when two rows could get one name, or the name is too long to be routed
 */
export const checkKey = (row: ExtractRow, parts: readonly string[], place: string): void => {
  const wrong = parts.find((part) => !isExact(part.trim()));
  if (wrong !== undefined) {
    throw new ResolveError(
      `${place} The primary key "${shown(wrong)}" is in exponent form, which has lost digits, or is no valid text. ` +
        'Export the column as text.',
    );
  }
  if (!nameRow(sourceId(row.source), ROW_TABLE, [row.key]).ok) {
    throw new ResolveError(
      `${place} The primary key "${shown(row.key)}" is too long: with the name of its source it may have about 250 characters.`,
    );
  }
};

const isExact = (part: string): boolean =>
  readKey({ table: ROW_TABLE, key: [KEY] }, { [KEY]: part }).ok;

const KEY = 'key';

const shown = (key: string): string => (key.length > SHOWN ? `${key.slice(0, SHOWN)}…` : key);
