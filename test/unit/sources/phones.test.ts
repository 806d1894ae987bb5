import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { normalisePhone } from '#domain/identity/normalise-phone.ts';
import { dice, seededRandom } from '../../../local/sources/shop/dice.ts';
import { drawPhone, e164, writePhone } from '../../../local/sources/shop/phones.ts';

describe.each(['CN', 'HK', 'MO', 'SG'] as const)('phones of %s', (region) => {
  const thrown = dice(seededRandom(9));
  const taken = new Set<string>();
  const phones = Array.from({ length: 200 }, () => drawPhone(thrown, region, taken));

  test('are valid, and handed out once', () => {
    expect(phones.filter((phone) => !isValidPhoneNumber(e164(phone)))).toEqual([]);
    expect(taken.size).toBe(phones.length);
  });

  test.each([true, false])(
    'are the same number however they are written (regionless: %s)',
    (regionless) => {
      const written = phones.map((phone) =>
        normalisePhone(writePhone(thrown, phone, regionless), region),
      );
      expect(written).toEqual(phones.map(e164));
    },
  );

  test('say their country unless they are written without one', () => {
    const told = phones.map((phone) => normalisePhone(writePhone(thrown, phone, false), undefined));
    const untold = phones.map((phone) =>
      normalisePhone(writePhone(thrown, phone, true), undefined),
    );
    expect([told, new Set(untold)]).toEqual([phones.map(e164), new Set([undefined])]);
  });
});
