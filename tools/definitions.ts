/**
 * Definitions at the command line.
 *
 *     npm run definitions -- check [DIR]                    says what to correct, by file and line
 *     npm run definitions -- explain [DIR]                  says in sentences what the definitions do
 *     npm run definitions -- explain [DIR] --records FILE   says what becomes of the records in a file
 *     npm run definitions -- preview DIR --records FILE     says which of them become something else than under
 *                            [--from DIR]                   the definitions in `definitions`, or in another folder
 *     npm run definitions -- dictionary [DIR]               writes the data dictionary, docs/reference/data-dictionary.md
 *     npm run definitions -- schema [DIR]                   writes the JSON Schemas that editors use
 *
 * A file of records holds one DMS or Debezium record per line, or is one record or a JSON list of them.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { previewRecord } from '#domain/capture/preview-record.ts';
import { dataDictionary } from '#domain/definitions/dictionary.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { editorSchemas } from '#domain/definitions/json-schemas.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import type { Definitions } from '#domain/definitions/types.ts';

const USAGE =
  'Usage: npm run definitions -- check|explain|dictionary|schema [DIR] [--records FILE]  or  preview DIR --records FILE [--from DIR]';
const DEFAULT_FOLDER = 'definitions';
const DICTIONARY = 'docs/reference/data-dictionary.md';

/** What follows the command. */
interface Arguments {
  readonly folder: string;
  readonly records?: string;
  readonly from?: string;
}

const check = ({ folder }: Arguments): number => {
  const read = readDefinitions(folder);
  if (!read.ok) {
    for (const problem of read.error) console.error(formatProblem(problem));
    console.error(`${read.error.length} to correct.`);
    return 1;
  }
  const { sources, namespaces } = read.value.definitions;
  console.log(
    `${Object.keys(sources).length} sources, ${Object.keys(namespaces).length} namespaces: nothing to correct.`,
  );
  console.log(read.value.hash);
  return 0;
};

/** Runs on good definitions; of others it says what to correct. */
const withDefinitions = (folder: string, use: (definitions: Definitions) => number): number => {
  const read = readDefinitions(folder);
  return read.ok ? use(read.value.definitions) : check({ folder });
};

const explain = ({ folder, records }: Arguments): number =>
  withDefinitions(folder, (definitions) => {
    const lines =
      records === undefined
        ? explainDefinitions(definitions)
        : recordsIn(records).flatMap((record) => previewRecord(record, definitions));
    for (const line of lines) console.log(line);
    return 0;
  });

const preview = ({ folder, records, from = DEFAULT_FOLDER }: Arguments): number => {
  if (records === undefined) return usage();
  return withDefinitions(from, (before) =>
    withDefinitions(folder, (after) => comparePreviews(recordsIn(records), before, after)),
  );
};

const comparePreviews = (
  records: readonly string[],
  before: Definitions,
  after: Definitions,
): number => {
  const changed = records.filter((record) => {
    const [was, becomes] = [previewRecord(record, before), previewRecord(record, after)];
    if (was.join('\n') === becomes.join('\n')) return false;
    tellChange(was, becomes);
    return true;
  });
  console.log(`${changed.length} of ${records.length} records change.`);
  return 0;
};

const tellChange = (was: readonly string[], becomes: readonly string[]): void => {
  const gone = was.filter((line) => !becomes.includes(line)).map((line) => `- ${line}`);
  const now = becomes.map((line) => `${was.includes(line) ? ' ' : '+'} ${line}`);
  console.log(`${[...gone, ...now].join('\n')}\n`);
};

const recordsIn = (file: string): readonly string[] => {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 0 && lines.every(isJson)) return lines.flatMap(recordsOf);
  return recordsOf(text);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const recordsOf = (text: string): readonly string[] => {
  const value: unknown = isJson(text) ? JSON.parse(text) : undefined;
  return Array.isArray(value) ? value.map((record) => JSON.stringify(record)) : [text];
};

const dictionary = ({ folder }: Arguments): number =>
  withDefinitions(folder, (definitions) => {
    mkdirSync(dirname(DICTIONARY), { recursive: true });
    writeFileSync(DICTIONARY, dataDictionary(definitions));
    console.log(DICTIONARY);
    return 0;
  });

const writeSchemas = ({ folder }: Arguments): number => {
  const target = join(folder, 'schema');
  mkdirSync(target, { recursive: true });
  for (const [name, schema] of Object.entries(editorSchemas()))
    writeFileSync(join(target, `${name}.json`), `${JSON.stringify(schema, undefined, 2)}\n`);
  return 0;
};

const usage = (): number => {
  console.error(USAGE);
  return 2;
};

const COMMANDS: Readonly<Record<string, (args: Arguments) => number>> = {
  check,
  explain,
  preview,
  dictionary,
  schema: writeSchemas,
};

const main = (args: readonly string[]): number => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { records: { type: 'string' }, from: { type: 'string' } },
  });
  const [command = '', folder = DEFAULT_FOLDER] = positionals;
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  return run === undefined ? usage() : run({ folder, ...values });
};

process.exitCode = main(process.argv.slice(2));
