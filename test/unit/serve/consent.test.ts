import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brandsNamed, consentState, disagree, type Voice } from '#domain/serve/consent.ts';

const RULE = { granted: 'g', withdrawn: 'w' };
type Instants = { readonly g?: number; readonly w?: number };
const saying = (brand: string, { g, w }: Instants) => ({
  brand,
  ...(g === undefined ? {} : { granted: g }),
  ...(w === undefined ? {} : { withdrawn: w }),
});
const voice = (subject: string, ...said: readonly Instants[]): Voice => ({
  subject,
  sayings: said.map((instants) => saying('none', instants)),
});

describe('one voice', () => {
  test.each([
    [[], 'never-given'],
    [[{ g: 5 }], 'granted'],
    [[{ g: 5, w: 6 }], 'withdrawn'],
    [[{ g: 7, w: 6 }], 'granted'],
    [[{ g: 6, w: 6 }], 'withdrawn'],
    [[{ w: 6 }], 'withdrawn'],
    [[{ w: 0 }], 'withdrawn'],
    [[{ w: 6 }, { g: 7 }], 'granted'],
    [[{ g: 7 }, { w: 8 }], 'withdrawn'],
  ] as const)('that says %j: %s', (said, state) => {
    const voices = said.length > 0 ? [voice('a', ...said)] : [];
    expect(consentState(RULE, voices)).toBe(state);
    expect(consentState(undefined, voices)).toBe('not-needed');
    const assumed = consentState({ ...RULE, assumed: true }, voices);
    expect(assumed).toBe(state === 'never-given' ? 'assumed' : state);
  });
});

describe('two that meet in a merge', () => {
  test.each([
    ['a grant later than the withdrawal of the other', [{ w: 3 }], [{ g: 5 }], 'withdrawn'],
    ['a grant and silence', [{ g: 5 }], [], 'granted'],
    ['both decided anew', [{ w: 3 }, { g: 9 }], [{ g: 9 }], 'granted'],
    ['two grants', [{ g: 1 }], [{ g: 2 }], 'granted'],
    ['two withdrawals', [{ w: 1 }], [{ w: 2 }], 'withdrawn'],
  ] as const)('%s', (_, a, b, state) => {
    const voices = [voice('a', ...a), voice('b', ...b)];
    expect(consentState(RULE, voices)).toBe(state);
    expect(consentState(RULE, [...voices].reverse())).toBe(state);
  });

  test('differ only when one permits and the other does not', () => {
    expect(disagree([voice('a', { w: 3 }), voice('b', { g: 5 })])).toBe(true);
    expect(disagree([voice('a', { g: 3 }), voice('b', { g: 5 })])).toBe(false);
    expect(disagree([voice('a', { w: 3 }, { g: 5 })])).toBe(false);
  });
});

describe('a decision about one brand', () => {
  const said = (...sayings: Voice['sayings']): readonly Voice[] => [{ subject: 'a', sayings }];
  const states = (voices: readonly Voice[]) =>
    [undefined, 'aurora', 'bloom'].map((brand) => consentState(RULE, voices, brand)).join(' ');

  test.each([
    [
      'withdrawn for one after a grant for all',
      [saying('none', { g: 1 }), saying('aurora', { w: 2 })],
      'granted withdrawn granted',
    ],
    [
      'granted for one after a withdrawal for all',
      [saying('none', { w: 1 }), saying('aurora', { g: 2 })],
      'withdrawn granted withdrawn',
    ],
    [
      'withdrawn for all after a grant for one',
      [saying('aurora', { g: 1 }), saying('none', { w: 2 })],
      'withdrawn withdrawn withdrawn',
    ],
    ['granted for one', [saying('aurora', { g: 1 })], 'never-given granted never-given'],
  ])('%s', (_, sayings, expected) => {
    expect(states(said(...sayings))).toBe(expected);
    expect(brandsNamed(said(...sayings))).toEqual(['aurora']);
  });
});

test('whatever was said, in whatever order and parts: no use that somebody’s last word forbids', () => {
  const decisions = fc.array(
    fc.record({
      subject: fc.constantFrom('a', 'b', 'c'),
      brand: fc.constantFrom('none', 'aurora', 'bloom'),
      state: fc.constantFrom('g', 'w'),
      at: fc.integer({ min: 1, max: 20 }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(decisions, fc.constantFrom('none', 'aurora', 'bloom'), (rows, brand) => {
      // Read aloud: of every subject, the last row about this brand or all; a withdrawal wins a tie.
      const last = (subject: string) =>
        rows
          .filter((row) => row.subject === subject && ['none', brand].includes(row.brand))
          .sort((x, y) => y.at - x.at || (x.state === 'w' ? -1 : 1))[0]?.state;
      const words = ['a', 'b', 'c'].map(last);
      const spoken = words.includes('g') ? 'granted' : 'never-given';
      const expected = words.includes('w') ? 'withdrawn' : spoken;
      const voices = ['c', 'a', 'b'].map((subject) => ({
        subject,
        sayings: rows
          .filter((row) => row.subject === subject)
          .map((row) => saying(row.brand, { [row.state]: row.at })),
      }));
      expect(consentState(RULE, voices, brand)).toBe(expected);
    }),
  );
});
