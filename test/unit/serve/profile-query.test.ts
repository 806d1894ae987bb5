import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProfileQuery } from '#application/serve/profile-query.ts';
import { DEMO } from '../../support/pipeline.ts';

const parse = (text: string) => parseProfileQuery(text, DEMO.definitions);
const ID = `one_${'a2'.repeat(13)}`;

describe('an identifier in a path', () => {
  test.each([
    ['a phone', 'phone:+85291234567', { namespace: 'phone', value: '+85291234567' }],
    [
      'a phone with punctuation',
      'phone:+852 9123-4567',
      { namespace: 'phone', value: '+85291234567' },
    ],
    [
      'a phone in full-width digits',
      'phone:＋８５２９１２３４５６７',
      { namespace: 'phone', value: '+85291234567' },
    ],
    [
      'an e-mail address',
      'email:Li.Wei@Example.com',
      { namespace: 'email', value: 'li.wei@example.com' },
    ],
    [
      'a card as it is printed',
      'member-card:a 700-100',
      { namespace: 'member-card', value: 'A700100' },
    ],
    ['a unionid, case kept', 'unionid:oAbC', { namespace: 'unionid', value: 'oAbC' }],
    ['a unionid that holds a colon', 'unionid:a:b', { namespace: 'unionid', value: 'a:b' }],
    [
      'an openid in its app',
      'openid:wx1:oAbC',
      { namespace: 'openid', scope: 'wx1', value: 'oAbC' },
    ],
    [
      'an openid that holds a colon',
      'openid:wx1:a:b',
      { namespace: 'openid', scope: 'wx1', value: 'a:b' },
    ],
    [
      'an app in full-width letters',
      'openid:ｗｘ１:oAbC',
      { namespace: 'openid', scope: 'wx1', value: 'oAbC' },
    ],
    ['an id', `customerId:${ID}`, { customerId: ID }],
  ])('%s', (_, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['nothing', ''],
    ['no colon', '85291234567'],
    ['no namespace', ':85291234567'],
    ['no value', 'phone:'],
    ['an unknown namespace', 'fax:1'],
    ['a namespace in other case', 'Phone:+85291234567'],
    ['a namespace with a space', ' phone:+85291234567'],
    ['a guard, which names nobody', 'birth-date:1990-01-01'],
    ['a member of every object', 'constructor:x'],
    ['the prototype', '__proto__:x'],
    ['a phone without its country code', 'phone:91234567'],
    ['a phone that is none', 'phone:+852'],
    ['a placeholder', 'member-card:NULL'],
    ['an openid without its app', 'openid:oAbC'],
    ['an openid with an empty app', 'openid::oAbC'],
    ['an openid with nothing after its app', 'openid:wx1:'],
    ['half a character in an app', 'openid:\ud800:oAbC'],
    ['half a character in a value', 'unionid:\ud800'],
    ['a line break in a value', 'unionid:a\nb'],
    ['percent signs that nobody decoded', 'phone:%2B85291234567'],
    ['a value decoded twice', 'phone:%252B85291234567'],
    ['a path', 'phone:../../etc/passwd'],
    ['an id in other case', `customerId:${ID.toUpperCase()}`],
    ['an id that is too short', 'customerId:one_abc'],
    ['an id with something after it', `customerId:${ID}\n`],
    ['an id with digits that base32 has not', `customerId:one_${'01'.repeat(13)}`],
    ['too much', `unionid:${'x'.repeat(505)}`],
  ])('is not %s', (_, text) => {
    expect(parse(text)).toMatchObject({ ok: false, error: { code: 'bad-identifier' } });
  });

  test('of 512 characters is looked at', () => {
    expect(parse(`unionid:${'x'.repeat(256)}${' '.repeat(248)}`)).toMatchObject({ ok: true });
  });

  test('whatever it is, the answer does not repeat it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 3 }),
        fc.constantFrom('', 'phone:', 'openid:', 'fax:', 'customerId:'),
        (text, prefix) => {
          const parsed = parse(`${prefix}>${text}<`);
          if (!parsed.ok) expect(parsed.error.detail).not.toContain(`>${text}<`);
        },
      ),
    );
  });

  test('an unknown namespace is told which there are, guards left out', () => {
    const parsed = parse('fax:1');
    expect(parsed.ok ? '' : parsed.error.detail).toBe(
      'the namespaces are anonymous, crm-contact, email, member-card, openid, phone, shop-account, unionid, web-user',
    );
  });
});
