import { expect, test } from 'vitest';
import { maskName, maskValue } from '#domain/shared/mask.ts';

test.each([
  ['phone', '+8613800138000', '+86138****8000'],
  ['phone', '+85291234567', '+852****4567'],
  ['phone', '+12345', '****'],
  ['email', 'li.wei@example.com', 'l***@example.com'],
  ['email', 'nothing', '****'],
  ['date', '1990-05-17', '1990-**-**'],
  ['code', 'CARD00001', 'CA****01'],
  ['opaque', '王小明', '王****'],
  ['gender', 'F', 'F****'],
] as const)('%s %s is shown as %s', (normaliser, value, shown) => {
  expect(maskValue(normaliser, value)).toBe(shown);
});

test.each([
  ['王小明', '王**'],
  ['Li Wei', 'L*****'],
  ['', ''],
])('the name %s is shown as %s', (name, shown) => {
  expect(maskName(name)).toBe(shown);
});
