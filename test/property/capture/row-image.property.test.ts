/**
 * Law 1, partial images: whatever order whole images, partial images and deletions of a row arrive in, and however
 * often, the joined image is that of the changes in their order of commit. The oracle replays them one by one.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatParts,
  goneImage,
  isLive,
  joinImages,
  parseParts,
  partialImage,
  type RowImage,
  wholeImage,
} from '#domain/capture/row-image.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import type { Json } from '#domain/shared/json.ts';

const COLUMNS = ['a', 'b', 'naïve column', 'd;=,'] as const;

interface Drawn {
  readonly kind: 'whole' | 'partial' | 'gone';
  readonly values: Readonly<Record<string, Json>>;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom(...(['whole', 'partial', 'partial', 'partial', 'gone'] as const)),
  values: fc.dictionary(fc.constantFrom(...COLUMNS), fc.constantFrom<Json>(null, 1, 'x', 2.5, []), {
    maxKeys: 3,
  }),
});

const imageOf = ({ kind, values }: Drawn, n: number): RowImage => {
  const version = rowVersion(1, 'cdc', String(n), 1);
  if (kind === 'gone') return goneImage(version);
  return kind === 'whole' ? wholeImage(version, values) : partialImage(version, values);
};

/** The row after all changes in order of commit; `undefined` when it does not exist. */
const replay = (changes: readonly Drawn[]): Readonly<Record<string, Json>> | undefined => {
  let row: Record<string, Json> | undefined;
  for (const { kind, values } of changes) {
    if (kind === 'gone') row = undefined;
    else row = kind === 'whole' ? { ...values } : { ...row, ...values };
  }
  return row && Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
};

const shown = (image: RowImage) => (isLive(image) ? image.values : undefined);

/** Changes in order of commit, and a delivery: any order, some of them twice. */
const delivery = fc
  .array(drawn, { minLength: 1, maxLength: 8 })
  .map((changes) => ({
    changes,
    images: changes.map((change, index) => imageOf(change, index + 1)),
  }))
  .chain(({ changes, images }) =>
    fc
      .tuple(
        fc.shuffledSubarray(images, { minLength: images.length }),
        fc.array(fc.constantFrom(...images), { maxLength: 4 }),
      )
      .map(([order, again]) => ({ changes, delivered: [...order, ...again] })),
  );

describe('a joined image', () => {
  test('is the row as committed, in any delivery', () => {
    fc.assert(
      fc.property(delivery, ({ changes, delivered }) => {
        expect(shown(delivered.reduce(joinImages))).toEqual(replay(changes));
      }),
      { numRuns: 3_000 },
    );
  });

  test('does not depend on how changes were joined before', () => {
    fc.assert(
      fc.property(delivery, fc.nat(), ({ delivered }, cut) => {
        const at = 1 + (cut % delivered.length);
        const [left, right] = [delivered.slice(0, at), delivered.slice(at)];
        const halves = [left, right].filter((half) => half.length > 0);
        const joined = halves.map((half) => half.reduce(joinImages));
        expect(joined.reduce(joinImages)).toEqual(delivered.reduce(joinImages));
        expect(joined.toReversed().reduce(joinImages)).toEqual(delivered.reduce(joinImages));
      }),
      { numRuns: 2_000 },
    );
  });

  test('survives being stored', () => {
    fc.assert(
      fc.property(delivery, ({ delivered }) => {
        const image = delivered.reduce(joinImages);
        const { version, gone, values } = image;
        // A live row forgets that it was once deleted: nothing later asks.
        const stored = parseParts(formatParts(image), version, gone && !isLive(image), values);
        expect(stored).toEqual({ ...image, gone: gone && !isLive(image) });
      }),
    );
  });
});
