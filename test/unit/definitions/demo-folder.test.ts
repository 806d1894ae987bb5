import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { dataDictionary } from '#domain/definitions/dictionary.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { FACT_KINDS } from '#domain/definitions/fact-kinds.ts';
import { factLabel, fieldLabel } from '#domain/definitions/field-info.ts';
import { editorSchemas } from '#domain/definitions/json-schemas.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import type { Labels } from '#domain/definitions/types.ts';

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

describe('what is served', () => {
  const read = readDefinitions(FOLDER);
  if (!read.ok) throw new Error('the demo has mistakes');
  const { definitions } = read.value;
  const { sources, namespaces, view, access } = definitions;
  const tables = Object.values(sources).flatMap(({ brand, tables: each }) =>
    Object.values(each).map((table) => ({ ...table, brand })),
  );
  const parties = tables.filter(({ kind }) => kind === 'party');
  const facts = tables.filter(({ kind }) => kind === 'fact' || kind === 'event');
  const named = new Set([
    ...view.profile.map(({ field }) => field),
    ...view.measures.map(({ measure }) => measure),
    ...parties.flatMap(({ fields }) => Object.keys(fields)),
  ]);
  const ofFacts = facts.flatMap(({ as, fields, brand }) =>
    [...Object.keys(fields), ...(brand ? ['brand'] : [])].map((field) => [as, field] as const),
  );

  test('has a label in both languages', () => {
    const labels: (readonly [string, Labels | undefined])[] = [
      ...[...named].map((field) => [field, fieldLabel(definitions, field)] as const),
      ...ofFacts.map(([as, field]) => [field, factLabel(definitions, as, field)] as const),
      ...facts.map(({ as }) => [as, FACT_KINDS[as]?.label] as const),
      ...Object.values(namespaces).map(({ namespace, label }) => [namespace, label] as const),
    ];
    const missing = labels.filter(
      ([name, label]) => !/[\u4e00-\u9fff]|^RFM|ID$/.test(label?.zh ?? '') || label?.en === name,
    );
    expect(missing).toEqual([]);
  });

  test('has a class', () => {
    const fields = [
      ...named,
      ...ofFacts.flatMap(([as, field]) => (field === 'at' ? [] : [`${as}.${field}`])),
      ...Object.keys(namespaces).map((namespace) => `identifiers.${namespace}`),
    ];
    expect(fields.filter((field) => !Object.hasOwn(access?.fields ?? {}, field))).toEqual([]);
  });

  test('has the class in the dictionary that is enforced', () => {
    const written = dataDictionary(definitions);
    expect(written).toMatch(/`spend` \| 净消费额 \| Net spend \| 敏感 sensitive/);
    expect(written).toMatch(/`preferredStore` \| 偏好门店 \| Preferred store \| 准标识 quasi/);
    expect(written).toMatch(/`name` \| 事件名称 \| Name of the event \| 普通 plain/);
  });
});

test('the data dictionary is the one that the definitions give', () => {
  const written = readFileSync(DICTIONARY, 'utf8');
  const read = readDefinitions(FOLDER);
  expect(
    read.ok && dataDictionary(read.value.definitions),
    'npm run definitions -- dictionary',
  ).toBe(written);
});
