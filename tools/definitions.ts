/**
 * Definitions at the command line.
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { previewRecord } from '#domain/capture/preview-record.ts';
import { dataDictionary } from '#domain/definitions/dictionary.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { editorSchemas } from '#domain/definitions/json-schemas.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { readOptions } from './read-options.ts';

const HELP = `Usage: npm run definitions -- COMMAND [DIR] [options]

  check [DIR]                      says what to correct, by file and line (definitions)
  explain [DIR]                    says in sentences what the definitions do
    --records FILE                 says what becomes of the records in a file
  preview DIR --records FILE       says which of them become something else than under the definitions in force
    --from DIR                     those, when they are in another folder (definitions)
  dictionary [DIR]                 writes the data dictionary, docs/reference/data-dictionary.md
  schema [DIR]                     writes the JSON Schemas that editors use

A file of records holds one DMS or Debezium record per line, or is one record or a JSON list of them.

Examples
  npm run definitions -- check
  npm run definitions -- explain --records order.json
  npm run definitions -- preview ../changed --records day.ndjson
`;
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
  if (records === undefined) {
    console.error('preview takes --records FILE. See --help.');
    return 2;
  }
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

const unknown = (command: string): number => {
  console.error(
    `${command === '' ? 'Which command?' : `There is no command ${command}.`} There are ${Object.keys(COMMANDS).join(', ')}: see --help.`,
  );
  return 2;
};

const COMMANDS: Readonly<Record<string, (args: Arguments) => number>> = {
  check,
  explain,
  preview,
  dictionary,
  schema: writeSchemas,
};

const main = (): number => {
  const { values, positionals } = readOptions(
    HELP,
    { records: { type: 'string' }, from: { type: 'string' } },
    true,
  );
  const [command = '', folder = DEFAULT_FOLDER] = positionals;
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  return run === undefined ? unknown(command) : run({ folder, ...values });
};

process.exitCode = main();
