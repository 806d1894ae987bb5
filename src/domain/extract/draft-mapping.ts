/**
 * Draft of a mapping, guessed from the names of columns and the values in them, for a person to correct.
 * @module
 */
import type { RawRecord } from './extract-row.ts';

/** A file's header and some of its records. */
export interface Sample {
  readonly file: string;
  readonly records: readonly RawRecord[];
}

/** Column names by role, as they read without case and separators. The first that fits counts. */
const NAMES: readonly (readonly [string, RegExp])[] = [
  ['name.given', /^(?:first|given|fore)name$|^fname$|namefirst$|^givennames?$/],
  ['name.family', /^(?:last|family|sur)name$|^lname$|namelast$/],
  [
    'name',
    /^(?:full|real|customer|member|contact|person|primary|display)?name(?:full)?$|^姓名$|^xingming$/,
  ],
  ['birth-date', /^dob$|birth(?!place)|^生日$|^出生/],
  ['gender', /^(?:gender|sex)$|^性别$/],
  ['email', /e?mail/],
  ['phone', /phone|mobile|^tel$|cell|telephone|^手机/],
  ['address.postcode', /post(?:al)?code|zip|postcode/],
  ['address.number', /^(?:street|house)(?:number|no)$/],
  ['address.city', /city|town|suburb|birthplace|^城市$/],
  ['address.state', /^(?:addr)?(?:state|province|county|region)$|^省份?$/],
  [
    'address',
    /^(?:home|street|mailing|postal)?addr(?:ess)?(?:line)?1?(?:full)?$|^street(?:name)?$|addrfull|addrline1|^地址$/,
  ],
  ['text.company', /company|employer|organi[sz]ation|nameorg$/],
  ['text.occupation', /occupation|^job|profession/],
  ['account.openid per source', /openid/],
  ['account.device', /device|cookie|idfa|gaid/],
  ['account.login', /^(?:login|username|userid|account(?:id|no)?)$/],
  ['id.unionid', /unionid/],
  ['id.card', /(?:member|loyalty|vip)?card(?:no|number|id)?$|^memberno$/],
  ['id.passport', /passport(?:no|number)?$/],
  ['id.ssn', /ssn|socsec|socialsecurity|taxid|^身份证/],
  ['id.national', /nationalid(?:no|number)?$/],
  ['id.licence', /driv.*licen[cs]e(?:no|number)?$/],
];

const KEY = /^(?:id|pk|key|uniqueid|recid|recordid|rowid)$/;
const SOURCE = /^(?:data)?source$|^datasource$|^system$/;
const DAY_FIRST = /^(?:1[3-9]|2\d|3[01])[-/. ]\d{1,2}[-/. ]\d{2,4}/;
const MAINLAND_PHONE = /^1[3-9]\d{9}$/;

/** A draft as YAML, with what could not be told as comments. */
export const draftMapping = ({ file, records }: Sample): string => {
  const columns = Object.keys(records[0] ?? {});
  const source = columns.find((column) => SOURCE.test(plain(column)));
  const key = columns.find((column) => KEY.test(plain(column))) ?? uniqueColumn(columns, records);
  const open = columns.filter((column) => column !== source && column !== key);
  const guessed = guessRoles(open);
  const share = (role: string, pattern: RegExp) => shareOf(records, guessed, role, pattern);
  const isMainland = share('phone', MAINLAND_PHONE) > 0.3;
  return [
    '# What the columns mean. Roles: name, name.given, name.family, birth-date, gender, phone, email, address,',
    '# address.number, address.city, address.state, address.postcode; id.<name> for a number that one person has once,',
    '# account.<name> for logins and devices, text.<name> for any other word. See docs/how-to/resolve-an-extract.md.',
    '# region is the country of phone numbers without country code: CN, HK, MO or SG.',
    ...(isMainland ? ['region: CN'] : []),
    `dates: ${share('birth-date', DAY_FIRST) > 0 ? 'day-first' : 'month-first'}`,
    'sources:',
    `  - files: [${quoted(file)}]`,
    ...(source === undefined ? [] : [`    source: { column: ${quoted(source)} }`]),
    `    key: [${key === undefined ? '' : quoted(key)}]${key === undefined ? '   # none found: the number of the record' : ''}`,
    '    columns:',
    ...open.map((column) => columnLine(column, guessed.get(column))),
    '',
  ].join('\n');
};

/** Share of the values of a role's column that look like this. */
const shareOf = (
  records: readonly RawRecord[],
  roles: ReadonlyMap<string, string>,
  role: string,
  pattern: RegExp,
): number => {
  const column = [...roles].find(([, found]) => found === role)?.[0] ?? '';
  const values = records.map((record) => record[column] ?? '').filter((text) => text !== '');
  return values.filter((text) => pattern.test(text.trim())).length / Math.max(1, values.length);
};

/** Each role once, but for addresses in several columns. */
const guessRoles = (columns: readonly string[]): ReadonlyMap<string, string> => {
  const taken = new Set<string>();
  const roles = new Map<string, string>();
  for (const column of columns) {
    const role = NAMES.find(([, pattern]) => pattern.test(plain(column)))?.[0];
    if (role === undefined || (taken.has(role) && role !== 'address')) continue;
    taken.add(role);
    roles.set(column, role);
  }
  return roles;
};

const columnLine = (column: string, role: string | undefined): string =>
  role === undefined ? `      # ${quoted(column)}: not used` : `      ${quoted(column)}: ${role}`;

const plain = (column: string): string => column.toLowerCase().replace(/[\s_.-]/g, '');

const quoted = (text: string): string =>
  /^[A-Za-z][\w.-]*$/.test(text) ? text : JSON.stringify(text);

const uniqueColumn = (
  columns: readonly string[],
  records: readonly RawRecord[],
): string | undefined =>
  columns.find((column) => {
    const values = records.map((record) => record[column] ?? '');
    return (
      /(?:id|key|pk|no|number)$/.test(plain(column)) &&
      new Set(values).size === values.length &&
      !values.includes('')
    );
  });
