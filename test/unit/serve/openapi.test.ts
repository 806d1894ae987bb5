import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { docsPage } from '#domain/serve/docs-page.ts';
import { openApiDocument } from '#domain/serve/openapi.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { topicsOf } from '#domain/serve/topics.ts';
import { must } from '#domain/shared/assert.ts';
import { referenceFiles } from '../../../tools/reference/files.ts';

const operations: readonly Operation[] = OPERATIONS;
const document = openApiDocument();
const answers = operations.flatMap(({ id, answers: all }) =>
  Object.entries(all).flatMap(([status, { schema }]) => (schema ? [{ id, status, schema }] : [])),
);

describe('the OpenAPI document', () => {
  test('is version 3.1 and has every operation once', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((it) => (it as { operationId: string }).operationId),
    );
    expect(ids).toEqual(operations.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(operations)('$id describes every variable of its path', ({ path, parameters = {} }) => {
    const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parameters)).toEqual(variables);
  });

  test.each(operations)('$id belongs to one topic', (operation) => {
    expect(topicsOf(operation)).toHaveLength(1);
  });

  test.each(operations.filter(({ body }) => body))(
    '$id shows a body that it takes',
    (operation) => {
      expect(z.safeParse(must(operation.body, 'body'), operation.example)).toMatchObject({
        success: true,
      });
    },
  );

  test.each(answers)('$id answers $status as its example says', ({ schema }) => {
    const { examples = [] } = z.toJSONSchema(schema) as { examples?: readonly unknown[] };
    for (const example of examples)
      expect(z.safeParse(schema, example)).toMatchObject({ success: true });
  });

  test.each(operations)('$id lies under a version', ({ path }) => {
    expect(path).toMatch(/^\/v1\/[a-zA-Z0-9/{}._-]+$/);
  });

  test('every reference in it leads somewhere', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(new Set(references)).toEqual(new Set(['"$ref":"#/components/schemas/Problem"']));
  });
});

test('the page has every route once, under its topic', () => {
  const page = docsPage(OPERATIONS);
  for (const { id } of operations) expect(page.split(`<h3 id="${id}"`)).toHaveLength(2);
});

test('the page loads nothing from anywhere', () => {
  expect(docsPage(OPERATIONS)).not.toMatch(/<script|<img|<link|src=|url\(|https?:\/\//);
});

const ROOT = join(import.meta.dirname, '../../..');

test.each(Object.entries(referenceFiles()))('%s is what npm run reference writes', (path, text) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});
