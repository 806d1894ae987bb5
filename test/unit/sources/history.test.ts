import { describe, expect, test } from 'vitest';
import { rowKeyOf, TABLES } from '../../../local/sources/catalogue.ts';
import { measureDirt } from '../../../local/sources/shop/dirt-report.ts';
import { type History, makeHistory } from '../../../local/sources/shop/history.ts';

const NOW = Date.UTC(2026, 10, 22);

const history = (seed: number, customers: number): History =>
  makeHistory({ seed, customers, now: NOW });

const kindsOf = ({ rows }: History) =>
  rows.reduce<Record<string, number>>((counts, { table }) => {
    const { kind } = TABLES[table];
    return Object.assign(counts, { [kind]: (counts[kind] ?? 0) + 1 });
  }, {});

describe('history', () => {
  test('is the same for the same seed, size and instant, and another for another', () => {
    expect(history(5, 60)).toEqual(history(5, 60));
    expect(history(6, 60).people[0]).not.toEqual(history(5, 60).people[0]);
  });

  test('of the default size is about 12 000 rows, a fifth of them parties at most', () => {
    const made = history(1, 1000);
    const { party = 0, reference = 0 } = kindsOf(made);
    expect(made.rows.length).toBeGreaterThan(11_000);
    expect(made.rows.length).toBeLessThan(13_500);
    expect(party / made.rows.length).toBeLessThanOrEqual(0.2);
    expect(reference / made.rows.length).toBeLessThanOrEqual(0.2);
  });

  test('no two rows have one key', () => {
    const keys = history(2, 500).rows.map(({ table, row }) => rowKeyOf(table, row));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('ends before now, so that nothing lies in the future', () => {
    const now = new Date(NOW).toISOString();
    const late = history(3, 300).rows.flatMap(({ row }) =>
      Object.entries(row).filter(
        ([column, value]) =>
          /_at$|_on$|_dt$|_ts$/.test(column) &&
          column !== 'expires_on' &&
          typeof value === 'string' &&
          value > now,
      ),
    );
    expect(late).toEqual([]);
  });

  test('a couple shares what it says it shares, and nothing that keeps it apart', () => {
    const { people } = history(4, 1000);
    const byId = new Map(people.map((person) => [person.id, person]));
    const couples = people.filter((person) => person.household);
    const shares = couples.map((person) => {
      const partner = byId.get(person.household?.with ?? '');
      const what = person.household?.shares ?? 'phone';
      return [person[what], partner?.[what], person.gender !== partner?.gender];
    });
    expect(couples.length).toBeGreaterThan(0);
    expect(
      shares.filter(([mine, theirs]) => JSON.stringify(mine) !== JSON.stringify(theirs)),
    ).toEqual([]);
    expect(shares.every(([, , different]) => different)).toBe(true);
  });

  test('some people hold a number that somebody else had before', () => {
    const { people } = history(4, 1000);
    const former = new Set(people.flatMap(({ formerPhone }) => formerPhone?.national ?? []));
    const recycled = people.filter(({ phone }) => former.has(phone.national));
    expect(recycled.length).toBeGreaterThanOrEqual(10);
  });
});

describe.each([1, 2, 3, 20, 4711])('dirt with seed %i', (seed) => {
  const { measured, rates } = measureDirt(seed, history(seed, 1000));

  test.each([
    ['peopleInThreeSystems', 0.2],
    ['phonesWithoutRegion', 0.15],
    ['missingPhones', 0.05],
    ['sharedHouseholdPeople', 0.02],
    ['storePhoneReceipts', 0.01],
  ] as const)('%s is at least %d', (name, least) => {
    expect(measured[name]).toBeGreaterThanOrEqual(least);
  });

  test.each([
    'changedNumbers',
    'recycledNumbers',
    'placeholderPhones',
    'placeholderBirthdays',
    'placeholderEmails',
    'duplicateContacts',
    'secondCards',
  ] as const)('%s holds its rate', (kind) => {
    const { rate, hits, of } = rates[kind];
    expect(Math.abs(hits - rate * of)).toBeLessThanOrEqual(Math.max(1, 0.1 * rate * of));
  });
});
