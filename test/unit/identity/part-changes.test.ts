import { expect, test } from 'vitest';
import { middleOf } from '#application/identity/part-changes.ts';
import type { StructuralChange } from '#application/identity/world.ts';
import { key } from '../../support/builders/evidence.ts';

/** Changes like `a b>c`: `b>c` says that c was b before. */
const changes = (text: string): readonly StructuralChange[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((name) => name.split('>').reverse())
    .map(([name = '', former]) => ({
      key: key(name),
      ...(former === undefined ? {} : { renamedFrom: key(former) }),
      own: () => [],
    }));

test.each([
  ['', undefined],
  ['a', undefined],
  ['a b', 1],
  ['a b c', 1],
  ['a b c d', 2],
  ['a a>b', undefined],
  ['a>b a', undefined],
  ['x a a>b y', 1],
  ['x y z a a>b', 2],
  ['a a>b x', 2],
  ['a a>b c c>d', 2],
  ['a x a>b', undefined],
  ['q>a b', 1],
])('"%s" is parted at %s', (text, middle) => {
  expect(middleOf(changes(text))).toBe(middle);
});
