/**
 * Packed texts: how the store keeps a {@link PackedText}. A short one as it is; a longer one as bytes, deflated (RFC 1951)
 * with a dictionary, when that is less. An item is billed by whole kilobytes, so only what would begin a second one is packed.
 * @module
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PackedText } from '#application/shared/table.ts';
import { TableRuleError } from './errors.ts';

/** Longest text, in bytes, that is not packed: with its key and its names an item stays below a kilobyte. */
const LONGEST_PLAIN = 900;

/** First byte of a packed text: the dictionary that it was packed with. */
const DICTIONARY = 1;

/**
 * Words that such texts are full of, the most frequent last. What was packed with it is read with it only: a better one gets
 * another number and stands beside it.
 */
const WORDS = Buffer.from(
  [
    'marketingGrantedAt marketingWithdrawnAt consentsStanding couponCount couponsEnding30d couponsExpired couponsOpen',
    'couponsUsed caseCount openCases eventCount leadCount paid paymentCount returnCount pointsBalance pointsEnding30d',
    'averageBasket firstOrderAt lastOrderAt orderCount preferredChannel preferredStore spend',
    '"address":"","verified":"used""past""lead""consents""none"["web",["shop",["erp",["crm",["member",["pos",',
    '"birthDate":"19-0-1","birthDate":"200","city":"","gender":"female","gender":"male","name":"","nameLatin":"',
    '","nickname":"","tier":"Classic","tier":"Silver","subscribed":true,"subscribed":false,"brand":"bloom","brand":"aurora"',
    '},[["unionid","o"],["member-card","6100"],["shop-account","800000"],["crm-contact","C000"],["openid","o","wx7a1"],["wecom-user","',
    '"],["phone","+65"],["phone","+852",["phone","+86138",{"verified":false}],["email","@qq.com"@gmail.com"@163.com"@outlook.com"',
    '{"verified":false}],["birth-date","19"],["gender","F"]],"1#0#0#0"],["gender","M"]],"1#0#0#0"],',
    '["HKD",1["SGD",1["MOP",1["CNY",1"#HKD",1],"#CNY",1],"#CNY",2],[[20["CN-SH01",1["CN-BJ01",1["HK-TST1",1["HK-',
    ',17],[[["bloom",0,["HKD",["aurora",0,["CNY",["none",[],[["pos",1,17',
  ].join(''),
);

const LEVEL = 6;
const packed = new WeakMap<PackedText, string | Uint8Array>();

/** The form in which a text is stored; worked out once. */
export const pack = (value: PackedText): string | Uint8Array => {
  const known = packed.get(value) ?? smallest(value.text);
  packed.set(value, known);
  return known;
};

const smallest = (text: string): string | Uint8Array => {
  const size = Buffer.byteLength(text);
  if (size <= LONGEST_PLAIN) return text;
  const deflated = deflateRawSync(text, { dictionary: WORDS, level: LEVEL });
  if (deflated.length + 1 >= size) return text;
  const bytes = new WireBytes(deflated.length + 1);
  bytes[0] = DICTIONARY;
  bytes.set(deflated, 1);
  return bytes;
};

/** Bytes that JSON shows as DynamoDB does, so that a request that holds them needs no walk to find them. */
class WireBytes extends Uint8Array {
  toJSON(): string {
    return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64');
  }
}

/**
 * The text that was stored as bytes.
 * @throws {@link TableRuleError} when they are no packed text
 */
export const unpack = (bytes: Uint8Array): string => {
  try {
    if (bytes[0] === DICTIONARY)
      return inflateRawSync(bytes.subarray(1), { dictionary: WORDS }).toString();
  } catch {
    // Said below.
  }
  throw new TableRuleError('value', 'stored bytes are no packed text');
};
