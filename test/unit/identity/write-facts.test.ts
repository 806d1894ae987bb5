import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactChange } from '#application/identity/row-change.ts';
import {
  bucketOf,
  bucketsFor,
  contribution,
  decideFact,
  moveActions,
} from '#application/identity/write-facts.ts';
import { bucketKey, parseRowItem, rowItemKey } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import { packedVersion } from '#domain/capture/row-version.ts';
import { key } from '../../support/builders/evidence.ts';
import { fact, factGone, factUnit, rowKey, version } from '../../support/builders/rows.ts';

const CARD = factUnit('card#1').key;
const EMAIL = factUnit('email#1').key;

/** The registry of row `pos.1` at version `n`, under a unit when given. */
const registry = (n: number, unit?: string, bucket = 2): Item => ({
  ...rowItemKey(rowKey('pos.1')),
  v: version(n),
  ...(unit === undefined ? {} : { unit, bucket }),
});

const byCard = (n: number) => fact('pos.1', n, ['card#1']);
const byEmail = (n: number) => fact('pos.1', n, ['email#1']);
const byNobody = (n: number) => fact('pos.1', n, []);
const gone = (n: number) => factGone('pos.1', n);

describe('what a change asks for', () => {
  test.each<[string, FactChange, Item | undefined, string]>([
    ['a new row that names somebody', byCard(1), undefined, 'register'],
    ['a new row that names nobody', byNobody(1), undefined, 'note'],
    ['a row deleted before it was seen', gone(1), undefined, 'note'],
    ['a later change in its place', byCard(2), registry(1, CARD), 'contribute'],
    ['the change that set its place, delivered again', byCard(1), registry(1, CARD), 'contribute'],
    ['an earlier change', byCard(1), registry(2, CARD), 'skip'],
    ['an earlier change of somebody else', byEmail(1), registry(2, CARD), 'skip'],
    ['a later change of somebody else', byEmail(2), registry(1, CARD), 'move'],
    ['a later change of nobody', byNobody(2), registry(1, CARD), 'move'],
    ['a later deletion', gone(2), registry(1, CARD), 'contribute'],
    ['an earlier deletion', gone(1), registry(2, CARD), 'skip'],
    ['a row noted, that now names somebody', byCard(2), registry(1), 'move'],
    ['a row noted, that still names nobody', byNobody(2), registry(1), 'note'],
    ['a row noted, that is deleted', gone(2), registry(1), 'note'],
    ['a row noted, the same change again', byNobody(1), registry(1), 'skip'],
    ['a row noted later, that named somebody', byCard(1), registry(2), 'skip'],
  ])('%s', (_, change, item, step) => {
    expect(decideFact(change, item).step).toBe(step);
  });

  test('a place is where the registry says, not where it would be now', () => {
    expect(decideFact(byCard(2), registry(1, CARD, 7))).toEqual({
      step: 'contribute',
      place: { unit: CARD, bucket: 7 },
    });
  });

  test('a move says where to, or that it goes nowhere', () => {
    expect(decideFact(byEmail(2), registry(1, CARD))).toMatchObject({
      to: EMAIL,
      row: { unit: CARD },
    });
    expect(decideFact(byNobody(2), registry(1, CARD))).not.toHaveProperty('to');
  });
});

describe('a contribution', () => {
  const place = { unit: CARD, bucket: 2 };

  test('is one attribute of its bucket, with version and commit time', () => {
    expect(contribution(place, [byCard(3)])).toMatchObject({
      key: bucketKey(CARD, 2),
      set: { 'pos/1': { v: packedVersion(version(3)), c: 3_000, d: '["order",{"total":3}]' } },
    });
  });

  test('of a load row has no commit time', () => {
    const { committedAt: _, ...loaded } = byCard(3);
    expect(contribution(place, [loaded as FactChange]).set?.['pos/1']).not.toHaveProperty('c');
  });

  test('of a deleted row is a tombstone', () => {
    expect(contribution(place, [gone(3)]).set?.['pos/1']).toEqual({
      v: packedVersion(version(3)),
      c: 3_000,
      gone: true,
    });
  });

  test('names that its fields may have do not touch its own', () => {
    const change = fact('pos.1', 3, ['card#1'], {
      as: 'order',
      fields: { v: '9', gone: true, as: 'x', c: 1 },
    });
    expect(contribution(place, [change]).set?.['pos/1']).toMatchObject({
      v: packedVersion(version(3)),
      c: 3_000,
    });
    expect(contribution(place, [change]).set?.['pos/1']).not.toHaveProperty('gone');
  });

  test.each([
    ['a row', byCard(3), 0, [{ exists: ['claims'] }, { missing: ['dying'] }]],
    ['a row in a further bucket', byCard(3), 1, [{ missing: ['dying'] }]],
    ['a row that is gone', gone(3), 0, []],
  ])('%s asks of its unit what it must', (_, change, bucket, asked) => {
    const { when } = contribution({ unit: CARD, bucket }, [change]);
    const version = packedVersion(change.version);
    const earlier = { any: [{ missing: ['pos/1'] }, { less: [['pos/1', 'v'], version] }] };
    expect(when).toEqual({ all: [earlier, ...asked] });
  });
});

describe('a move', () => {
  const row = (item: Item) => parseRowItem(item);
  const keysOf = (actions: ReturnType<typeof moveActions>) =>
    actions.map((action) => (action.kind === 'update' ? action.key.pk : action.kind));

  test('writes registry, new place and old place at once', () => {
    const actions = moveActions(byEmail(2), row(registry(1, CARD)), { unit: EMAIL, bucket: 0 });
    expect(keysOf(actions)).toEqual(['R#pos.1', `U#${EMAIL}#0`, `U#${CARD}#2`]);
    expect(actions[0]).toMatchObject({ set: { unit: EMAIL, bucket: 0, leaving: [CARD] } });
    expect(actions[2]).toMatchObject({
      set: { 'pos/1': { m: packedVersion(version(2)), gone: true } },
    });
  });

  test('to nobody forgets the place', () => {
    const [first, ...others] = moveActions(byNobody(2), row(registry(1, CARD)), undefined);
    expect(first).toMatchObject({ remove: ['unit', 'bucket', 'pos/1'], set: { leaving: [CARD] } });
    expect(keysOf(others)).toEqual([`U#${CARD}#2`]);
  });

  test('from nowhere leaves nothing', () => {
    const actions = moveActions(byCard(2), row(registry(1)), { unit: CARD, bucket: 0 });
    expect(keysOf(actions)).toEqual(['R#pos.1', `U#${CARD}#0`]);
    expect(actions[0]).not.toHaveProperty('set.leaving');
  });

  test('keeps the units that were left before and are not settled', () => {
    const before = row({ ...registry(1, CARD), leaving: [key('~old'), CARD] });
    const [first] = moveActions(byEmail(2), before, { unit: EMAIL, bucket: 0 });
    expect(first).toMatchObject({ set: { leaving: ['~old', CARD] } });
  });
});

describe('buckets', () => {
  test('are the same for a row every time, and within bounds', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 4096 }), (row, buckets) => {
        const bucket = bucketOf(rowKey(row), buckets);
        expect(bucket).toBe(bucketOf(rowKey(row), buckets));
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(buckets);
      }),
    );
  });

  test('take new rows evenly, in the later half', () => {
    const counts = new Array<number>(16).fill(0);
    for (let n = 0; n < 8_000; n++) {
      const bucket = bucketOf(rowKey(`pos.receipt.HK01-${n}`), 16);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(counts.slice(0, 8)).toEqual(new Array(8).fill(0));
    expect(Math.min(...counts.slice(8))).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });

  test.each([
    [1, 1],
    [5, 1],
    [6, 2],
    [10, 2],
    [11, 4],
    [100, 32],
  ])('for %i rows are %i', (rows, buckets) => {
    expect(bucketsFor(rows)).toBe(buckets);
  });
});
