/**
 * Worlds for views: the small identity worlds, whose facts are of every kind, brand and day, and a view that has one of
 * every measure.
 */
import type { RowChange } from '#application/identity/row-change.ts';
import type { ValueMap } from '#application/shared/table.ts';
import type { Definitions, ViewDefinition } from '#domain/definitions/types.ts';
import type { Random } from '#domain/shared/clock.ts';
import { aSource, someDefinitions } from './builders/definitions.ts';
import { drawWorld, type World } from './identity-world.ts';

const DAY_MS = 86_400_000;

/** The instant at which runs begin: 2026-11-22, 15:30 in UTC and half past eleven at night in Hong Kong. */
export const START = Date.UTC(2026, 10, 22, 15, 30);

/** Brands of rows; the last one stands for rows that name none. */
export const BRANDS = ['aurora', 'bloom', 'none'] as const;

const money = { of: 'order', fold: 'money', field: 'total' } as const;
const standing = { where: { field: 'state', notIn: ['cancelled'] } } as const;
const unused = { where: { field: 'usedAt', present: false } } as const;

/** A view with one of every measure. */
export const FULL_VIEW: ViewDefinition = {
  timeZone: 'Asia/Hong_Kong',
  profile: [{ field: 'name', sources: ['crm', 'pos'] }],
  measures: [
    { measure: 'orders', of: 'order', fold: 'count', windows: [7, 30, 365] },
    { measure: 'spend', ...money, minus: { of: 'return', field: 'total' }, windows: [30, 365] },
    { measure: 'basket', of: 'order', fold: 'average', field: 'total', windows: [90] },
    { measure: 'points', of: 'points', fold: 'sum', field: 'delta', windows: [30] },
    { measure: 'first', of: 'order', fold: 'earliest', field: 'at' },
    { measure: 'last', of: 'order', fold: 'latest', field: 'at' },
    { measure: 'store', of: 'order', fold: 'preferred', field: 'store', halfLife: 20 },
    { measure: 'channel', of: 'order', fold: 'preferred', field: 'source', halfLife: 90 },
    { measure: 'used', of: 'coupon', fold: 'count', where: { field: 'usedAt', present: true } },
    { measure: 'valid', of: 'coupon', fold: 'expiring', until: 'ends', ...unused },
    { measure: 'ending', of: 'coupon', fold: 'expiring', until: 'ends', within: 14, ...unused },
    { measure: 'over', of: 'coupon', fold: 'expired', until: 'ends', ...unused },
    {
      measure: 'pointsEnding',
      of: 'points',
      fold: 'expiring',
      until: 'ends',
      field: 'delta',
      within: 30,
    },
    { measure: 'pointsValid', of: 'points', fold: 'expiring', until: 'ends', field: 'delta' },
    { measure: 'pointsOver', of: 'points', fold: 'expired', until: 'ends', field: 'delta' },
    { measure: 'cases', of: 'case', fold: 'count', where: { field: 'status', in: ['open'] } },
    {
      measure: 'complaints',
      of: 'case',
      fold: 'count',
      where: [
        { field: 'status', in: ['open'] },
        { field: 'topic', in: ['complaint'] },
      ],
    },
    { measure: 'kept', ...money, ...standing, minus: { of: 'return', field: 'total' } },
    { measure: 'again', fold: 'repurchase', count: 'orders' },
    {
      measure: 'stage',
      fold: 'stage',
      first: 'first',
      last: 'last',
      new: 10,
      active: 60,
      lapsing: 120,
      dormant: 300,
    },
    {
      measure: 'rfm',
      fold: 'rfm',
      recency: { of: 'last', steps: [10, 40, 100, 300] },
      frequency: { of: 'orders365d', steps: [2, 3, 4, 5] },
      monetary: { of: 'spend365d', steps: { HKD: [1_000, 2_000, 5_000, 9_000] } },
    },
  ],
};

/** Sources of the worlds with their zones; one is a day ahead of the other for half of each day. */
export const ZONES = { crm: 'Pacific/Auckland', pos: 'America/Los_Angeles' } as const;

/** Definitions with {@link FULL_VIEW}, or with its measures the other way round. */
export const fullDefinitions = (turned: boolean): Definitions => ({
  ...someDefinitions(
    Object.entries(ZONES).map(([source, timeZone]) => aSource({ source, timeZone }, [])),
  ),
  view: turned ? { ...FULL_VIEW, measures: FULL_VIEW.measures.toReversed() } : FULL_VIEW,
});

const pick = <Entry>(random: Random, entries: readonly Entry[]): Entry =>
  entries[Math.floor(random() * entries.length)] as Entry;

const branded = (random: Random): ValueMap => {
  const brand = pick(random, BRANDS);
  return brand === 'none' ? {} : { brand };
};

// Most lie around the edges of the windows; some in the future, some have no time at all.
const drawTime = (random: Random, spread: number): number =>
  START + Math.round((random() * (spread + 40) - spread) * DAY_MS);

// An instant, or a calendar date.
const drawEnd = (random: Random): number | string => {
  const end = drawTime(random, pick(random, [-1, 30]));
  return random() < 0.5 ? end : new Date(end).toISOString().slice(0, 10);
};

const sometimes = (random: Random, chance: number, fields: () => ValueMap): ValueMap =>
  random() < chance ? fields() : {};

const drawTotal = (random: Random): ValueMap => ({
  total: { amount: Math.floor(random() * 4_000) - 100, currency: pick(random, ['HKD', 'CNY']) },
});

const drawFields = (random: Random, as: string): ValueMap => ({
  ...branded(random),
  ...sometimes(random, 0.9, () => ({ at: drawTime(random, pick(random, [10, 100, 1_500])) })),
  ...(as === 'order' || as === 'return' ? sometimes(random, 0.95, () => drawTotal(random)) : {}),
  ...(as === 'order' ? sometimes(random, 0.6, () => ({ store: pick(random, ['S1', 'S2']) })) : {}),
  ...(as === 'order'
    ? sometimes(random, 0.4, () => ({ state: pick(random, ['cancelled', 'done']) }))
    : {}),
  ...(as === 'points' ? { delta: Math.floor(random() * 100) - 50 } : {}),
  ...(as === 'points' || as === 'coupon'
    ? sometimes(random, 0.8, () => ({ ends: drawEnd(random) }))
    : {}),
  ...(as === 'coupon' ? sometimes(random, 0.4, () => ({ usedAt: drawTime(random, 30) })) : {}),
  ...(as === 'case'
    ? {
        status: pick(random, ['open', 'closed']),
        ...sometimes(random, 0.7, () => ({ topic: pick(random, ['complaint', 'repair']) })),
      }
    : {}),
});

const KINDS = ['order', 'order', 'order', 'return', 'points', 'coupon', 'case'] as const;

// Few names, so that rows of a customer share them, and lose them.
const named = (random: Random): ValueMap =>
  sometimes(random, 0.8, () => ({ nickname: pick(random, ['Ann', 'Ben', 'Cyd']) }));

const dressed = (random: Random, change: RowChange): RowChange => {
  if (change.kind === 'party' && change.after) {
    const fields = { ...change.after.fields, ...branded(random), ...named(random) };
    return { ...change, after: { ...change.after, fields } };
  }
  if (change.kind !== 'fact' || !change.after) return change;
  const as = pick(random, KINDS);
  return {
    ...change,
    after: { ...change.after, contribution: { as, fields: drawFields(random, as) } },
  };
};

/** Draws a world whose facts are of every kind. */
export const drawViewWorld = (
  seed: number,
  random: Random,
  people: number,
  events: number,
): World => {
  const world = drawWorld(seed, random, people, events);
  return { ...world, changes: world.changes.map((change) => dressed(random, change)) };
};
