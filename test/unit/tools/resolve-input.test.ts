/** Files that strangers have: encodings, separators, lines and keys; each is read, or refused with its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readMapping } from '#domain/extract/extract-definition.ts';
import { readExtractFolder } from '../../../tools/resolve/read-definitions.ts';
import { readExtract } from '../../../tools/resolve/read-extract.ts';
import { startEngine } from '../../../tools/resolve/resolve-engine.ts';
import { ResolveError } from '../../../tools/resolve/resolve-error.ts';
import { resolveRows } from '../../../tools/resolve/resolve-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolve-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Content = string | Buffer;

const mappingOf = (text: string) => {
  const definition = readMapping({ path: 'extract.yaml', text });
  if (!definition.ok) throw new Error(JSON.stringify(definition.error));
  return definition.value;
};

const rowsOf = (name: string, content: Content, key = '[id]') => {
  const path = join(folder, name);
  writeFileSync(path, content);
  const text = `sources:\n  - source: s\n    key: ${key}\n    columns: { name: name }\n`;
  return readExtract(mappingOf(text), [path]);
};

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

// 张伟 in GB18030.
const GB18030 = Buffer.concat([
  Buffer.from('id,name\n1,Ann\n2,'),
  Buffer.from('d5c5ceb00a', 'hex'),
]);

describe('what is read', () => {
  const two = [
    { key: '1', raw: { name: { full: '张伟' } } },
    { key: '2', raw: { name: { full: 'Li, Jing' } } },
  ];

  test.each<[string, string, Content]>([
    ['commas', 'a.csv', 'id,name\n1,张伟\n2,"Li, Jing"\n'],
    ['a mark of UTF-8', 'a.csv', '\ufeffid,name\n1,张伟\n2,"Li, Jing"\n'],
    ['UTF-16 with tabs', 'a.txt', utf16('id\tname\r\n1\t张伟\r\n2\tLi, Jing\r\n')],
    ['UTF-16, high byte first', 'a.csv', utf16('id,name\n1,张伟\n2,"Li, Jing"\n').swap16()],
    ['semicolons', 'a.csv', 'id;name\n1;张伟\n2;Li, Jing\n'],
    ['vertical bars', 'a.csv', 'id|name\n1|张伟\n2|Li, Jing\n'],
    [
      'a header in quotes with other separators',
      'a.csv',
      '"id","name","a;b;c"\n1,张伟,\n2,"Li, Jing",\n',
    ],
    ['a separator at the end of every line', 'a.csv', 'id,name,,\n1,张伟,,\n2,"Li, Jing",,\n'],
    ['line ends of an old Macintosh', 'a.csv', 'id,name\r1,张伟\r2,"Li, Jing"\r'],
    ['lines of a spreadsheet that are blank', 'a.csv', 'id,name\n1,张伟\n,\n2,"Li, Jing"\n , \n'],
    ['objects', 'a.ndjson', '{"id":1,"name":"张伟"}\r\n\r\n{"id":2,"name":"Li, Jing"}'],
    [
      'objects with a mark of UTF-8',
      'a.jsonl',
      '\ufeff{"id":1,"name":"张伟"}\n{"id":2,"name":"Li, Jing"}\n',
    ],
  ])('%s', async (_, name, content) => {
    expect(await rowsOf(name, content)).toMatchObject(two);
  });

  test('a long number of JSON with all its digits', async () => {
    const rows = await rowsOf('a.ndjson', '{"id":12345678901234567891,"name":"Ann"}\n');
    expect(rows).toMatchObject([{ key: '12345678901234567891' }]);
  });

  test('a separator of Unicode within a line of JSON', async () => {
    const rows = await rowsOf('a.ndjson', '{"id":1,"name":"Ann\u2028Lee"}\n');
    expect(rows).toHaveLength(1);
  });

  test('a character on the border of two pieces', async () => {
    const names = Array.from({ length: 30_000 }, (_, at) => `${at},张伟\n`).join('');
    const rows = await rowsOf('a.csv', `id,name\n${names}`);
    expect(rows.filter(({ raw }) => raw.name?.full !== '张伟')).toEqual([]);
  });

  test('a field that is null in every object is there', async () => {
    expect(await rowsOf('a.ndjson', '{"id":1,"name":null}\n')).toHaveLength(1);
  });
});

test('a field that no object of a file has is told, for it may be misspelt', async () => {
  const path = join(folder, 'b.ndjson');
  writeFileSync(path, '{"id":1,"name":"Ann"}\n{"id":2,"name":"Bo"}\n');
  const columns = '{ name: name, mail: email }';
  const definition = mappingOf(`sources:\n  - key: [id]\n    columns: ${columns}\n`);
  const told: string[] = [];
  expect(await readExtract(definition, [path], (line) => told.push(line))).toHaveLength(2);
  expect(told).toEqual(['b.ndjson has no column mail. It has id, name.']);
});

describe('what is refused', () => {
  test.each<[string, string, Content, RegExp]>([
    ['GB18030', 'a.csv', GB18030, /^a\.csv:3 is not UTF-8.*iconv -f gb18030 -t utf-8 a\.csv/],
    ['GB18030 in JSON', 'a.ndjson', GB18030.subarray(16), /^a\.ndjson:1 is not UTF-8/],
    [
      'a file that ends within a character',
      'a.csv',
      Buffer.from('id,name\n1,张').subarray(0, -1),
      /:2 is not UTF-8/,
    ],
    ['UTF-16 without mark', 'a.csv', utf16('id,name\n1,Ann\n').subarray(2), /^a\.csv is no text/],
    ['a workbook', 'a.xlsx', Buffer.from('PK\u0003\u0004\u0014\u0000', 'latin1'), /workbook/],
    [
      'a short first line',
      'a.csv',
      'id,name\n1\n2,Ann\n',
      /^a\.csv:2 has 1 values, the header has 2 columns/,
    ],
    ['a short later line', 'a.csv', 'id,name\n1,Ann\n2\n', /^a\.csv:3 has 1 values/],
    ['a long line', 'a.csv', 'id,name\n1,Li, Jing\n', /^a\.csv:2 has 3 values.*double quotes/],
    [
      'an open quote',
      'a.csv',
      'id,name\n1,Ann\n2,"Bo\n3,Cy\n4,Di\n',
      /^a\.csv:3 has a double quote that is not closed/,
    ],
    ['an empty file', 'a.csv', '', /^a\.csv has no rows/],
    ['a header alone', 'a.csv', 'id,name\n', /^a\.csv has no rows/],
    [
      'a header alone that lacks a column',
      'a.csv',
      'id,nom\n',
      /^a\.csv:1 has no column name\. It has id, nom/,
    ],
    ['no object', 'a.ndjson', '\n', /^a\.ndjson has no rows/],
    [
      'a field that no object has',
      'a.ndjson',
      '{"id":1,"nom":"Ann"}\n',
      /^a\.ndjson has no column name\. It has id, nom/,
    ],
    [
      'two columns of one name',
      'a.csv',
      'id,name,name\n1,Ann,Bo\n',
      /^a\.csv:1 has two columns name/,
    ],
    [
      'a JSON array',
      'a.json',
      '[\n{"id":1,"name":"Ann"}]',
      /^a\.json:1 is a JSON array.*jq -c '\.\[\]' a\.json/,
    ],
    [
      'an object over several lines',
      'a.json',
      '{\n"id":1}\n',
      /^a\.json:1 is no JSON; each line is one/,
    ],
    [
      'a key of a spreadsheet',
      'a.csv',
      'id,name\n1,Ann\n1.23457E+15,Bo\n',
      /^a\.csv:3 The primary key "1\.23457E\+15" .*as text/,
    ],
    [
      'a key that is too long',
      'a.csv',
      `id,name\n${'7'.repeat(260)},Ann\n`,
      /^a\.csv:2 The primary key "7+…" is too long/,
    ],
  ])('%s', async (_, name, content, message) => {
    const error = await rowsOf(name, content).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ResolveError);
    expect((error as Error).message).toMatch(message);
  });

  test('a part of a key in exponent form', async () => {
    const rows = rowsOf('a.csv', 'id,name\n1.23457E+15,Ann\n', '[id, name]');
    await expect(rows).rejects.toThrow('exponent form');
  });

  test('a folder', async () => {
    const definition = mappingOf('sources:\n  - columns: { name: name }\n');
    await expect(readExtract(definition, [folder])).rejects.toThrow('is a folder');
  });
});

test('a row that the pipeline refuses ends the run with the reason', async () => {
  const example = readExtractFolder('extracts/example');
  const rows = await readExtract(example.definition, ['extracts/example/members.csv']);
  const refused = rows.map((row, at) => (at === 1 ? { ...row, key: '1.23457E+15' } : row));
  const run = resolveRows(example, refused, await startEngine('memory'), () => undefined);
  await expect(run).rejects.toThrow('unsafe-key');
});
