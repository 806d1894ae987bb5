/** Phone numbers of several regions in one extract: who shares eight digits across a border is nobody's double. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { readExtractFolder } from '../../../tools/resolve/read-definitions.ts';
import { readExtract } from '../../../tools/resolve/read-extract.ts';
import { startEngine } from '../../../tools/resolve/resolve-engine.ts';
import { resolveInMemory, resolveRows } from '../../../tools/resolve/resolve-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'resolve-regions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Record = Readonly<{ [column: string]: string | number }>;

const write = (name: string, records: readonly Record[]): string => {
  const header = Object.keys(records[0] ?? {});
  const lines = records.map((record) => header.map((column) => record[column]).join(','));
  writeFileSync(join(folder, name), [header.join(','), ...lines, ''].join('\n'));
  return join(folder, name);
};

const PEOPLE = 60;
const STRANGERS = 8;
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

const SURNAMES = '陈林黄张李王吴刘蔡杨';
const GIVEN = '伟芳娜敏静丽强磊洋勇';
const nameOf = (at: number): string =>
  `${SURNAMES[at % 10]}${GIVEN[(at * 3 + 1) % 10]}${GIVEN[Math.floor(at / 7) % 10]}`;

/** A mobile number of Hong Kong and of Singapore. */
const phoneOf = (at: number): string => String(91_200_000 + at * 977);

const rowsOf = (market: string, count: number, { named }: { readonly named: boolean }) =>
  numbers(count).map((at) => ({
    id: at + 1,
    name: named ? nameOf(at) : '',
    tel: phoneOf(at),
    sex: 'F',
    market,
  }));

const FILES = {
  hk: write('hk.csv', rowsOf('Hong Kong', PEOPLE, { named: true })),
  hk2: write('hk2.csv', rowsOf('Hong Kong', PEOPLE, { named: true })),
  sg: write('sg.csv', rowsOf('Singapore', STRANGERS, { named: false })),
};

const COLUMNS = 'columns: { name: name, tel: phone, sex: gender }';

const resolve = async (mapping: string, files: readonly string[]) => {
  writeFileSync(join(folder, 'extract.yaml'), mapping);
  const definitions = readExtractFolder(folder);
  const rows = await readExtract(definitions.definition, files);
  const engine = await startEngine('memory');
  const resolved = await resolveRows(definitions, rows, engine, () => undefined);
  expect(sorted(resolved.groups)).toEqual(sorted(resolveInMemory(definitions, rows).groups));
  return sorted(resolved.groups);
};

const sorted = (groups: readonly (readonly UnitKey[])[]): readonly string[] =>
  groups.map((units) => units.map((unit) => unit.split('.row.')[0]).join(' ')).sort();

const PAIRS_AND_STRANGERS = [
  ...numbers(PEOPLE).map(() => 'hk%2Ecsv hk2%2Ecsv'),
  ...numbers(STRANGERS).map(() => 'sg%2Ecsv'),
];

describe('strangers of two regions with the same eight digits', () => {
  const all = Object.values(FILES);

  test.each([
    [
      'a region for each source',
      `sources:
  - { files: ['hk*.csv'], region: HK, key: [id], ${COLUMNS} }
  - { files: [sg.csv], region: SG, key: [id], ${COLUMNS} }
`,
    ],
    [
      'a region of one source, and one for the others',
      `region: HK
sources:
  - { files: [sg.csv], region: SG, key: [id], ${COLUMNS} }
  - { key: [id], ${COLUMNS} }
`,
    ],
    [
      'a column of the region',
      `sources:
  - key: [id]
    region: { column: market, map: { hong kong: HK, Singapore: SG } }
    ${COLUMNS}
`,
    ],
    ['no region', `sources:\n  - { key: [id], ${COLUMNS} }\n`],
    [
      'a region of one of two sources',
      `sources:
  - { files: ['hk*.csv'], region: HK, key: [id], ${COLUMNS} }
  - { files: [sg.csv], key: [id], ${COLUMNS} }
`,
    ],
  ])('stay two under %s', async (_, mapping) => {
    expect(await resolve(mapping, all)).toEqual(PAIRS_AND_STRANGERS);
  });

  test('stay two within one source without region', async () => {
    const mixed = write('mixed.csv', [
      ...rowsOf('', PEOPLE, { named: true }),
      ...rowsOf('', STRANGERS, { named: false }).map((row) => ({ ...row, id: `s${row.id}` })),
    ]);
    const groups = await resolve(`sources:\n  - { key: [id], ${COLUMNS} }\n`, [FILES.hk, mixed]);
    expect(groups).toEqual([
      ...numbers(PEOPLE).map(() => 'hk%2Ecsv mixed%2Ecsv'),
      ...numbers(STRANGERS).map(() => 'mixed%2Ecsv'),
    ]);
  });
});

test('numbers of one region are one number, however they are written', async () => {
  const full = write(
    'full.csv',
    numbers(STRANGERS).map((at) => ({ id: at, tel: `+65 ${phoneOf(at)}` })),
  );
  const mapping = `sources:
  - { files: [sg.csv], region: SG, key: [id], columns: { tel: phone } }
  - { key: [id], columns: { tel: phone } }
`;
  expect(await resolve(mapping, [FILES.sg, full])).toEqual(
    numbers(STRANGERS).map(() => 'full%2Ecsv sg%2Ecsv'),
  );
});

test.each([
  ['region: { column: markt }', 'tel: phone'],
  ['region: HK', 'tel: account.phone-app per markt'],
])('a column that is not there is refused: %s, %s', async (region, column) => {
  const mapping = `sources:\n  - { key: [id], ${region}, columns: { ${column} } }\n`;
  await expect(resolve(mapping, [FILES.hk])).rejects.toThrow('hk.csv:1 has no column markt');
});

test('one openid under two apps is two accounts', async () => {
  const apps = write(
    'apps.csv',
    numbers(20).map((at) => ({
      id: at,
      app: at < 15 ? 'wx1' : 'wx2',
      openid: `o${at % 15}`,
    })),
  );
  const accounts = (role: string) => `sources:\n  - { key: [id], columns: { openid: ${role} } }\n`;
  expect(await resolve(accounts('account.openid'), [apps])).toHaveLength(15);
  expect(await resolve(accounts('account.openid per app'), [apps])).toHaveLength(20);
});
