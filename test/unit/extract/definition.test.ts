/** Mappings and rules: what is read, what is refused and where, and what a draft guesses. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { draftMapping } from '#domain/extract/draft-mapping.ts';
import { readMapping, readRules } from '#domain/extract/extract-definition.ts';
import { parseRole } from '#domain/identity/matching/roles.ts';

const read = (text: string) => readMapping({ path: 'extract.yaml', text });
const problems = (text: string) => {
  const result = read(text);
  return result.ok ? [] : result.error.map(({ line, field }) => `${line} ${field}`);
};

test.each([
  ['birth-date', { kind: 'plain', role: 'birth-date' }],
  ['id.passport', { kind: 'id', name: 'passport' }],
  ['text.company', { kind: 'text', name: 'company' }],
  ['account.openid', { kind: 'account', name: 'openid' }],
  ['account.openid per source', { kind: 'account', name: 'openid', per: 'source' }],
  ['account.openid per app id', { kind: 'account', name: 'openid', per: { column: 'app id' } }],
  ['account.openid per', undefined],
  ['id.unionid per app', undefined],
  ['id.openid per source', undefined],
  ['id.phone', undefined],
  ['id', undefined],
  ['birthdate', undefined],
])('role %s', (text, role) => {
  expect(parseRole(text)).toEqual(role);
});

describe('a mapping', () => {
  test('is complete with columns alone', () => {
    const result = read('sources:\n  - columns: { n: name }\n');
    expect(result).toMatchObject({
      ok: true,
      value: {
        dateOrder: 'month-first',
        mappings: [{ key: [], columns: { n: { role: 'name' } } }],
      },
    });
  });

  test.each([
    ['sources: []\n', '1 sources'],
    ['sources:\n  - columns: {}\n', '2 sources.0.columns'],
    ['sources:\n  - columns:\n      n: nmae\n', '3 sources.0.columns.n'],
    ['sources:\n  - columns: { n: name }\n    keys: [id]\n', '3 sources.0.keys'],
    ['region: US\nsources:\n  - columns: { n: name }\n', '1 region'],
  ])('%j is refused at %s', (text, place) => {
    expect(problems(text)).toContain(place);
  });
});

test('the default rules are in order', () => {
  const text = readFileSync('extracts/rules/person.yaml', 'utf8');
  expect(readRules({ path: 'person.yaml', text })).toMatchObject({ ok: true, value: { link: 0 } });
});

describe('a draft', () => {
  const draft = draftMapping({
    file: 'my file.csv',
    records: [
      {
        Id: '1',
        'First Name': 'A',
        Surname: 'B',
        DOB: '17/05/1990',
        Mobile: '13912345678',
        'Street Address': 'x',
        birth_place: 'York',
        colour: 'red',
      },
      {
        Id: '2',
        'First Name': 'C',
        Surname: 'D',
        DOB: '01/02/1990',
        Mobile: '13912345679',
        'Street Address': 'y',
        birth_place: 'Hull',
        colour: 'red',
      },
    ],
  });

  test.each([
    'region: CN',
    'dates: day-first',
    'files: ["my file.csv"]',
    'key: [Id]',
    '"First Name": name.given',
    'Surname: name.family',
    'DOB: birth-date',
    'Mobile: phone',
    '"Street Address": address',
    'birth_place: address.city',
    '# colour: not used',
  ])('says %s', (line) => {
    expect(draft).toContain(line);
  });

  test('is a mapping', () => {
    expect(problems(draft)).toEqual([]);
  });
});
