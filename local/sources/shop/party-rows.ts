/**
 * Party rows: how each system describes a person, with its own names, codes and mistakes.
 * @module
 */
import type { Region } from '#domain/definitions/types.ts';
import type { Row } from '../catalogue.ts';
import type { Dice } from './dice.ts';
import type { DirtSpreader } from './dirt.ts';
import type { Person } from './people.ts';
import { DIAL_CODES, writePhone } from './phones.ts';
import { storesOf } from './stores.ts';
import { utc } from './times.ts';

/** What every row maker draws from. */
export interface RowTools {
  readonly dice: Dice;
  readonly dirt: DirtSpreader;
}

/** WeChat app ids of the two mini-programs. */
const APP_IDS = { aurora: 'wx7a1aurora0001', bloom: 'wx7b2bloom00002' } as const;

const ERP_MARKET: Readonly<Record<Region, string>> = { CN: '10', HK: '20', MO: '30', SG: '40' };
/** Markets as the CRM writes them. */
export const CRM_MARKET: Readonly<Record<Region, string>> = {
  CN: 'Mainland',
  HK: 'Hong Kong',
  MO: 'Macau',
  SG: 'Singapore',
};
const TIERS = { Classic: 60, Silver: 25, Gold: 12, Diamond: 3 } as const;
const ADVISERS = ['ADV-017', 'ADV-023', 'ADV-104', 'ADV-131', 'ADV-208'];

/** Member row of a person's card. */
export const memberRow = (tools: RowTools, person: Person, card: string, at: number): Row => {
  const reach = drawReach(tools, person, 0.6);
  return {
    card_no: card,
    name_local: person.name.local || null,
    name_latin: tools.dice.chance(0.7) ? person.name.latin : null,
    mobile: reach.phone,
    mail: reach.email,
    birthday: birthday(tools, person),
    gender: coded(tools, person, { F: 'F', M: 'M', none: 'U' }),
    tier: tools.dice.weighted(TIERS),
    home_city: tools.dice.chance(0.8) ? person.city : null,
    dial_code: DIAL_CODES[person.phone.region],
    wechat_unionid: unionid(tools, person, 0.6),
    brand_enrolled: person.brand === 'aurora' ? 'AUR' : 'BLM',
    store_enrolled: tools.dice.pick(storesOf(person.market)).code,
    enrolled_at: utc(at),
    updated_at: utc(at),
  };
};

/** Shop account of a person; in the mainland through the mini-program of the brand. */
export const accountRow = (
  tools: RowTools,
  person: Person,
  id: number,
  at: number,
  brand: Person['brand'] = person.brand,
): Row => {
  const reach = drawReach(tools, person, 0.7);
  return {
    account_id: id,
    login: `${person.name.latin.toLowerCase().replace(/[^a-z]+/g, '')}${id}`,
    brand,
    site: person.phone.region.toLowerCase(),
    ...weChatColumns(tools, person, brand),
    phone: reach.phone,
    email: reach.email,
    nickname: tools.dice.chance(0.8)
      ? `${person.name.family || 'shop'}${tools.dice.text(3)}`
      : null,
    real_name: tools.dice.chance(0.6) ? person.name.simplified || person.name.latin : null,
    sex: coded(tools, person, { F: 2, M: 1, none: 0 }),
    birth_date: birthday(tools, person),
    city: tools.dice.chance(0.5) ? person.city : null,
    is_subscribed: tools.dice.chance(0.4),
    registered_at: utc(at),
    last_login_at: utc(at),
  };
};

const weChatColumns = (tools: RowTools, person: Person, brand: Person['brand']): Row => {
  const miniProgram = person.market === 'CN' || person.unionid !== undefined;
  if (!miniProgram) return { app_id: null, openid: null, unionid: null };
  return {
    app_id: APP_IDS[brand],
    openid: `${brand === 'aurora' ? 'oA' : 'oB'}${tools.dice.text(26)}`,
    unionid: unionid(tools, person, 0.9),
  };
};

/** CRM contact of a person, as an adviser noted it. */
export const contactRow = (tools: RowTools, person: Person, no: string, at: number): Row => {
  const reach = drawReach(tools, person, 0.65);
  return {
    contact_no: no,
    display_name: displayName(tools.dice, person),
    mobile_phone: reach.phone,
    email_addr: reach.email,
    sex: coded(tools, person, { F: '女', M: '男', none: '未知' }),
    dob: birthday(tools, person),
    residence: tools.dice.chance(0.6) ? person.city : null,
    market: CRM_MARKET[person.phone.region],
    vip_code: vipCode(tools.dice, person),
    external_unionid: unionid(tools, person, 0.5),
    brand: person.brand === 'aurora' ? 'Aurora' : 'Bloom',
    adviser: tools.dice.pick(ADVISERS),
    remark: null,
    created_on: utc(at),
    modified_on: utc(at),
  };
};

/** ERP customer account of a person. */
export const customerAccountRow = (
  tools: RowTools,
  person: Person,
  code: string,
  at: number,
): Row => {
  const reach = drawReach(tools, person, 0.6);
  return {
    cust_code: code,
    cust_name: tools.dice.chance(0.5) && person.name.local ? person.name.local : upperLatin(person),
    tel: reach.phone,
    e_mail: reach.email,
    addr: tools.dice.chance(0.85) ? person.address : null,
    city: tools.dice.chance(0.7) ? person.city : null,
    market_cd: ERP_MARKET[person.phone.region],
    sex_cd: coded(tools, person, { F: '2', M: '1', none: '9' }),
    birth_dt: birthday(tools, person),
    corp: person.brand === 'aurora' ? 'AJ' : 'BJ',
    credit_limit: tools.dice.chance(0.2) ? tools.dice.int(1, 50) * 10_000 : null,
    create_dt: utc(at),
    upd_ts: utc(at),
  };
};

/** The person's phone as a party row holds it: current or former, written somehow, a placeholder, or missing. */
export const phoneText = ({ dice, dirt }: RowTools, person: Person): string | null => {
  if (dirt.hits('missingPhones')) return dice.pick([null, '', 'null']);
  if (dirt.hits('placeholderPhones')) return dice.pick(['13800138000', '00000000']);
  const former = person.formerPhone && dice.chance(0.2) ? person.formerPhone : undefined;
  return writePhone(dice, former ?? person.phone, dirt.hits('regionlessPhones'));
};

// Who leaves no usable phone leaves the e-mail address instead, when there is one.
const drawReach = (
  tools: RowTools,
  person: Person,
  emailRate: number,
): { readonly phone: string | null; readonly email: string | null } => {
  const phone = phoneText(tools, person);
  const reachable = phone !== null && /\d{5}/.test(phone.normalize('NFKC').replace(/\D|^0+/g, ''));
  return { phone, email: emailText(tools, person, reachable ? emailRate : 0.95) };
};

const emailText = ({ dice, dirt }: RowTools, person: Person, rate: number): string | null => {
  if (person.email === undefined || !dice.chance(rate)) {
    return dirt.hits('placeholderEmails')
      ? dice.pick(['test@test.com', 'noreply@example.com'])
      : null;
  }
  return dice.chance(0.1) ? person.email.toUpperCase() : person.email;
};

const birthday = ({ dirt }: RowTools, person: Person): string | null => {
  if (dirt.hits('missingBirthdays')) return null;
  if (dirt.hits('placeholderBirthdays')) return '1900-01-01';
  if (!dirt.hits('wrongBirthdays')) return person.birthDate;
  return `${person.birthDate.slice(0, 8)}${person.birthDate.endsWith('28') ? '27' : '28'}`;
};

const coded = <Code>(
  { dice, dirt }: RowTools,
  person: Person,
  codes: { readonly F: Code; readonly M: Code; readonly none: Code },
): Code | null => {
  if (!dirt.hits('missingGenders')) return codes[person.gender];
  return dice.chance(0.5) ? codes.none : null;
};

const unionid = ({ dice }: RowTools, person: Person, rate: number): string | null =>
  person.unionid !== undefined && dice.chance(rate) ? person.unionid : null;

const vipCode = (dice: Dice, person: Person): string | null => {
  if (person.card !== undefined && dice.chance(0.6)) return person.card;
  return dice.chance(0.02) ? '00000000' : null;
};

const displayName = (dice: Dice, person: Person): string => {
  const { local, family, latin } = person.name;
  if (family && dice.chance(0.25)) return `${family}${person.gender === 'F' ? '小姐' : '先生'}`;
  return local && dice.chance(0.7) ? local : latin;
};

const upperLatin = (person: Person): string => person.name.latin.toUpperCase();
