/**
 * Definitions at the command line.
 *
 *     npm run definitions -- check definitions      says what to correct, by file and line
 *     npm run definitions -- explain definitions    says in sentences what the definitions do
 *     npm run definitions -- schema                 writes the JSON Schemas that editors use
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { AccessFile } from '#domain/definitions/access-file.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import { IdentityFile, SourceFile, ViewFile } from '#domain/definitions/schema.ts';

const USAGE = 'Usage: npm run definitions -- check|explain [DIR]  or  schema';
const SCHEMA_FOLDER = 'schema';

const check = (folder: string): number => {
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

const explain = (folder: string): number => {
  const read = readDefinitions(folder);
  if (!read.ok) return check(folder);
  for (const line of explainDefinitions(read.value.definitions)) console.log(line);
  return 0;
};

/** What people may leave out is optional in the schema, although it is always there once compiled. */
const writeSchemas = (folder: string): number => {
  const target = join(folder, SCHEMA_FOLDER);
  mkdirSync(target, { recursive: true });
  const files = { source: SourceFile, identity: IdentityFile, view: ViewFile, access: AccessFile };
  for (const [name, schema] of Object.entries(files)) {
    const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), undefined, 2);
    writeFileSync(join(target, `${name}.json`), `${text}\n`);
  }
  return 0;
};

const [command, folder = 'definitions'] = process.argv.slice(2);
const commands: Readonly<Record<string, (folder: string) => number>> = {
  check,
  explain,
  schema: writeSchemas,
};
const run =
  command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined;
if (run === undefined) console.error(USAGE);
process.exitCode = run === undefined ? 2 : run(folder);
