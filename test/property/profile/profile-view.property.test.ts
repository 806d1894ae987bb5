/**
 * Laws of the view: the order of rows never matters, a row that is gone was never there, and the view of two customers
 * that merge is the view of all their rows. The oracle of every figure is a loop over the rows.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FactRow, factsPartial, NO_BRAND } from '#domain/profile/facts-partial.ts';
import { profileView } from '#domain/profile/profile-view.ts';
import {
  addUp,
  anyFacts,
  anyParties,
  NOW,
  VIEW,
  viewOfRows,
} from '../../support/builders/profile.ts';
import { FULL_VIEW, ZONES } from '../../support/view-world.ts';

const DAY_MS = 86_400_000;

const anyDatedFacts = fc
  .tuple(anyFacts, fc.array(fc.nat(6_000), { minLength: 10, maxLength: 10 }))
  .map(([facts, days]): readonly FactRow[] =>
    facts.map((fact, index) => {
      const day = (days[index] ?? 0) * DAY_MS;
      return { ...fact, fields: { ...fact.fields, at: day, ends: day + 30 * DAY_MS, store: 's' } };
    }),
  );

test('it does not matter into which parts the facts are cut', () => {
  fc.assert(
    fc.property(anyFacts, fc.array(fc.nat(10), { maxLength: 3 }), (facts, cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), facts.length];
      const parts = ends.map((end, index) => facts.slice(ends[index - 1] ?? 0, end));
      expect(viewOfRows([], ...parts)).toEqual(viewOfRows([], facts));
    }),
  );
});

test('the order of rows does not matter', () => {
  const delivery = fc.tuple(anyParties, anyFacts).chain(([parties, facts]) =>
    fc.record({
      parties: fc.constant(parties),
      facts: fc.constant(facts),
      again: fc.shuffledSubarray([...parties], { minLength: parties.length }),
      factsAgain: fc.shuffledSubarray([...facts], { minLength: facts.length }),
    }),
  );
  fc.assert(
    fc.property(delivery, ({ parties, facts, again, factsAgain }) => {
      // As text, so that the order of members is compared, too.
      expect(JSON.stringify(viewOfRows(again, factsAgain))).toBe(
        JSON.stringify(viewOfRows(parties, facts)),
      );
    }),
  );
});

const amountsOf = (facts: readonly FactRow[], as: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const { fields } of facts.filter((fact) => fact.as === as)) {
    const total = fields['total'] as { amount: number; currency: string } | undefined;
    if (total) sums.set(total.currency, (sums.get(total.currency) ?? 0) + total.amount);
  }
  return sums;
};

const figuresOf = (facts: readonly FactRow[]) => {
  let points = 0;
  let lastOrderAt: number | null = null;
  const orders = facts.filter((fact) => fact.as === 'order');
  for (const { fields } of facts.filter((fact) => fact.as === 'points')) {
    points += (fields['delta'] as number | undefined) ?? 0;
  }
  for (const { fields } of orders) {
    const at = (fields['at'] as number | undefined) ?? lastOrderAt;
    if (at !== null) lastOrderAt = Math.max(at, lastOrderAt ?? at);
  }
  return { orders: orders.length, points, lastOrderAt };
};

test('every figure is what a loop over the rows gives', () => {
  fc.assert(
    fc.property(anyParties, anyFacts, (parties, facts) => {
      const view = viewOfRows(parties, facts);
      const [spent, returned] = [amountsOf(facts, 'order'), amountsOf(facts, 'return')];
      const currencies = [...new Set([...spent.keys(), ...returned.keys()])];
      const net = currencies.map((one) => [one, (spent.get(one) ?? 0) - (returned.get(one) ?? 0)]);
      expect(view.measures['spend']).toEqual(Object.fromEntries(net));
      expect(view.measures).toMatchObject(figuresOf(facts));
      const rows = view.sources.reduce((sum, source) => sum + source.rows, 0);
      expect(rows).toBe(parties.length + facts.length);
    }),
  );
});

test('every profile field can be asked where it came from', () => {
  fc.assert(
    fc.property(anyParties, (parties) => {
      const { profile } = viewOfRows(parties);
      for (const { field, sources } of VIEW.profile) {
        const holders = parties
          .filter((party) => party.fields[field] !== undefined)
          .map((party) => ({ party, rank: sources.indexOf(party.rowKey.split('.')[0] ?? '') }))
          .filter(({ rank }) => rank >= 0)
          .sort((a, b) => a.rank - b.rank || (a.party.rowKey < b.party.rowKey ? -1 : 1));
        expect(profile[field]?.winner.rowKey).toBe(holders[0]?.party.rowKey);
        expect(profile[field]?.winner.value).toBe(holders[0]?.party.fields[field]);
      }
    }),
  );
});

test('the view of all brands is the sum of the views of each, and none shows another', () => {
  const branded = fc
    .tuple(anyFacts, fc.array(fc.constantFrom('a', 'b', undefined)))
    .map(([facts, brands]) =>
      facts.map(({ fields, ...fact }, index) => {
        const brand = brands[index];
        return { ...fact, fields: brand === undefined ? fields : { ...fields, brand } };
      }),
    );
  fc.assert(
    fc.property(branded, (facts) => {
      const partial = addUp(facts);
      const of = (brands?: readonly string[]) =>
        profileView(VIEW, [], partial, { now: NOW, ...(brands ? { brands } : {}) });
      const [all, ...each] = [of(), of(['a']), of(['b']), of([NO_BRAND])];
      for (const name of ['orders', 'points'] as const) {
        const sum = each.reduce((total, view) => total + Number(view.measures[name]), 0);
        expect(all?.measures[name]).toBe(sum);
      }
      const own = facts.filter(({ fields }) => (fields as { brand?: string }).brand === 'a');
      expect(of(['a'])).toEqual(viewOfRows([], own));
      expect(of(['a', 'b', NO_BRAND])).toEqual(all);
    }),
  );
});

test('added up earlier, facts say the same at any later instant', () => {
  const instants = fc.tuple(fc.nat(3_000), fc.nat(3_000));
  fc.assert(
    fc.property(anyDatedFacts, instants, (facts, [early, more]) => {
      const view = (written: number) =>
        profileView(
          FULL_VIEW,
          [],
          factsPartial({ view: FULL_VIEW, zones: ZONES, now: written }, facts),
          {
            now: (early + more) * DAY_MS,
          },
        );
      expect(view(early * DAY_MS)).toEqual(view((early + more) * DAY_MS));
    }),
  );
});

test('figures of two customers add up when they merge', () => {
  fc.assert(
    fc.property(anyFacts, fc.nat(10), (facts, cut) => {
      const measures = (part: readonly FactRow[]) => viewOfRows([], part).measures;
      const [one, other, both] = [facts.slice(0, cut), facts.slice(cut), facts].map(measures);
      expect(Number(both?.['orders'])).toBe(Number(one?.['orders']) + Number(other?.['orders']));
      expect(Number(both?.['points'])).toBe(Number(one?.['points']) + Number(other?.['points']));
    }),
  );
});
