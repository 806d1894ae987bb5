/** What a run is given besides its rows: a model, an out folder and a truth, each checked before the work. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { unitKeyOf } from '#domain/extract/extract-row.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { readExtractFolder } from '../../../tools/resolve/read-definitions.ts';
import { readExtract } from '../../../tools/resolve/read-extract.ts';
import { readTruth } from '../../../tools/resolve/read-truth.ts';
import { startEngine } from '../../../tools/resolve/resolve-engine.ts';
import { ResolveError } from '../../../tools/resolve/resolve-error.ts';
import { resolveRows } from '../../../tools/resolve/resolve-rows.ts';
import { makeOutFolder } from '../../../tools/resolve/write-outputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolve-definitions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const example = readExtractFolder('extracts/example');
const rows = await readExtract(example.definition, ['extracts/example/members.csv']);

describe('a model', async () => {
  const { model } = await resolveRows(example, rows, await startEngine('memory'), () => undefined);
  const text = JSON.stringify(model, undefined, 2);
  const frozen = (rest: object) =>
    JSON.stringify({ version: sha256(canonicalJson(rest)), ...rest }, undefined, 2);
  const { version: _, ...rest } = model;
  file('extract.yaml', 'sources:\n  - columns: { name: name }\n');

  test('of an earlier run is taken', () => {
    file('model.json', text);
    expect(readExtractFolder(folder).model).toEqual(model);
  });

  test.each([
    ['that ends half way', text.slice(0, text.length / 2), /model\.json:\d+ /],
    ['that is no object', 'none', /model\.json:1 /],
    ['that is something else', '{"name":"x"}', /model\.json:\d+ .*version/],
    ['that somebody edited', text.replace(/"prior": [\d.e-]+/, '"prior": 0.5'), /is frozen/],
    [
      'with a comparison that there is not',
      frozen({ ...rest, comparisons: { shoe: [] } }),
      /model\.json:\d+ comparisons\.shoe: is no comparison/,
    ],
  ])('%s is refused', (_, content, message) => {
    file('model.json', content);
    const read = () => readExtractFolder(folder);
    expect(read).toThrow(ResolveError);
    expect(read).toThrow(message);
  });
});

describe('the definitions', () => {
  test.each([
    ['a file in place of its folder', () => file('extract.yaml', ''), 'is a file. Name its folder'],
    [
      'a mapping in another encoding',
      () => {
        writeFileSync(join(folder, 'extract.yaml'), Buffer.from('d5c5ceb0', 'hex'));
        return folder;
      },
      'extract.yaml is not UTF-8',
    ],
    ['a folder without mapping', () => tmpdir(), 'init FILE --out'],
  ])('%s', (_, prepared, message) => {
    const path = prepared();
    expect(() => readExtractFolder(path)).toThrow(ResolveError);
    expect(() => readExtractFolder(path)).toThrow(message);
  });
});

describe('the out folder', () => {
  test('is made, with those above it', () => {
    expect(() => makeOutFolder(join(folder, 'a', 'b'))).not.toThrow();
    expect(() => makeOutFolder(join(folder, 'a', 'b'))).not.toThrow();
  });

  test('is refused when it is a file, or in one', () => {
    const taken = file('taken', '');
    expect(() => makeOutFolder(taken)).toThrow(ResolveError);
    expect(() => makeOutFolder(join(taken, 'b'))).toThrow('is no folder that can be written to');
  });
});

describe('a truth', () => {
  const [one, two, three] = rows.map(({ key }) => key);

  test('tells how many of the rows it knows; one without a person is not known', async () => {
    const truth = await readTruth(
      file('persons.csv', `key,person\n${one},p\n${two},p\n${three},\nnobody,q\n`),
      rows,
    );
    expect(truth.named).toBe(2);
    expect([...truth.persons.values()]).toEqual(['p', 'p']);
  });

  test('of pairs knows the rows that it names; the others are persons of their own', async () => {
    const pairs = file('pairs.csv', `a,b\n${one},${two}\n${one},nobody\n`);
    const { named, persons } = await readTruth(pairs, rows);
    expect({ named, all: persons.size }).toEqual({ named: 2, all: rows.length });
    const [first, second, third] = rows.map((row) => persons.get(unitKeyOf(row)));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test.each([
    ['that knows none', 'key,person\nnobody,p\n', 'knows none of the rows'],
    ['that is empty', 'key,person\n', 'has no rows'],
    ['without its columns', 'x,y\n1,2\n', 'must have columns key and person'],
  ])('%s is refused', async (_, content, message) => {
    await expect(readTruth(file('persons.csv', content), rows)).rejects.toThrow(message);
  });
});
