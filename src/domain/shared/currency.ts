/**
 * Currencies and their minor units. Amounts are integers of the minor unit, never floating point.
 * Source: ISO 4217, list one (active codes), as amended to 2026.
 * @module
 */

const TWO_DIGITS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC ' +
  'CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD ' +
  'KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO ' +
  'NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL ' +
  'THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW';
const NO_DIGITS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF';
const THREE_DIGITS = 'BHD IQD JOD KWD LYD OMR TND';

const DIGITS: ReadonlyMap<string, number> = new Map(
  [NO_DIGITS, '', TWO_DIGITS, THREE_DIGITS].flatMap((codes, digits) =>
    codes.split(' ').map((code) => [code, digits] as const),
  ),
);

/** Decimals of a currency's minor unit: 2 for `HKD`, 0 for `JPY`; `undefined` when the code is not in ISO 4217. */
export const minorDigits = (currency: string): number | undefined => DIGITS.get(currency);
