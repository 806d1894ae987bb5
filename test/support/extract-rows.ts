/**
 * Rows of an extract for tests: people who are written in several ways, with slips, missing values and shared phones.
 */
import { readMapping, readRules } from '#domain/extract/extract-definition.ts';
import { type ExtractRow, readRow } from '#domain/extract/extract-row.ts';
import type { Random } from '#domain/shared/clock.ts';
import type { Result } from '#domain/shared/result.ts';

const checked = <Value>(result: Result<Value, unknown>): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** A folder of two systems, with keys from broad to precise and caps that a small file crosses. */
export const EXTRACT = {
  definition: checked(
    readMapping({
      path: 'extract.yaml',
      text: `region: CN
dates: day-first
sources:
  - source: { column: system }
    key: [id]
    columns: { name: name, mobile: phone, born: birth-date, mail: email, town: address.city, card: id.card, login: account.login per source }
`,
    }),
  ),
  rules: checked(
    readRules({
      path: 'rules.yaml',
      text: `link: 0
review: -2
uncorroborated: 4
coherence: 2
cap: { identifier: 4, key: 6 }
blocked: { phone: ['+8613800138000'] }
keys: [[names], [name, birth-date], [birth-month-day], [name, city], [phone], [email], [id-tail, name]]
`,
    }),
  ),
};

const NAMES = [
  '张伟',
  '張偉',
  '王小明',
  '王晓明',
  '李静',
  'Zhang Wei',
  'Robert Smith',
  'Bob Smyth',
];
const DATES = ['17/05/1990', '18/05/1990', '1985-03-02', '24/06/1971', '1900-01-01', ''];
const PHONES = ['13912345678', '13912345679', '13800138000', '0755-1234567', ''];

/** Draws a file of so many rows. */
export const drawExtract = (random: Random, size: number): readonly ExtractRow[] => {
  const pick = (texts: readonly string[]): string =>
    texts[Math.floor(random() * texts.length)] ?? '';
  const [mapping] = EXTRACT.definition.mappings;
  if (mapping === undefined) throw new Error('no mapping');
  return Array.from({ length: size }, (_, index) => {
    const record = {
      system: pick(['crm', 'web.shop']),
      id: `${index}.${index % 7}`,
      name: pick(NAMES),
      mobile: random() < 0.4 ? `139${10_000_000 + Math.floor(random() * size)}` : pick(PHONES),
      born: pick(DATES),
      mail: random() < 0.4 ? `a${Math.floor(random() * size)}@x.com` : '',
      town: pick(['Shenzhen', '深圳', 'Hong Kong', '']),
      card: random() < 0.3 ? `m-10${Math.floor(random() * size)}` : '',
      login: random() < 0.3 ? `u${Math.floor((random() * size) / 2)}` : '',
    };
    const place = { file: 'f.csv', record: index + 1 };
    const row = readRow(record, mapping, EXTRACT.definition, place);
    if (row === undefined) throw new Error('no row');
    return row;
  });
};
