import { describe, expect, test } from 'vitest';
import { markVersion } from '#domain/identity/pseudonym.ts';
import { rekeyText, rekeyValue, successorsOf } from '#domain/identity/rekey-text.ts';

const bytes = (letter: string) => `${letter.repeat(21)}Q`;
const [A, B] = [bytes('a'), bytes('b')];
/** The next pseudonyms are in the other order. */
const [A2, B2] = [markVersion(bytes('z'), 2), markVersion(bytes('y'), 2)];
const successor = successorsOf(1, (pseudonym) => (pseudonym === A ? A2 : B2));

describe('text is re-keyed where it names a pseudonym', () => {
  test.each([
    ['an identifier', `phone#${A}`, `phone#${A2}`],
    ['one in a scope', `openid:wx 1#x#${A}`, `openid:wx 1#x#${A2}`],
    ['a claim', `phone#${A}?@2020-01-01..`, `phone#${A2}?@2020-01-01..`],
    [
      'claims of a row, in their new order',
      `c card#${A} phone#${A} phone#${B}?`,
      `c card#${A2} phone#${B2}? phone#${A2}`,
    ],
    [
      'claims before what else a row says',
      `c phone#${A} {"name":"phone#${A}"}`,
      `c phone#${A2} {"name":"phone#${A}"}`,
    ],
    [
      'JSON, keys and values',
      JSON.stringify({ units: { x: ['pc', `phone#${A}`, `phone#${B}`] }, [`card#${A}`]: 1 }),
      JSON.stringify({ units: { x: ['pc', `phone#${B2}`, `phone#${A2}`] }, [`card#${A2}`]: 1 }),
    ],
  ])('%s', (_, before, after) => {
    expect(rekeyText(successor, before)).toBe(after);
    expect(rekeyText(successor, after)).toBe(after);
  });
});

describe('text stays as it is', () => {
  test.each([
    ['a unit', `~${A}`],
    ['a bucket', `U#~${A}#3`],
    ['a decision', `!always#${A}`],
    ['a pair', `score#crm.row.1 crm.row.2`],
    ['a row whose key looks like an identifier', `pos.receipt.a#${A}`],
    ['a pseudonym alone', A],
    ['one of the next version', `phone#${A2}`],
    ['one that is too long', `phone#${A}a`],
    ['broken JSON', `{phone#${A}`],
  ])('%s', (_, text) => {
    expect(rekeyText(successor, text)).toBe(text);
  });
});

test('a value with nothing to change is the same object', () => {
  const value = { a: ['x', 1, null, true], b: { c: [`~${A}`] } };
  expect(rekeyValue(successor, value)).toBe(value);
});
