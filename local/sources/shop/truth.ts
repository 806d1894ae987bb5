/**
 * Truth: who is who, kept beside the systems and never shown to the pipeline.
 *
 * `people.ndjson` holds the people, `rows.ndjson` the person behind every party, fact and event row ever written, `dirt.json`
 * the rates. A row is noted before it is committed, so a crash leaves a line too many, never one too few; the systems
 * themselves say which rows exist.
 * @module
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rowKeyOf, TABLES } from '../catalogue.ts';
import type { MadeRow } from './fact-rows.ts';
import type { Person } from './people.ts';

/** The person behind a row. */
export interface TruthRow {
  /** Row key, `pos.receipt.HK-TST1-0000123`. */
  readonly row: string;
  readonly person: string;
  readonly kind: 'party' | 'fact' | 'event';
}

/** Everything known, read back. */
export interface Truth {
  readonly people: ReadonlyMap<string, Person>;
  readonly rows: ReadonlyMap<string, TruthRow>;
}

const PEOPLE = 'people.ndjson';
const ROWS = 'rows.ndjson';
const DIRT = 'dirt.json';

/** Empties the folder. */
export const forgetTruth = (dir: string): void => rmSync(dir, { recursive: true, force: true });

/** Notes people. */
export const notePeople = (dir: string, people: readonly Person[]): void =>
  append(dir, PEOPLE, people);

/** Notes the people behind rows; rows about nobody (stock, lines) are left out. */
export const noteRows = (dir: string, rows: readonly MadeRow[]): void =>
  append(
    dir,
    ROWS,
    rows.flatMap((made) => truthOf(made) ?? []),
  );

/** Writes the dirt report; its presence says that the history is complete. */
export const noteDirt = (dir: string, report: unknown): void => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, DIRT), `${JSON.stringify(report, null, 2)}\n`);
};

/** The dirt report of a complete history; undefined when there is none. */
export const readDirt = (dir: string): unknown => {
  const file = join(dir, DIRT);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

/** Reads everything noted so far; the last line about a row or person counts. */
export const readTruth = (dir: string): Truth => ({
  people: new Map(lines<Person>(dir, PEOPLE).map((person) => [person.id, person])),
  rows: new Map(lines<TruthRow>(dir, ROWS).map((row) => [row.row, row])),
});

const truthOf = ({ table, row, person }: MadeRow): TruthRow | undefined => {
  const { kind } = TABLES[table];
  if (person === undefined || kind === 'reference' || kind === 'heartbeat') return undefined;
  return { row: rowKeyOf(table, row), person, kind };
};

const append = (dir: string, file: string, items: readonly object[]): void => {
  mkdirSync(dir, { recursive: true });
  appendFileSync(join(dir, file), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
};

const lines = <Item>(dir: string, file: string): readonly Item[] => {
  const path = join(dir, file);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Item);
};
