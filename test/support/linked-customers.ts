/**
 * Two customers and the one row that links them, as records of the demo's sources.
 */
import { dmsText } from './builders/dms-record.ts';

/** A record for the change stream. */
export interface StreamText {
  readonly key: string;
  readonly data: string;
}

/** What the row that links says: of A alone, of both, or that it is gone. */
export type LinkSays = 'one' | 'both' | 'gone';

/** Records of two customers who share nothing, told apart by `name` from others. */
export interface LinkedCustomers {
  /** A member with a receipt, and an account with an order: two customers. */
  readonly apart: readonly StreamText[];
  /** A change of the contact that may link them; each call is a later one. */
  link(says: LinkSays): StreamText;
  /** Row key of the contact. */
  readonly linking: string;
  /** What each of the two is asked for by. */
  readonly identifiers: readonly [string, string];
}

/** Makes them; `name` is digits. */
export const linkedCustomers = (name: string): LinkedCustomers => {
  const [card, unionid, contact] = [`61${name}`, `o-${name}`, `C-${name}`];
  const account = Number(`8${name}`);
  let changes = 0;
  const record = (source: string, table: string, key: string, data: object) => ({
    key: `${source}.${table}.${key}`,
    data: dmsText({ source, table, data: { ...data } }),
  });
  return {
    linking: `crm.contact.${contact}`,
    identifiers: [`member-card:${card}`, `unionid:${unionid}`],
    apart: [
      record('member', 'member', card, {
        ...{ card_no: card, name_local: '陳大文', brand_enrolled: 'AUR', tier: 'Gold' },
        ...{ mobile: null, mail: null },
      }),
      record('pos', 'receipt', `R-${name}`, {
        ...{
          receipt_no: `R-${name}`,
          card_no: card,
          mobile: null,
          store_cd: 'HK-TST1',
          market: 'HK',
        },
        ...{ amt: '100.00', ccy: 'HKD', brand_code: 'A', sold_at: '2026-11-20 10:00:00' },
      }),
      record('shop', 'account', String(account), {
        ...{ account_id: account, unionid, brand: 'bloom', site: 'hk', city: '九龍' },
        ...{ real_name: '陳大文', phone: null, email: null },
      }),
      record('shop', 'shop_order', `SO-${name}`, {
        ...{ order_no: `SO-${name}`, account_id: account, brand: 'bloom', site: 'hk' },
        ...{ total: '50.00', currency: 'HKD', state: 'paid', placed_at: '2026-11-20 11:00:00' },
      }),
    ],
    link: (says) => {
      changes += 1;
      const data =
        says === 'gone'
          ? { contact_no: contact }
          : {
              ...{ contact_no: contact, vip_code: card, brand: 'Aurora', display_name: '陳大文' },
              external_unionid: says === 'both' ? unionid : null,
            };
      const operation = says === 'gone' ? 'delete' : changes === 1 ? 'insert' : 'update';
      const position = `00000002/7C0${String(changes).padStart(5, '0')}.3.00000002/7C0${String(changes).padStart(5, '0')}`;
      return {
        key: `crm.contact.${contact}`,
        data: dmsText({ source: 'crm', table: 'contact', operation, position, data }),
      };
    },
  };
};
