/**
 * Signatures of the platforms that send leads: whether a call comes from whom it says.
 *
 * Tencent Ads does not call: its leads are fetched, so there is nothing to verify for WeChat Channels.
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Xiaohongshu: header `X-Red-Signature: sha1=<hex>`, HMAC-SHA1 of the raw body under the token of the landing page. */
export const verifyXiaohongshu = (body: Uint8Array, header: string, token: string): boolean =>
  isEqual(header, `sha1=${createHmac('sha1', token).update(body).digest('hex')}`);

/** Douyin: header `X-Douyin-Signature: <hex>`, SHA-1 of the client secret followed by the raw body. */
export const verifyDouyin = (body: Uint8Array, header: string, clientSecret: string): boolean =>
  isEqual(header, createHash('sha1').update(clientSecret).update(body).digest('hex'));

/** Parts of a WeCom callback that its signature is made of. */
export interface WecomCall {
  readonly timestamp: string;
  readonly nonce: string;
  /** Content of `Encrypt`, or of `echostr` when the address is being registered. */
  readonly encrypted: string;
}

/** WeCom: parameter `msg_signature`, SHA-1 of token, timestamp, nonce and encrypted text, sorted and joined. */
export const verifyWecom = (
  { timestamp, nonce, encrypted }: WecomCall,
  signature: string,
  token: string,
): boolean => {
  const parts = [token, timestamp, nonce, encrypted].sort();
  return isEqual(signature, createHash('sha1').update(parts.join('')).digest('hex'));
};

/** Compares in constant time: a guess must not learn how much of it was right. */
const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [given, expected].map((text) =>
    createHash('sha256').update(text.toLowerCase()).digest(),
  );
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};
