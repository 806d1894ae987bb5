/**
 * Truth: which rows are one person, as somebody who knows wrote it down.
 *
 * Either a table of rows with the person of each, or a table of pairs of primary keys that are one person. Columns are
 * told by their names.
 * @module
 */
import { basename } from 'node:path';
import { type ExtractRow, type RawRecord, unitKeyOf } from '#domain/extract/extract-row.ts';
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { readRecords } from './read-records.ts';
import { ResolveError } from './resolve-error.ts';

const PERSON = [
  /^(?:person|customer|entity|cluster)(?:_?id)?$/i,
  /true_?(?:entity|id)$/i,
  /cluster|person|entity|^group$/i,
];
const SOURCE = [/source/i];
const KEY = [/^(?:id|key|pk)$/i, /^(?:record|unique|row|rec)_?id$/i, /(?:^|_)(?:key|pk|id)$/i];
const PAIR = [/^(?:a|left|.*_l|.*_left)$/i, /^(?:b|right|.*_r|.*_right)$/i] as const;

/** What is known of the rows of an extract. */
export interface Truth {
  /** The person of each row that the truth knows; where it is pairs, rows that none names are persons of their own. */
  readonly persons: ReadonlyMap<UnitKey, string>;
  /** Rows that the file names. */
  readonly named: number;
}

/**
 * Reads a truth file for these rows.
 * @throws {@link ResolveError} when its columns cannot be told or it knows none of the rows
 */
export const readTruth = async (path: string, rows: readonly ExtractRow[]): Promise<Truth> => {
  const index = indexRows(rows);
  const records: RawRecord[] = [];
  for await (const { record } of readRecords(path)) records.push(record);
  if (records.length === 0) throw new ResolveError(`${basename(path)} has no rows.`);
  const columns = Object.keys(records[0] ?? {});
  const [left, right] = [columnOf(columns, [PAIR[0]]), columnOf(columns, [PAIR[1]])];
  const truth =
    left !== undefined && right !== undefined
      ? fromPairs(
          rows,
          index,
          records.map((record) => [record[left] ?? '', record[right] ?? '']),
        )
      : fromTable(index, records, columns, basename(path));
  if (truth.named > 0) return truth;
  throw new ResolveError(
    `${basename(path)} knows none of the rows: are its keys those of \`key\`?`,
  );
};

interface RowIndex {
  readonly byKey: ReadonlyMap<string, readonly UnitKey[]>;
  readonly keys: ReadonlySet<UnitKey>;
}

const indexRows = (rows: readonly ExtractRow[]): RowIndex => ({
  byKey: Map.groupBy(rows.map(unitKeyOf), (_, at) => rows[at]?.key ?? ''),
  keys: new Set(rows.map(unitKeyOf)),
});

const columnOf = (columns: readonly string[], patterns: readonly RegExp[]): string | undefined => {
  for (const pattern of patterns) {
    const found = columns.find((column) => pattern.test(column));
    if (found !== undefined) return found;
  }
  return undefined;
};

const fromTable = (
  { byKey, keys }: RowIndex,
  records: readonly RawRecord[],
  columns: readonly string[],
  file: string,
): Truth => {
  const person = columnOf(columns, PERSON);
  const source = columnOf(columns, SOURCE);
  const key = columnOf(
    columns.filter((column) => column !== person && column !== source),
    KEY,
  );
  if (person === undefined || key === undefined) {
    throw new ResolveError(
      `${file}:1 must have columns key and person, and source where there are several; it has ${columns.join(', ')}.`,
    );
  }
  const unitsOf = (record: RawRecord): readonly UnitKey[] => {
    const own = { source: record[source ?? ''] ?? '', key: record[key] ?? '' };
    const exact = unitKeyOf(own);
    if (keys.has(exact)) return [exact];
    return source === undefined ? (byKey.get(own.key) ?? []) : [];
  };
  // A row without a person is not known: rows that nobody judged are not one person.
  const judged = records.filter((record) => (record[person] ?? '') !== '');
  const persons = new Map(
    judged.flatMap((record) =>
      unitsOf(record).map((unit) => [unit, record[person] ?? ''] as const),
    ),
  );
  return { persons, named: persons.size };
};

const fromPairs = (
  rows: readonly ExtractRow[],
  { byKey }: RowIndex,
  pairs: readonly (readonly [string, string])[],
): Truth => {
  const sets = new DisjointSets(rows.map(unitKeyOf));
  const named = new Set<UnitKey>();
  for (const [left, right] of pairs) {
    const [a, b] = [byKey.get(left)?.[0], byKey.get(right)?.[0]];
    if (a === undefined || b === undefined) continue;
    sets.union(a, b);
    named.add(a).add(b);
  }
  const persons = new Map(rows.map(unitKeyOf).map((unit) => [unit, sets.find(unit)]));
  return { persons, named: named.size };
};
