import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';

const POS = `source: pos
engine: postgresql
region: HK
tables:
  receipt:
    key: [receipt_no]
    kind: fact
    as: order
    identifiers:
      - { namespace: card, column: card_no }
    fields:
      total: { column: amt, type: money }
      at: { column: sold_at, type: time }
      points: { column: pts, type: integer }
  buyer:
    key: [id]
    kind: party
    fields:
      name: { column: nm, type: text }
`;

const IDENTITY = `namespaces:
  card: { priority: 1, normalise: code, limit: 1, cap: 50, blocked: ['88888888'] }
  phone: { priority: 2, normalise: phone, cap: 25 }
`;

const VIEW = `profile:
  name: { sources: [pos] }
measures:
  spend: { of: order, fold: money, field: total }
  lastOrderAt: { of: order, fold: latest, field: at }
  points: { of: order, fold: sum, field: points }
  orders: { of: order, fold: count }
`;

interface Folder {
  readonly pos?: string;
  readonly identity?: string;
  readonly view?: string;
  readonly more?: Readonly<Record<string, string>>;
}

const compile = ({ pos = POS, identity = IDENTITY, view = VIEW, more = {} }: Folder = {}) =>
  compileDefinitions(
    Object.entries({
      'sources/pos.yaml': pos,
      'identity.yaml': identity,
      'views/customer-360.yaml': view,
      ...more,
    }).map(([path, text]) => ({ path, text })),
  );

const problems = (folder: Folder): readonly string[] => {
  const compiled = compile(folder);
  return compiled.ok ? [] : compiled.error.map(formatProblem);
};

describe('a folder without mistakes', () => {
  test('compiles with every default filled in', () => {
    expect(compile()).toEqual({
      ok: true,
      value: {
        sources: {
          pos: {
            source: 'pos',
            engine: 'postgresql',
            region: 'HK',
            timeZone: 'Asia/Hong_Kong',
            currency: 'HKD',
            generation: 1,
            party: '1st',
            mayCreateCustomer: true,
            tables: {
              receipt: {
                table: 'receipt',
                key: ['receipt_no'],
                kind: 'fact',
                as: 'order',
                evidence: true,
                identifiers: [{ namespace: 'card', column: 'card_no', verified: true }],
                fields: {
                  total: { column: 'amt', type: 'money', currency: { value: 'HKD' } },
                  at: { column: 'sold_at', type: 'time', zone: 'Asia/Hong_Kong' },
                  points: { column: 'pts', type: 'integer' },
                },
              },
              buyer: {
                table: 'buyer',
                key: ['id'],
                kind: 'party',
                as: 'buyer',
                evidence: true,
                identifiers: [],
                fields: { name: { column: 'nm', type: 'text' } },
              },
            },
          },
        },
        namespaces: {
          card: {
            namespace: 'card',
            priority: 1,
            normalise: 'code',
            links: true,
            limit: 1,
            cap: 50,
            blocked: ['88888888'],
          },
          phone: {
            namespace: 'phone',
            priority: 2,
            normalise: 'phone',
            links: true,
            cap: 25,
            blocked: [],
          },
        },
        view: {
          profile: [{ field: 'name', sources: ['pos'] }],
          measures: [
            { measure: 'lastOrderAt', of: 'order', fold: 'latest', field: 'at' },
            { measure: 'orders', of: 'order', fold: 'count' },
            { measure: 'points', of: 'order', fold: 'sum', field: 'points' },
            { measure: 'spend', of: 'order', fold: 'money', field: 'total' },
          ],
        },
      },
    });
  });

  test('gives the same text whatever the order of files and lines', () => {
    const count = '  orders: { of: order, fold: count }\n';
    const view = VIEW.replace(count, '').replace('measures:\n', `measures:\n${count}`);
    expect(view).not.toBe(VIEW);
    const [one, other] = [compile(), compile({ view })];
    expect(one.ok && other.ok).toBe(true);
    expect(canonicalJson(other)).toBe(canonicalJson(one));
  });

  test.each([
    ['CN', 'Asia/Shanghai', 'CNY'],
    ['HK', 'Asia/Hong_Kong', 'HKD'],
    ['MO', 'Asia/Macau', 'MOP'],
    ['SG', 'Asia/Singapore', 'SGD'],
  ])('region %s brings zone %s and currency %s', (region, timeZone, currency) => {
    const compiled = compile({ pos: POS.replace('region: HK', `region: ${region}`) });
    expect(compiled).toMatchObject({ value: { sources: { pos: { timeZone, currency } } } });
  });

  test('what is stated stands', () => {
    const pos = POS.replace(
      'region: HK',
      'region: HK\ntimeZone: UTC\ncurrency: USD\ngeneration: 3\nposition: change-sequence\nparty: 2nd\nmayCreateCustomer: false',
    );
    expect(compile({ pos })).toMatchObject({
      value: {
        sources: {
          pos: {
            timeZone: 'UTC',
            currency: 'USD',
            generation: 3,
            position: 'change-sequence',
            party: '2nd',
            mayCreateCustomer: false,
            tables: {
              receipt: { fields: { at: { zone: 'UTC' }, total: { currency: { value: 'USD' } } } },
            },
          },
        },
      },
    });
  });
});

describe('fields, survivorship and windows', () => {
  const FIELDS = `fields:
  name: { label: { zh: 姓名, en: Name } }
`;

  test('of the catalogue are compiled, and a table that vouches for a field is named', () => {
    const pos = POS.replace(
      '{ column: nm, type: text }',
      '{ column: nm, type: text, verified: true, normalise: upper }',
    );
    const view = VIEW.replace('{ sources: [pos] }', '{ sources: [pos], rule: verified-first }');
    const compiled = compile({ pos, view, more: { 'fields.yaml': FIELDS } });
    expect(compiled.ok && compiled.value.fields).toEqual({
      name: { label: { zh: '姓名', en: 'Name' } },
    });
    expect(compiled.ok && compiled.value.view.profile).toEqual([
      { field: 'name', sources: ['pos'], rule: 'verified-first', verifiedIn: ['pos.buyer'] },
    ]);
  });

  test.each<[string, Folder, string]>([
    [
      'a label of nothing',
      { more: { 'fields.yaml': FIELDS.replace('name:', 'nmae:') } },
      'fields.yaml:2 fields.nmae: is the name of no field, profile field or measure; correct the name or remove it.',
    ],
    [
      'a class beside the policy, whether or not it says the same',
      { more: { 'fields.yaml': FIELDS.replace('{ label', '{ class: direct, label') } },
      'fields.yaml:2 fields.name.class: is not known here; remove it. A field has a label; its class stands in policies/access.yaml, under fields.',
    ],
    [
      'a rule that nobody vouches for',
      { view: VIEW.replace('{ sources: [pos] }', '{ sources: [pos], rule: verified-first }') },
      'views/customer-360.yaml:2 profile.name.rule: is verified-first, but none of its sources vouches for "name"; add verified: true to the field of one, or choose another rule.',
    ],
    [
      'windows in disorder',
      { view: VIEW.replace('fold: count }', 'fold: count, windows: [90, 30] }') },
      'views/customer-360.yaml:7 measures.orders.windows: must name each number of days once, the smallest first.',
    ],
    [
      'windows over facts without a time',
      {
        pos: POS.replace('      at: { column: sold_at, type: time }\n', ''),
        view: VIEW.replace('fold: count }', 'fold: count, windows: [30] }').replace(
          / {2}lastOrderAt.*\n/,
          '',
        ),
      },
      'views/customer-360.yaml:6 measures.orders.windows: table pos.receipt is mapped as "order" without a field "at" of type time; map one there.',
    ],
    [
      'a field of a known fact in another type',
      {
        pos: POS.replace(
          'total: { column: amt, type: money }',
          'total: { column: amt, type: text }',
        ),
      },
      'sources/pos.yaml:12 tables.receipt.fields.total.type: must be money: in every order, "total" means "Order total"; correct the type or give the field another name.',
    ],
  ])('%s', (_, folder, problem) => {
    expect(problems(folder)).toContain(problem);
  });
});

describe('data-quality rules', () => {
  const withRule = (rule: string) => ({
    pos: POS.replace(
      '    fields:\n      name:',
      `    quality:\n      - ${rule}\n    fields:\n      name:`,
    ),
  });

  test.each([
    ['{ rule: name-missing, column: nm, check: required, severity: warn }', []],
    [
      '{ rule: a, column: nm, check: required, severity: fix }',
      [
        'severity: is fix without a remedy; add fix: clear, upper, lower, digits, single-space or { value: <text> }.',
      ],
    ],
    [
      '{ rule: a, column: nm, check: required, severity: warn, fix: upper }',
      ['fix: has an effect with severity: fix only; remove it or change the severity.'],
    ],
    [
      '{ rule: a, column: id, check: length, max: 3, severity: fix, fix: upper }',
      ['column: is part of the primary key, which cannot be changed; use warn or quarantine.'],
    ],
    [
      '{ rule: a, column: nm, check: length, severity: warn }',
      ['check: has no bounds; add min, max or both.'],
    ],
    [
      '{ rule: a, column: nm, check: number, min: 3, max: 2, severity: warn }',
      ['min: is above max, so every value breaks the rule; exchange the two.'],
    ],
    [
      "{ rule: a, column: nm, check: pattern, pattern: '(', severity: warn }",
      ['pattern: must be a regular expression; check brackets and backslashes.'],
    ],
    [
      '{ rule: a, column: nm, check: unique, severity: warn }',
      ['check: must be one of: required, pattern, one-of, length, number, date.'],
    ],
  ])('%s', (rule, expected) => {
    expect(problems(withRule(rule))).toEqual(
      expected.map((text) => `sources/pos.yaml:19 tables.buyer.quality.0.${text}`),
    );
  });

  test('of one table need names of their own', () => {
    const one = '{ rule: a, column: nm, check: required, severity: warn }';
    expect(problems(withRule(`${one}\n      - ${one}`))).toEqual([
      'sources/pos.yaml:20 tables.buyer.quality.1.rule: "a" is the name of another rule of this table; the report could not tell them apart, so choose another.',
    ]);
  });
});

describe('mistakes in the text', () => {
  test.each<[string, Folder, string]>([
    [
      'an unknown key',
      { pos: POS.replace('kind: fact', 'kind: fact\n    evidnce: false') },
      'sources/pos.yaml:8 tables.receipt.evidnce: is not known here; remove it or use one of: key, kind, as, evidence, identifiers, fields, match, file, retention, quality.',
    ],
    [
      'an unknown region',
      { pos: POS.replace('HK', 'TW') },
      'sources/pos.yaml:3 region: must be one of: CN, HK, MO, SG.',
    ],
    [
      'an unknown field type',
      { pos: POS.replace('type: integer', 'type: int') },
      'sources/pos.yaml:14 tables.receipt.fields.points.type: must be one of: text, integer, boolean, date, time, money, code.',
    ],
    [
      'a table without key',
      { pos: POS.replace('    key: [id]\n', '') },
      'sources/pos.yaml:15 tables.buyer.key: is missing; add it as a list.',
    ],
    [
      'a key that is no list',
      { pos: POS.replace('[id]', 'id') },
      'sources/pos.yaml:16 tables.buyer.key: must be a list.',
    ],
    [
      'a key without columns',
      { pos: POS.replace('[id]', '[]') },
      'sources/pos.yaml:16 tables.buyer.key: must name at least one primary key column.',
    ],
    [
      'a key column twice',
      { pos: POS.replace('[id]', '[id, id]') },
      'sources/pos.yaml:16 tables.buyer.key: must name each column once.',
    ],
    [
      'a key column that reaches for a prototype',
      { pos: POS.replace('[id]', '[__proto__]') },
      'sources/pos.yaml:16 tables.buyer.key.0: must be the name of a column.',
    ],
    [
      'a table twice',
      { pos: `${POS}  buyer: { key: [id], kind: party }\n` },
      'sources/pos.yaml:20 The key on this line is written twice; keep one of the two.',
    ],
    [
      'text that is no YAML',
      { pos: 'source: [pos' },
      'sources/pos.yaml:1 This is not YAML (Flow sequence in block collection must be sufficiently indented and end with a ]); correct the line.',
    ],
    [
      'text that is no YAML, followed by more that is misread for it',
      { pos: 'source: pos\n\u0009engine: postgresql\n region: HK\n  brand: x: y\n' },
      'sources/pos.yaml:2 This is not YAML (Tabs are not allowed as indentation); correct the line.',
    ],
    [
      'an empty file',
      { view: '' },
      'views/customer-360.yaml:1 must be a block of keys and values.',
    ],
    [
      'a number where text belongs',
      { identity: IDENTITY.replace("'88888888'", '88888888') },
      'identity.yaml:2 namespaces.card.blocked.0: must be text; put the value in quotes.',
    ],
    [
      'a missing cap',
      { identity: IDENTITY.replace(', cap: 25', '') },
      'identity.yaml:3 namespaces.phone.cap: is missing; add it as a number.',
    ],
    [
      'a limit of none',
      { identity: IDENTITY.replace('limit: 1', 'limit: 0') },
      'identity.yaml:2 namespaces.card.limit: must be a whole number from 1 to 1000.',
    ],
    [
      'a generation of none',
      { pos: POS.replace('region: HK', 'region: HK\ngeneration: 0') },
      'sources/pos.yaml:4 generation: must be a whole number from 1 to 9999.',
    ],
    [
      'an unknown time zone',
      { pos: POS.replace('region: HK', 'region: HK\ntimeZone: Asia/Kowloon') },
      'sources/pos.yaml:4 timeZone: must be an IANA time zone such as Asia/Hong_Kong.',
    ],
    [
      'an unknown currency',
      { pos: POS.replace('region: HK', 'region: HK\ncurrency: RMB') },
      'sources/pos.yaml:4 currency: must be an ISO 4217 currency code such as HKD.',
    ],
    [
      'a currency of no shape',
      { pos: POS.replace('type: money', 'type: money, currency: HKD') },
      'sources/pos.yaml:12 tables.receipt.fields.total.currency: must be { column: <name> } or { value: <ISO 4217 code> }.',
    ],
    [
      'a table with a schema in its name',
      { pos: POS.replace('buyer:', 'public.buyer:') },
      'sources/pos.yaml:15 tables.public.buyer: is no possible name here; it must be a table name: letters, digits, _, $ or -, without schema.',
    ],
    [
      'an unknown fold',
      { view: VIEW.replace('fold: sum', 'fold: total') },
      'views/customer-360.yaml:6 measures.points.fold: must be one of: count, sum, money, latest, earliest, average, preferred, expiring, expired, repurchase, stage, rfm.',
    ],
    [
      'a view as a list',
      { view: 'profile: []\n' },
      'views/customer-360.yaml:1 profile: must be a block of names and values.',
    ],
  ])('%s', (_, folder, problem) => {
    expect(problems(folder)).toEqual([problem]);
  });
});

describe('mistakes between files', () => {
  test.each<[string, Folder, string]>([
    [
      'an unknown namespace',
      { pos: POS.replace('namespace: card', 'namespace: cart') },
      'sources/pos.yaml:10 tables.receipt.identifiers.0.namespace: "cart" is no namespace; add it to identity.yaml or use one of: card, phone.',
    ],
    [
      'a region for a card',
      {
        pos: POS.replace(
          'column: card_no',
          'column: card_no, region: { column: m, map: { A: CN } }',
        ),
      },
      'sources/pos.yaml:10 tables.receipt.identifiers.0.region: has an effect on phone numbers only; remove it.',
    ],
    [
      'a fact of nobody',
      { pos: POS.replace(/ {4}identifiers:\n.*\n/, '') },
      'sources/pos.yaml:5 tables.receipt: refers to no customer; add an identifier or make it kind: reference.',
    ],
    [
      'fields of a reference table',
      {
        pos: POS.replace('kind: party', 'kind: reference'),
        view: VIEW.replace(/profile:\n.*\n/, ''),
      },
      'sources/pos.yaml:18 tables.buyer.fields: has no effect in a reference table; remove it.',
    ],
    [
      'a retention of facts',
      { pos: POS.replace('kind: fact', 'kind: fact\n    retention: { days: 90, received: at }') },
      'sources/pos.yaml:8 tables.receipt.retention: has an effect in event tables only; remove it.',
    ],
    [
      'a source in two files',
      { more: { 'sources/till.yaml': POS } },
      'sources/till.yaml:1 source: is defined in sources/pos.yaml already; choose another id or join the files.',
    ],
    [
      'a priority twice',
      { identity: IDENTITY.replace('priority: 2', 'priority: 1') },
      'identity.yaml:3 namespaces.phone.priority: is 1 like that of card; give every namespace a priority of its own (2 is free).',
    ],
    [
      'a limit that gives way to its own namespace',
      { identity: IDENTITY.replace('limit: 1', 'limit: 1, yieldsTo: [card]') },
      'identity.yaml:2 namespaces.card.yieldsTo.0: must be another namespace of this file.',
    ],
    [
      'what no limit can give way to',
      { identity: IDENTITY.replace('limit: 1', 'yieldsTo: [phone]') },
      'identity.yaml:2 namespaces.card.yieldsTo: needs a limit that can give way.',
    ],
    [
      'a value that nobody can bear out',
      { identity: IDENTITY.replace('limit: 1', 'limit: 1, corroboratedBy: [nobody]') },
      'identity.yaml:2 namespaces.card.corroboratedBy.0: must be another namespace of this file.',
    ],
    [
      'a blocked value that would never match',
      { identity: IDENTITY.replace('88888888', 'vip-8') },
      'identity.yaml:2 namespaces.card.blocked.0: would never match; write it in its normal form, "VIP8".',
    ],
    [
      'a blocked phone without country code',
      { identity: IDENTITY.replace('cap: 25', "cap: 25, blocked: ['13800138000']") },
      'identity.yaml:3 namespaces.phone.blocked.0: would never match; write the number with + and its country code, in quotes.',
    ],
    [
      'an unknown source in the view',
      { view: VIEW.replace('[pos]', '[pos, till]') },
      'views/customer-360.yaml:2 profile.name.sources.1: "till" is no source; use one of: pos.',
    ],
    [
      'a profile field that the source does not map',
      { view: VIEW.replace('name:', 'city:') },
      'views/customer-360.yaml:2 profile.city.sources.0: no party table of "pos" maps a field "city"; map it there or remove the source here.',
    ],
    [
      'a measure of unknown facts',
      { view: VIEW.replace('of: order, fold: count', 'of: orders, fold: count') },
      'views/customer-360.yaml:7 measures.orders: no fact or event table is mapped as "orders"; correct the name or add "as: orders" to a table.',
    ],
    [
      'a measure of an unknown field',
      { view: VIEW.replace('field: points', 'field: bonus') },
      'views/customer-360.yaml:6 measures.points: table pos.receipt is mapped as "order" without a field "bonus" of type integer; map one there.',
    ],
    [
      'a sum of money',
      { view: VIEW.replace('field: points', 'field: total') },
      'views/customer-360.yaml:6 measures.points: table pos.receipt is mapped as "order" without a field "total" of type integer; map one there.',
    ],
    [
      'subtracting unknown facts',
      { view: VIEW.replace('field: total', 'field: total, minus: { of: return, field: total }') },
      'views/customer-360.yaml:4 measures.spend: no fact or event table is mapped as "return"; correct the name or add "as: return" to a table.',
    ],
    [
      'a file of no meaning',
      { more: { 'audiences/vip.yaml': 'a: 1' } },
      'audiences/vip.yaml:1 This file has no meaning here; definitions are sources/*.yaml, identity.yaml, models/*.json, fields.yaml, views/customer-360.yaml and policies/access.yaml.',
    ],
  ])('%s', (_, folder, problem) => {
    expect(problems(folder)).toEqual([problem]);
  });

  test('an empty folder says what is missing', () => {
    const compiled = compileDefinitions([]);
    expect(compiled.ok ? [] : compiled.error.map(formatProblem)).toEqual([
      'identity.yaml:1 The file is missing; add it with its namespaces.',
      'sources/:1 There is no source; add a file sources/<source>.yaml.',
      'views/customer-360.yaml:1 The file is missing; add it with profile and measures.',
    ]);
  });

  test('several mistakes are told together, by file and line', () => {
    const found = problems({
      pos: POS.replace('region: HK', 'region: TW').replace('[id]', '[]'),
      identity: IDENTITY.replace('cap: 25', 'cap: many'),
    });
    expect(found.map((problem) => problem.split(' ')[0])).toEqual([
      'identity.yaml:3',
      'sources/pos.yaml:3',
      'sources/pos.yaml:16',
    ]);
  });
});
