import { describe, expect, test } from 'vitest';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import { fromItem, toAttributes } from '#adapters/dynamodb/marshal.ts';
import { pack, unpack } from '#adapters/dynamodb/packed-text.ts';
import { PackedText } from '#application/shared/table.ts';

const bytesOf = (text: string) => Buffer.byteLength(pack(new PackedText(text)));
const noise = (length: number) =>
  Array.from({ length }, (_, n) => String.fromCharCode(33 + ((n * n * 7919) % 94))).join('');

describe('a packed text', () => {
  test.each([
    ['nothing', '', 0],
    ['what fits a kilobyte with its key', 'x'.repeat(900), 900],
    ['what has as many bytes in Chinese', '王'.repeat(300), 900],
  ])('of %s is kept as it is', (_, text, size) => {
    expect([pack(new PackedText(text)), bytesOf(text)]).toEqual([text, size]);
  });

  test.each([
    ['a long text', 'x'.repeat(901)],
    ['a long text in Chinese', '王小明'.repeat(101)],
    ['what hardly gets smaller', noise(3000)],
  ])('of %s is smaller, and comes back', (_, text) => {
    const packed = pack(new PackedText(text));
    expect(bytesOf(text)).toBeLessThan(Buffer.byteLength(text));
    expect(unpack(packed as Uint8Array)).toBe(text);
  });

  test('is sent as bytes, and read from those of the SDK and from the text of an event', () => {
    const text = 'phone '.repeat(400);
    const { d } = toAttributes({ d: new PackedText(text) });
    expect(d?.B).toBeInstanceOf(Uint8Array);
    const inEvent = { B: Buffer.from(d?.B as Uint8Array).toString('base64') } as never;
    for (const value of [d, inEvent]) expect(fromItem({ d: value } as never)).toEqual({ d: text });
  });

  test('counts in an item with the bytes that it is kept as', () => {
    const d = new PackedText('phone '.repeat(400));
    expect(itemSize({ d })).toBe(1 + Buffer.byteLength(pack(d)));
  });

  test.each([
    ['nothing', Buffer.of()],
    ['another dictionary', Buffer.of(2, 1, 1)],
    ['no deflated text', Buffer.of(1, 255, 255)],
  ])('is not read from bytes of %s', (_, bytes) => {
    expect(() => unpack(bytes)).toThrow('stored bytes are no packed text');
  });

  test('of a summary as the demo has them takes less than half', () => {
    const text = JSON.stringify({
      m: 'averageBasket firstOrderAt lastOrderAt orderCount preferredChannel preferredStore spend',
      u: {
        'shop.account.80000207': [
          'b0',
          { birthDate: '1997-05-27', gender: 'female', subscribed: false, brand: 'bloom' },
          [
            ['shop-account', '80000207'],
            ['phone', '+8618811318373'],
            ['email', 'li.na@163.com', { verified: false }],
            ['birth-date', '1997-05-27'],
            ['gender', 'F'],
          ],
          '1#0#0#0',
        ],
        '~ZFMqDJB-8EAd-97flkHslQ': Array.from({ length: 12 }, (_, n) => ({
          [20243 + n]: { 0: { CNY: 832799 + n, '#CNY': 3 }, 4: { pos: 1 }, 5: { 'CN-SZ01': 1 } },
        })),
      },
    });
    expect(bytesOf(text)).toBeLessThan(Buffer.byteLength(text) / 2);
  });
});
