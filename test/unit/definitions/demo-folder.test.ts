import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { dataDictionary } from '#domain/definitions/dictionary.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { editorSchemas } from '#domain/definitions/json-schemas.ts';
import { formatProblem } from '#domain/definitions/problem.ts';

const DICTIONARY = fileURLToPath(
  new URL('../../../docs/reference/data-dictionary.md', import.meta.url),
);
const FOLDER = fileURLToPath(new URL('../../../definitions/', import.meta.url));

describe('the demo definitions', () => {
  const read = readDefinitions(FOLDER);

  test('compile without a problem', () => {
    expect(read.ok ? [] : read.error.map(formatProblem)).toEqual([]);
  });

  test('are named by the digest of their text, which reads back to the same value', () => {
    if (!read.ok) return;
    expect(read.value.hash).toBe(createHash('sha256').update(read.value.json).digest('hex'));
    expect(JSON.parse(read.value.json)).toEqual(read.value.definitions);
  });

  test('explain every source, table, namespace and measure', () => {
    if (!read.ok) return;
    const { definitions } = read.value;
    const lines = explainDefinitions(definitions).join('\n');
    const names = [
      ...Object.values(definitions.sources).flatMap(({ source, tables }) => [
        source,
        ...Object.keys(tables),
      ]),
      ...Object.keys(definitions.namespaces),
      ...definitions.view.measures.map(({ measure }) => measure),
    ];
    for (const name of names) expect(lines).toContain(name);
  });
});

test.each(Object.entries(editorSchemas()))(
  'the JSON Schema of %s files is the one that the compiler checks',
  (name, schema) => {
    const written = JSON.parse(readFileSync(`${FOLDER}schema/${name}.json`, 'utf8'));
    expect(written, 'npm run definitions -- schema writes it').toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  },
);

test.each([
  ['sources/pos.yaml', 'source'],
  ['identity.yaml', 'identity'],
  ['views/customer-360.yaml', 'view'],
  ['fields.yaml', 'fields'],
])('%s names its schema for editors, and keeps it', (file, name) => {
  const text = readFileSync(`${FOLDER}${file}`, 'utf8');
  expect(text.split('\n', 1)[0]).toMatch(
    new RegExp(`^# yaml-language-server: \\$schema=(\\.\\./)?schema/${name}\\.json$`),
  );
  const validate = new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(`${FOLDER}schema/${name}.json`, 'utf8')),
  );
  expect(validate(parse(text)) ? [] : validate.errors).toEqual([]);
});

test('the data dictionary is the one that the definitions give', () => {
  const written = readFileSync(DICTIONARY, 'utf8');
  const read = readDefinitions(FOLDER);
  expect(
    read.ok && dataDictionary(read.value.definitions),
    'npm run definitions -- dictionary',
  ).toBe(written);
});
