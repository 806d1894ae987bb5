/**
 * What a file teaches where it says little of its people: names that many have, and birth dates. Pairs that share a key
 * agree on one of the two nearly always and on both hardly ever, which a model must not take for a person.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readMapping, readRules } from '#domain/extract/extract-definition.ts';
import { extractPolicy, sharedIn } from '#domain/extract/extract-policy.ts';
import { readRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { prepareExtract } from '#domain/extract/resolve-extract.ts';
import { scoreClusters } from '#domain/extract/score-clusters.ts';
import { partition } from '#domain/identity/partition.ts';
import type { Random } from '#domain/shared/clock.ts';
import type { Result } from '#domain/shared/result.ts';
import { startModel } from '../../support/builders/match.ts';
import { EXTRACT } from '../../support/extract-rows.ts';
import { seededRandom } from '../../support/scheduler.ts';

const checked = <Value>(result: Result<Value, unknown>): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const RULES = checked(
  readRules({ path: 'person.yaml', text: readFileSync('extracts/rules/person.yaml', 'utf8') }),
);
const PORTS = {
  pseudonymise: (_: string, __: string | undefined, value: string) => value,
  versionOf: () => 'v',
};

type Person = Readonly<Record<string, string>>;

const SYLLABLES = ['ba', 'den', 'fi', 'gor', 'hul', 'jek', 'lam', 'mo', 'nis', 'par', 'rot', 'sev'];

/** So many names; from a skew of 2 on the first are far commoner than the last. */
const namesOf = (random: Random, count: number, length: number, skew = 1) => {
  const names = Array.from({ length: count }, () =>
    Array.from({ length }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]).join(''),
  );
  return () => names[Math.floor(count * random() ** skew)] ?? '';
};

const slipIn = (random: Random, text: string): string => {
  const at = Math.floor(random() * text.length);
  const other = /\d/.test(text[at] ?? '') ? String(Math.floor(random() * 10)) : 'x';
  return text.slice(0, at) + other + text.slice(at + 1);
};

/** People, a tenth of whom are written twice, the second time with one slip in what `slips` names. */
const drawPeople = (
  random: Random,
  people: number,
  draw: () => Person,
  slips: readonly string[],
): readonly { readonly record: Person; readonly person: string }[] =>
  Array.from({ length: people }, (_, number) => {
    const record = draw();
    const column = slips[Math.floor(random() * slips.length)] ?? '';
    const again = { ...record, [column]: slipIn(random, record[column] ?? '') };
    const person = `p${number}`;
    return number % 10 === 0
      ? [
          { record, person },
          { record: again, person },
        ]
      : [{ record, person }];
  }).flat();

const resolve = (
  columns: string,
  rows: readonly { readonly record: Person; readonly person: string }[],
) => {
  const definition = checked(
    readMapping({ path: 'extract.yaml', text: `sources:\n  - columns: ${columns}\n` }),
  );
  const [mapping] = definition.mappings;
  if (mapping === undefined) throw new Error('no mapping');
  const read = rows.map(({ record, person }, index) => {
    const row = readRow(record, mapping, definition, { file: 'f.csv', record: index + 1 });
    if (row === undefined) throw new Error('no row');
    return { row, person };
  });
  const extract = read.map(({ row }) => row);
  const { units, policy } = prepareExtract(PORTS, definition, RULES, extract);
  const { groups, held } = partition(units, sharedIn(units, RULES), policy);
  const customers = new Map(groups.flatMap((keys, at) => keys.map((key) => [key, `${at}`])));
  const scores = scoreClusters(
    read.map(({ row, person }) => ({ customer: customers.get(unitKeyOf(row)) ?? '', person })),
  );
  return { scores, held };
};

describe('of names that many have and birth dates', () => {
  test.each([1, 2, 3])(
    'those who are written twice are found, nearly nobody else: seed %i',
    (seed) => {
      const random = seededRandom(seed);
      const [given, family] = [namesOf(random, 300, 2, 3), namesOf(random, 400, 3, 3)];
      const two = (most: number) => String(1 + Math.floor(random() * most)).padStart(2, '0');
      const rows = drawPeople(
        random,
        3_000,
        () => ({
          g: given(),
          f: family(),
          d: `${1930 + Math.floor(random() * 70)}-${two(12)}-${two(28)}`,
        }),
        ['g', 'f', 'd'],
      );
      const { scores } = resolve('{ g: name.given, f: name.family, d: birth-date }', rows);
      expect(scores.precision).toBeGreaterThan(0.93);
      expect(scores.recall).toBeGreaterThan(0.85);
      expect(scores.largestCustomer).toBeLessThan(5);
    },
  );
});

test('a large file holds for review only what is likely', () => {
  const rules = { ...RULES, reviewUpTo: 3 };
  const model = { ...startModel('name'), placeholderDates: [] };
  const { definition } = EXTRACT;
  const reviewOf = (rows: number) =>
    Object.values(extractPolicy(definition, rules, model, rows)).flatMap(
      ({ candidates }) => candidates?.review ?? [],
    );
  expect([reviewOf(3), reviewOf(4)]).toEqual([[RULES.review], [RULES.link]]);
});

describe('of names and towns', () => {
  const peopleOfTowns = (names: number, people: number) => {
    const random = seededRandom(7);
    const [given, family, town] = [
      namesOf(random, names, 3),
      namesOf(random, names, 3),
      namesOf(random, 60, 3),
    ];
    return drawPeople(random, people, () => ({ g: given(), f: family(), t: town() }), ['note']);
  };
  const COLUMNS = '{ g: name.given, f: name.family, t: address.city }';

  test('rare ones are one person, and common ones wait', () => {
    const { scores, held } = resolve(COLUMNS, peopleOfTowns(1_500, 2_000));
    expect(scores.precision).toBeGreaterThan(0.97);
    expect(scores.recall).toBeGreaterThan(0.5);
    expect(new Set(held.map(({ reason }) => reason))).toEqual(new Set(['review']));
  });

  test('nobody is joined by what half the file is called', () => {
    expect(resolve(COLUMNS, peopleOfTowns(12, 2_000)).scores.customers).toBe(2_200);
  });

  test('a small file does not know which names are rare', () => {
    const { scores } = resolve(COLUMNS, peopleOfTowns(1_500, 300));
    expect(scores.customers).toBe(330);
  });

  test('a name alone joins nobody, however rare', () => {
    const { scores } = resolve('{ g: name.given, f: name.family }', peopleOfTowns(1_500, 2_000));
    expect(scores.customers).toBe(2_200);
  });
});
