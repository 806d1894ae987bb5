/**
 * Engagement rows: payments, consents, behaviour events and leads, as the systems record them.
 * @module
 */
import type { Cell, Row } from '../catalogue.ts';
import type { Dice } from './dice.ts';
import type { Entry } from './fact-rows.ts';
import { CRM_MARKET, type RowTools } from './party-rows.ts';
import type { Person } from './people.ts';
import { writePhone } from './phones.ts';
import { ARTICLES } from './stores.ts';
import { DAY_MS, utc } from './times.ts';

const METHODS = { 'wechat-pay': 46, alipay: 22, card: 20, fps: 8, paynow: 4 } as const;
const EVENTS = { 'page-viewed': 50, 'product-viewed': 30, searched: 12, 'cart-added': 8 } as const;
const PLATFORMS = { douyin: 40, xiaohongshu: 30, 'wechat-channels': 20, wecom: 10 } as const;
const PURPOSES = ['sms', 'email', 'wecom'] as const;
const CONSENT_BRANDS = { aurora: 'AUR', bloom: 'BLM' } as const;

/** Days for which the shop's events are kept; `definitions/sources/shop.yaml` says the same. */
const EVENT_DAYS = 180;

/** The payment of a whole order. */
export const paymentRow = (dice: Dice, order: Row, { no, at }: Entry): Row => ({
  payment_id: no,
  order_no: cell(order, 'order_no'),
  account_id: cell(order, 'account_id'),
  guest_phone: cell(order, 'guest_phone'),
  guest_email: cell(order, 'guest_email'),
  brand: cell(order, 'brand'),
  site: cell(order, 'site'),
  method: dice.weighted(METHODS),
  amount: cell(order, 'total'),
  currency: cell(order, 'currency'),
  paid_at: utc(at),
});

/** What a card holder was asked, and answered: text messages always, the other purposes now and then. */
export const consentRows = (
  dice: Dice,
  brand: Person['brand'],
  card: string,
  at: number,
): readonly Row[] =>
  PURPOSES.filter((purpose) => purpose === 'sms' || dice.chance(0.2)).map((purpose) => ({
    card_no: card,
    brand: CONSENT_BRANDS[brand],
    purpose,
    granted: dice.chance(0.8) ? 1 : 0,
    notice_version: dice.pick(['2024-05', '2025-11']),
    changed_at: utc(at),
  }));

/** The key of the consent that every card has. */
export const smsConsent = (brand: Person['brand'], card: string): Row => ({
  card_no: card,
  brand: CONSENT_BRANDS[brand],
  purpose: 'sms',
});

/** An event of an account in mini-program or web shop; one in seven is seen before the visitor has logged in. */
export const eventRow = (dice: Dice, account: Row, { no, at }: Entry): Row => {
  const openid = cell(account, 'openid');
  const event = dice.weighted(EVENTS);
  return {
    event_id: `EV${String(no).padStart(7, '0')}`,
    account_id: openid !== null && dice.chance(0.15) ? null : cell(account, 'account_id'),
    app_id: cell(account, 'app_id'),
    openid,
    brand: cell(account, 'brand'),
    event,
    page: dice.pick(['/home', '/new', '/rings', '/search', '/cart']),
    sku: event === 'searched' ? null : dice.pick(ARTICLES).sku,
    happened_at: utc(at),
    received_at: utc(at),
  };
};

/** When an event of history was received. Some are past their retention; none is about to be, so that no run depends on its pace. */
export const eventTime = (dice: Dice, now: number): number => {
  const days = dice.chance(0.15) ? EVENT_DAYS + dice.int(5, 120) : dice.int(2, EVENT_DAYS - 5);
  return now - days * DAY_MS - dice.int(0, DAY_MS - 1);
};

/** A form that somebody filled in on a platform: with a phone, with what the platform knows, or with both. */
export const leadRow = ({ dice }: RowTools, person: Person, { no, at }: Entry): Row => {
  const phone = person.unionid === undefined || dice.chance(0.85);
  const platform = dice.weighted(PLATFORMS);
  return {
    lead_no: `L-${String(no).padStart(6, '0')}`,
    platform,
    campaign: `${platform}-${dice.pick(['spring', 'wedding', 'new-year'])}`,
    form: dice.pick(['appointment', 'catalogue', 'price']),
    mobile_phone: phone ? writePhone(dice, person.phone, true) : null,
    email_addr: person.email !== undefined && dice.chance(0.15) ? person.email : null,
    market: CRM_MARKET[person.phone.region],
    external_unionid: person.unionid !== undefined && dice.chance(0.5) ? person.unionid : null,
    brand: person.brand === 'aurora' ? 'Aurora' : 'Bloom',
    filled_on: utc(at),
  };
};

const cell = (row: Row, column: string): Cell => row[column] ?? null;
