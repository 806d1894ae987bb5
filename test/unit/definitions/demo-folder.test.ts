import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { AccessFile } from '#domain/definitions/access-file.ts';
import { explainDefinitions } from '#domain/definitions/explain.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import { IdentityFile, SourceFile, ViewFile } from '#domain/definitions/schema.ts';

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

test.each([
  ['source', SourceFile],
  ['identity', IdentityFile],
  ['view', ViewFile],
  ['access', AccessFile],
])('the JSON Schema of %s files is the one that the compiler checks', (name, schema) => {
  const written = JSON.parse(readFileSync(`${FOLDER}schema/${name}.json`, 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))));
});
