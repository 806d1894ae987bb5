/** `npm run resolve` from outside: what it prints, what it writes, and what it says when something is wrong. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'resolve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['tools/resolve.ts', ...args], { encoding: 'utf8' });

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('the example', () => {
  const out = join(folder, 'out');
  const example = 'extracts/example';
  const args = ['--definitions', example, '--out', out, '--truth', `${example}/truth/persons.csv`];
  const input = ['--input', `${example}/members.csv`, `${example}/web-2026.ndjson`];
  const first = run(...args, ...input, '--json');

  test('scores without a fault', () => {
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      rows: 10,
      customers: 6,
      truthRows: 10,
      scores: { f1: 1 },
    });
  });

  test('writes who is whom, the links with their evidence, and the model', () => {
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(read('clusters.csv')).toMatch(/^source,key,customerId\nmember,1,one_[a-z2-7]{26}\n/);
    expect(read('links.csv')).toContain('phone same +');
    expect(read('held.csv')).toContain('review');
    expect(JSON.parse(read('model.json'))).toMatchObject({ version: expect.any(String) });
  });

  test('gives the same again', () => {
    const before = readFileSync(join(out, 'clusters.csv'), 'utf8');
    expect(JSON.parse(run(...args, ...input, '--json').stdout).model).toBe(
      JSON.parse(first.stdout).model,
    );
    expect(readFileSync(join(out, 'clusters.csv'), 'utf8')).toBe(before);
  });
});

describe('what is wrong is said with its place', () => {
  const data = file('rows.csv', 'id,name\n1,张伟\n1,李静\n');
  const ragged = file('ragged.csv', 'id,name\n1,张伟\n2,李静,x,y\n');
  const broken = file('rows.ndjson', '{"id":1}\n{"id":\n');
  const mapped = (text: string) => {
    file('extract.yaml', text);
    return ['--definitions', folder, '--out', join(folder, 'o')];
  };

  test.each([
    [
      'a misspelt role',
      'sources:\n  - columns: { name: nmae }\n',
      data,
      /extract\.yaml:2 .*must be one of/,
    ],
    [
      'a column that is not there',
      'sources:\n  - columns: { nom: name }\n',
      data,
      /rows\.csv:1 has no column nom/,
    ],
    [
      'a key that comes twice',
      'sources:\n  - key: [id]\n    columns: { name: name }\n',
      data,
      /rows\.csv:3 The primary key 1/,
    ],
    [
      'a line with too many columns',
      'sources:\n  - columns: { name: name }\n',
      ragged,
      /ragged\.csv:3/,
    ],
    [
      'a line that is no JSON',
      'sources:\n  - columns: { name: name }\n',
      broken,
      /rows\.ndjson:2 is no JSON/,
    ],
    [
      'a file that is for no entry',
      'sources:\n  - files: [x.csv]\n    columns: { name: name }\n',
      data,
      /for the file rows\.csv/,
    ],
    [
      'a file that is not there',
      'sources:\n  - columns: { name: name }\n',
      join(folder, 'none.csv'),
      /no file/,
    ],
  ])('%s', (_, mapping, input, message) => {
    const { status, stderr, stdout } = run(...mapped(mapping), '--input', input);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('an out folder that is a file is found before the work', () => {
    const mapping = mapped('sources:\n  - key: []\n    columns: { name: name }\n');
    const { status, stderr } = run(...mapping, '--input', data, '--out', data);
    expect(status).toBe(1);
    expect(stderr).toContain('is no folder that can be written to');
    expect(stderr).not.toMatch(/Resolving on| {4}at /);
  });

  test('a call without arguments shows the help', () => {
    expect(run().stdout).toMatch(/^Usage: npm run resolve/);
    expect(run('--input', data).stderr).toContain('--help');
  });
});

describe('a draft', () => {
  const people = file('people.csv', 'id,first_name,dob\n1,Jane,1990-05-17\n');

  test('is a mapping for its file', () => {
    expect(run('init', people).stdout).toContain('first_name: name.given');
  });

  test('goes into a file, which the next command reads', () => {
    const drafted = run('init', people, '--out', join(folder, 'new', 'mine', 'extract.yaml'));
    expect(drafted).toMatchObject({ status: 0, stdout: '' });
    expect(drafted.stderr).toContain('Correct it, then');
    const { status, stdout } = run(
      ...['--definitions', join(folder, 'new', 'mine'), '--input', people],
      ...['--out', join(folder, 'new', 'result'), '--memory'],
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('1 rows') });
  });

  test('is not written over a file that is there', () => {
    const mine = file('mine.yaml', 'corrected');
    expect(run('init', people, '--out', mine)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/mine\.yaml is there already/),
    });
    expect(readFileSync(mine, 'utf8')).toBe('corrected');
  });

  test('is of one file', () => {
    expect(run('init').stderr).toContain('of one file');
    expect(run('init', people, people).stderr).toContain('of one file');
  });
});
