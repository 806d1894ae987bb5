/**
 * A household: Lin and a partner who share a telephone at home, each with a card, a contact and receipts of their own.
 * The records are what DMS writes; everything that names Lin is listed, to be searched for.
 */
import { dmsText } from './dms-record.ts';

/** The number that both use. */
export const SHARED_PHONE = '28881234';

/** What names Lin and nobody else. */
export const LIN = {
  card: 'LINCARD77001',
  phone: '91234567',
  email: 'lin.yuet@example.com',
  unionid: 'oLinUnionId0001',
  contact: 'LINC0001',
  name: '林月如',
  latin: 'Lam Yuet Yu',
} as const;

/** What names the partner. */
export const PARTNER = {
  card: 'PARCARD88001',
  phone: '92345678',
  email: 'partner@example.com',
  name: '李逍遙',
} as const;

/** Words that must be nowhere after Lin was erased. */
export const LIN_WORDS: readonly string[] = Object.values(LIN);

let position = 0;

/** A record with the next place in its source's log. */
const at = (source: string, table: string, data: object, operation = 'insert'): string => {
  position += 1;
  const place = position.toString(16).toUpperCase().padStart(8, '0');
  return dmsText({
    source,
    table,
    operation,
    data: data as Record<string, string>,
    position: `00000002/${place}.3.00000002/${place}`,
  });
};

/** A member row. */
export const memberRow = (
  who: {
    card: string;
    phone: string;
    email: string;
    name: string;
    unionid?: string;
    latin?: string;
  },
  more: object = {},
): string =>
  at('member', 'member', {
    card_no: who.card,
    mobile: who.phone,
    dial_code: '852',
    mail: who.email,
    name_local: who.name,
    name_latin: who.latin ?? null,
    wechat_unionid: who.unionid ?? null,
    brand_enrolled: 'AUR',
    tier: 'gold',
    ...more,
  });

/** A receipt on a card or a typed number. */
export const receipt = (no: string, who: { card?: string; mobile?: string }, amount = '10.00') =>
  at('pos', 'receipt', {
    receipt_no: no,
    card_no: who.card ?? null,
    mobile: who.mobile ?? null,
    market: 'HK',
    amt: amount,
    ccy: 'HKD',
    brand_code: 'A',
    store_cd: 'HK01',
    sold_at: '2026-11-20 10:00:00',
  });

/** A row that its source deleted. */
export const deleted = (source: string, table: string, key: object): string =>
  at(source, table, key, 'delete');

/** A contact of the CRM. */
export const contact = (who: { contact: string; card: string; name: string }, more: object = {}) =>
  at('crm', 'contact', {
    contact_no: who.contact,
    vip_code: who.card,
    display_name: who.name,
    market: 'Hong Kong',
    brand: 'Aurora',
    ...more,
  });

/** Everything that the sources say of the two. */
export const household = (): readonly string[] => [
  memberRow(LIN),
  memberRow(PARTNER),
  contact(LIN, { mobile_phone: SHARED_PHONE }),
  contact(
    { contact: 'PARC0001', card: PARTNER.card, name: PARTNER.name },
    { mobile_phone: SHARED_PHONE },
  ),
  ...[1, 2, 3].map((n) => receipt(`LINRECEIPT${n}`, { card: LIN.card, mobile: LIN.phone })),
  receipt('LINRECEIPT4', { mobile: LIN.phone }),
  ...[1, 2].map((n) => receipt(`PARRECEIPT${n}`, { card: PARTNER.card })),
  receipt('PARRECEIPT3', { card: PARTNER.card, mobile: SHARED_PHONE }),
];
