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

test.each([
  ['review: 1', '2 review must not be above `link`.'],
  ['uncorroborated: -1', '2 uncorroborated must not be below `link`.'],
])('rules with %s are refused', (line, problem) => {
  const rest = 'coherence: 2\ncap: { identifier: 4, key: 6 }\nkeys: [[names]]\n';
  const text = `link: 0\n${line}\n${line.startsWith('review') ? '' : 'review: -2\n'}${rest}`;
  const result = readRules({ path: 'rules.yaml', text });
  expect(
    result.ok ? [] : result.error.map((one) => `${one.line} ${one.field} ${one.message}`),
  ).toEqual([problem]);
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

  test.each([
    ['客户编号', 'key: ["客户编号"]'],
    ['客戶編號', 'key: ["客戶編號"]'],
    ['编号', 'key: ["编号"]'],
    ['姓名', 'name'],
    ['客户姓名', 'name'],
    ['聯繫人', 'name'],
    ['性别', 'gender'],
    ['性別', 'gender'],
    ['电话', 'phone'],
    ['聯絡電話', 'phone'],
    ['手机号码', 'phone'],
    ['手機', 'phone'],
    ['电话区号', 'not used'],
    ['邮箱', 'email'],
    ['电子邮件', 'email'],
    ['電子郵件', 'email'],
    ['生日', 'birth-date'],
    ['出生日期', 'birth-date'],
    ['会员卡号', 'id.card'],
    ['會員卡號', 'id.card'],
    ['身份证', 'id.id-card'],
    ['身份证号码', 'id.id-card'],
    ['ID Card No', 'id.id-card'],
    ['ssn', 'id.ssn'],
    ['收货地址', 'address'],
    ['地址', 'address'],
    ['城市', 'address.city'],
    ['邮编', 'address.postcode'],
    ['郵編', 'address.postcode'],
    ['邮政编码', 'address.postcode'],
    ['微信unionid', 'id.unionid'],
    ['微信openid', 'account.openid per source'],
    ['护照号码', 'id.passport'],
  ])('%s is %s', (column, expected) => {
    const text = draftMapping({ file: 'f.csv', records: [{ id: '1', [column]: 'x' }] });
    const alone = draftMapping({ file: 'f.csv', records: [{ [column]: 'x' }] });
    expect(expected.startsWith('key') ? alone : text).toContain(expected);
  });

  const draftOf = (...records: Record<string, string>[]) =>
    draftMapping({ file: 'f.ndjson', records });

  test('takes no identifier for the primary key', () => {
    expect(draftOf({ 微信unionid: 'o1' }, { 微信unionid: 'o2' })).toMatch(/key: \[\] .*unionid/su);
    expect(draftOf({ member_no: '1', card: 'a' })).toMatch(/key: \[member_no\].*card: id.card/su);
  });

  test('looks at the fields of all records', () => {
    expect(draftOf({ id: '1' }, { id: '2', mail: 'a@b.de' })).toContain('mail: email');
  });

  test('maps a mobile before a phone at home, and tells which counts', () => {
    expect(draftOf({ id: '1', home_phone: '1', mobile: '2' })).toMatch(
      /first that is filled counts.*mobile: phone\n.*home_phone: phone/su,
    );
  });

  test('scopes openids by the column of the app', () => {
    const text = draftOf({ id: '1', openid: 'o1', 微信appid: 'wx1' });
    expect(text).toContain('openid: "account.openid per 微信appid"');
    expect(problems(text)).toEqual([]);
  });

  test('takes the region from a column that says nothing else', () => {
    expect(draftOf({ id: '1', tel: '91234567', market: 'hk' })).toContain(
      'region: { column: market }',
    );
    expect(draftOf({ id: '1', tel: '91234567', market: 'north' })).not.toContain('{ column');
  });

  test('is a mapping', () => {
    expect(problems(draft)).toEqual([]);
  });
});
