import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Operation } from '#domain/serve/operation.ts';
import { readRequest } from '#domain/serve/read-request.ts';

const operation: Operation = {
  id: 'test',
  method: 'POST',
  path: '/v1/test',
  group: 'customers',
  summary: 'A test',
  query: z.strictObject({ limit: z.optional(z.int().check(z.gte(1), z.lte(100))) }),
  body: z.strictObject({ names: z.array(z.string().check(z.maxLength(5))).check(z.maxLength(2)) }),
  answers: {},
  problems: [],
};
const BODY = '{"names":["a"]}';

const faults = (query: Record<string, string>, body: string | undefined) => {
  const read = readRequest(operation, { query, body });
  return read.ok ? read.value : read.error.errors;
};

describe('a request', () => {
  test('as the operation takes it', () => {
    expect(faults({ limit: '7' }, BODY)).toEqual({ query: { limit: 7 }, body: { names: ['a'] } });
  });

  test.each([
    ['no number', { limit: 'seven' }, BODY, 'query:limit', 'must be number'],
    ['a number in disguise', { limit: '7e1' }, BODY, 'query:limit', 'must be number'],
    ['too small a number', { limit: '0' }, BODY, 'query:limit', 'is at least 1'],
    ['too large a number', { limit: '101' }, BODY, 'query:limit', 'is at most 100'],
    ['a list by repetition', { limit: '1,2' }, BODY, 'query:limit', 'must be number'],
    ['an unknown parameter', { brand: 'aurora' }, BODY, 'query:', 'knows no brand'],
    ['no body', {}, undefined, '#', 'is not JSON'],
    ['half a body', {}, '{"names":', '#', 'is not JSON'],
    ['a list as body', {}, '[]', '#/', 'must be object'],
    ['the wrong type', {}, '{"names":"a"}', '#/names', 'must be array'],
    ['too long a text', {}, '{"names":["abcdef"]}', '#/names/0', 'is at most 5'],
    ['too many entries', {}, '{"names":["a","a","a"]}', '#/names', 'is at most 2'],
    ['an unknown member', {}, '{"names":[],"more":1}', '#/', 'knows no more'],
    [
      'depth',
      {},
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
      '#',
      'is nested too deeply, or has a key that no object may have',
    ],
    [
      'a prototype',
      {},
      '{"names":[],"__proto__":{"x":1}}',
      '#',
      'is nested too deeply, or has a key that no object may have',
    ],
  ])('with %s is told where', (_, query, body, pointer, detail) => {
    expect(faults(query as Record<string, string>, body)).toEqual([{ pointer, detail }]);
  });

  test('repeats no value and no made-up name', () => {
    const told = JSON.stringify([
      faults({ '+85291234567 call me': '1' }, BODY),
      faults({ limit: '+85291234567' }, BODY),
      faults({}, '{"names":["+85291234567"],"<script>":1}'),
    ]);
    expect(told).not.toMatch(/91234567|script/);
  });
});
