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

/**
 * Column names by role, as they read without case and separators, in English and in Chinese of both scripts. The first that
 * fits counts.
 */
const NAMES: readonly (readonly [string, RegExp])[] = [
  ['name.given', /^(?:first|given|fore)name$|^fname$|namefirst$|^givennames?$|^名$/],
  ['name.family', /^(?:last|family|sur)name$|^lname$|namelast$|^姓氏?$/],
  [
    'name',
    /^(?:full|real|customer|member|contact|person|primary|display)?name(?:full)?$|^xingming$|(?:姓名|名字)$|^(?:客[户戶]|[顾顧]客)名[称稱]?$|^(?:[联聯][系繫]|收[货貨件])人$/,
  ],
  ['birth-date', /^dob$|birth(?!place)|生日(?:期)?$|^出生(?:日期|年月日?|日)?$/],
  ['gender', /^(?:gender|sex)$|性[别別]$/],
  ['email', /e?mail|[邮郵]箱|[电電]子[邮郵]件|[电電][邮郵]$/],
  [
    'phone',
    /phone|mobile|^tel$|cell|telephone|^(?!.*[区區](?:[号號]|[码碼])).*(?:手[机機]|[电電][话話])|^[联聯][系繫]方式$/,
  ],
  ['address.postcode', /post(?:al)?code|zip|postcode|[邮郵](?:政)?[编編]/],
  ['address.number', /^(?:street|house)(?:number|no)$|^[门門]牌[号號]?$/],
  ['address.city', /city|town|suburb|birthplace|^(?:所在)?城?市$|^(?:所在)城市$/],
  ['address.state', /^(?:addr)?(?:state|province|county|region)$|^(?:所在)?省份?$/],
  [
    'address',
    /^(?:home|street|mailing|postal)?addr(?:ess)?(?:line)?1?(?:full)?$|^street(?:name)?$|addrfull|addrline1|(?:地|住)址$/,
  ],
  ['text.company', /company|employer|organi[sz]ation|nameorg$|公司|(?:工作)?[单單]位/],
  ['text.occupation', /occupation|^job|profession|[职職][业業]|[职職][务務]/],
  ['account.openid per source', /openid/],
  ['account.device', /device|cookie|idfa|gaid|[设設][备備]/],
  [
    'account.login',
    /^(?:login|username|userid|account(?:id|no)?)$|^(?:登[录錄]|用[户戶])名$|^[账帳賬][号號]$/,
  ],
  ['id.unionid', /unionid/],
  [
    'id.id-card',
    /^(?:id|identity)card(?:no|number)?$|^hkid(?:no|number)?$|^nric(?:no|number)?$|身[份分][证證]|^[证證]件[号號]/,
  ],
  [
    'id.card',
    /(?:member|loyalty|vip)?card(?:no|number|id)?$|^memberno$|^(?:[会會][员員]|[贵貴][宾賓]|[积積]分|vip)?卡[号號]$/,
  ],
  ['id.passport', /passport(?:no|number)?$|[护護]照/],
  ['id.ssn', /ssn|socsec|socialsecurity|taxid/],
  ['id.national', /nationalid(?:no|number)?$/],
  ['id.licence', /driv.*licen[cs]e(?:no|number)?$|[驾駕](?:驶|駛)?[证證照]/],
];

/** Roles that several columns may have: an address is all of them, of phones the first that is filled counts. */
const SEVERAL: ReadonlySet<string | undefined> = new Set(['address', 'phone']);

/** Numbers that one system gives its own rows as often as a person bears them. */
const KEY_ROLES: ReadonlySet<string | undefined> = new Set([undefined, 'id.card', 'account.login']);

const KEY =
  /^(?:id|pk|key|uniqueid|recid|recordid|rowid|主[键鍵]|序[号號]|(?:客[户戶]|[会會][员員]|[顾顧]客|用[户戶])?[编編][号號])$/;
const KEY_ENDING = /(?:id|key|pk|no|number|[编編][号號]|[号號][码碼]?)$/;
const APP = /^(?:wx|wechat|微信|小程序)?appid$/;
const HOME = /home|house|land|fax|家|住宅|座[机機]|固[定话話]/;
const REGION = /^(?:market|region|country|countrycode|site|市[场場]|地[区區]|[国國]家)$/;
const REGION_CODE = /^(?:CN|HK|MO|SG)$/i;
const SOURCE = /^(?:data)?source$|^datasource$|^system$/;
const DAY_FIRST = /^(?:1[3-9]|2\d|3[01])[-/. ]\d{1,2}[-/. ]\d{2,4}/;
const MAINLAND_PHONE = /^1[3-9]\d{9}$/;

/** A draft as YAML, with what could not be told as comments. */
export const draftMapping = ({ file, records }: Sample): string => {
  // An object leaves out what it does not have.
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const source = columns.find((column) => SOURCE.test(plain(column)));
  const region = columns.find((column) => saysRegion(column, records));
  const key = keyColumn(columns, records);
  const open = columns.filter((column) => ![source, region, key].includes(column));
  const guessed = guessRoles(open);
  const share = (role: string, pattern: RegExp) => shareOf(records, guessed, role, pattern);
  const isMainland = share('phone', MAINLAND_PHONE) > 0.3;
  return [
    ...HEAD,
    ...(isMainland ? ['region: CN'] : []),
    `dates: ${share('birth-date', DAY_FIRST) > 0 ? 'day-first' : 'month-first'}`,
    'sources:',
    `  - files: [${quoted(file)}]`,
    ...(source === undefined ? [] : [`    source: { column: ${quoted(source)} }`]),
    ...(region === undefined ? [] : [`    region: { column: ${quoted(region)} }`]),
    `    key: [${key === undefined ? '' : quoted(key)}]${key === undefined ? '   # none found: the number of the record' : ''}`,
    '    columns:',
    ...columnLines(open, guessed),
    '',
  ].join('\n');
};

const HEAD: readonly string[] = [
  '# What the columns mean. Roles: name, name.given, name.family, birth-date, gender, phone, email, address,',
  '# address.number, address.city, address.state, address.postcode; id.<name> for a number that one person has once,',
  '# account.<name> for logins and devices, text.<name> for any other word. See docs/how-to/resolve-an-extract.md.',
  '# region is the country of phone numbers without country code: CN, HK, MO or SG, of all files or of an entry of',
  '# sources. Where nothing says it, a number is compared and links nobody by itself.',
];

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

/** Each role once, but for those that several columns may have. */
const guessRoles = (columns: readonly string[]): ReadonlyMap<string, string> => {
  const app = columns.find((column) => APP.test(plain(column)));
  const taken = new Set<string>();
  const roles = new Map<string, string>();
  for (const column of columns) {
    const role = roleOf(column, app);
    if (role === undefined || column === app || (taken.has(role) && !SEVERAL.has(role))) continue;
    taken.add(role);
    roles.set(column, role);
  }
  return roles;
};

const roleOf = (column: string, app: string | undefined): string | undefined => {
  const role = NAMES.find(([, pattern]) => pattern.test(plain(column)))?.[0];
  return app !== undefined && role === 'account.openid per source'
    ? `account.openid per ${app}`
    : role;
};

/** The columns in their order, but a phone at home after the others: of several the first that is filled counts. */
const columnLines = (
  columns: readonly string[],
  roles: ReadonlyMap<string, string>,
): readonly string[] => {
  const isLast = (column: string) => roles.get(column) === 'phone' && HOME.test(plain(column));
  const phones = columns.filter((column) => roles.get(column) === 'phone');
  const ordered = [...columns.filter((column) => !isLast(column)), ...columns.filter(isLast)];
  const note =
    phones.length > 1
      ? ['      # Of several columns for phone the first that is filled counts.']
      : [];
  return [...note, ...ordered.map((column) => columnLine(column, roles.get(column)))];
};

const columnLine = (column: string, role: string | undefined): string =>
  role === undefined
    ? `      # ${quoted(column)}: not used`
    : `      ${quoted(column)}: ${textOf(role)}`;

const textOf = (role: string): string => (/^[\w. -]+$/.test(role) ? role : JSON.stringify(role));

const plain = (column: string): string => column.toLowerCase().replace(/[\s_.-]/g, '');

const quoted = (text: string): string =>
  /^[A-Za-z][\w.-]*$/.test(text) ? text : JSON.stringify(text);

const valuesOf = (column: string, records: readonly RawRecord[]): readonly string[] =>
  records.map((record) => record[column] ?? '');

const saysRegion = (column: string, records: readonly RawRecord[]): boolean => {
  const said = valuesOf(column, records).filter((text) => text !== '');
  return (
    REGION.test(plain(column)) && said.length > 0 && said.every((text) => REGION_CODE.test(text))
  );
};

/** What is named like a key, else a number that no two records share and that says nothing else about a person. */
const keyColumn = (
  columns: readonly string[],
  records: readonly RawRecord[],
): string | undefined => {
  const isUnique = (column: string) => {
    const values = valuesOf(column, records);
    return new Set(values).size === values.length && !values.includes('');
  };
  return (
    columns.find((column) => KEY.test(plain(column)) && isUnique(column)) ??
    columns.find(
      (column) =>
        KEY_ENDING.test(plain(column)) &&
        KEY_ROLES.has(roleOf(column, undefined)) &&
        isUnique(column),
    )
  );
};
