/**
 * Stores and goods of the two brands.
 * @module
 */
import type { Region } from '#domain/definitions/types.ts';
import type { Row } from '../catalogue.ts';
import type { Dice } from './dice.ts';
import { e164 } from './phones.ts';
import { utc } from './times.ts';

/** A store, with the number on its door sign. */
export interface Store {
  readonly code: string;
  readonly name: string;
  readonly market: Region;
  readonly brand: 'aurora' | 'bloom';
  readonly tel: string;
}

/** Something that is sold. */
export interface Article {
  readonly sku: string;
  /** Price in units of the market's currency, before the cents. */
  readonly price: number;
  readonly grams: number;
}

/** Currency per market. */
export const CURRENCIES: Readonly<Record<Region, string>> = {
  CN: 'CNY',
  HK: 'HKD',
  MO: 'MOP',
  SG: 'SGD',
};

const store = (
  code: string,
  brand: Store['brand'],
  market: Region,
  name: string,
  tel: string,
): Store => ({ code, name, market, brand, tel });

/** All stores. */
export const STORES: readonly Store[] = [
  store('CN-GZ01', 'aurora', 'CN', '曙光珠宝 广州天河店', '13926400101'),
  store('CN-SZ01', 'aurora', 'CN', '曙光珠宝 深圳万象店', '13926400102'),
  store('CN-SH01', 'aurora', 'CN', '曙光珠宝 上海南京西路店', '13926400103'),
  store('CN-BJ02', 'bloom', 'CN', 'Bloom 北京三里屯', '13926400104'),
  store('CN-CD02', 'bloom', 'CN', 'Bloom 成都太古里', '13926400105'),
  store('HK-TST1', 'aurora', 'HK', '曙光珠寶 尖沙咀店', '61230101'),
  store('HK-CWB1', 'aurora', 'HK', '曙光珠寶 銅鑼灣店', '61230102'),
  store('HK-CTR2', 'bloom', 'HK', 'Bloom Central', '61230103'),
  store('HK-MKK2', 'bloom', 'HK', 'Bloom 旺角', '61230104'),
  store('MO-SML1', 'aurora', 'MO', '曙光珠寶 新馬路店', '66230101'),
  store('MO-COT2', 'bloom', 'MO', 'Bloom Cotai', '66230102'),
  store('SG-ORC1', 'aurora', 'SG', 'Aurora Orchard', '81230101'),
  store('SG-MBS2', 'bloom', 'SG', 'Bloom Marina Bay', '81230102'),
];

/** The three stores whose staff type the store's own number for customers without one. */
export const PHONE_TYPING_STORES: readonly Store[] = STORES.filter(({ code }) =>
  ['CN-GZ01', 'HK-TST1', 'SG-ORC1'].includes(code),
);

/** Phone numbers of all stores, E.164; no customer has one of them. */
export const STORE_PHONES: readonly string[] = STORES.map(({ market, tel }) =>
  e164({ region: market, national: tel }),
);

/** Stores of a market. */
export const storesOf = (market: Region): readonly Store[] =>
  STORES.filter((candidate) => candidate.market === market);

/** Goods; prices are round because shop windows are. */
export const ARTICLES: readonly Article[] = [
  ...['RING', 'PENDANT', 'BANGLE', 'EARRING', 'CHAIN'].flatMap((form, index) =>
    [1, 2, 3, 4].map((size) => ({
      sku: `G-${form}-${size}`,
      price: 800 * size + 300 * index,
      grams: 1.25 * size + index,
    })),
  ),
  ...['SOLITAIRE', 'HALO', 'TRILOGY'].map((form, index) => ({
    sku: `D-${form}`,
    price: 9_800 + 4_000 * index,
    grams: 3.125 + index,
  })),
];

/** ERP row of a store. */
export const storeRow = ({ code, name, brand, market, tel }: Store): Row => ({
  store_code: code,
  store_name: name,
  corp: brand === 'aurora' ? 'AJ' : 'BJ',
  market_cd: { CN: '10', HK: '20', MO: '30', SG: '40' }[market],
  tel,
  opened_dt: `20${10 + (code.charCodeAt(3) % 10)}-06-18`,
});

/** ERP row of an article's stock in a store. */
export const stockRow = (dice: Dice, at: number, storeCode: string, article: Article): Row => {
  const qty = dice.int(0, 12);
  return {
    store_code: storeCode,
    sku: article.sku,
    qty,
    gold_g: qty * article.grams,
    upd_ts: utc(at),
  };
};
