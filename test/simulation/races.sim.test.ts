/**
 * Law: whatever one worker does while another stands still or dies between two of its store calls, the table ends as the
 * batch oracle says.
 *
 * Every so many of the catalogue's races, from another one on each time. All of them: `npm run verify -- --races ''`.
 */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { CATALOGUE, racesNamed } from '../support/race-catalogue.ts';
import { exploreRace } from '../support/races.ts';

const STRIDE = 25;

/** Races that found a defect once. */
const FOUND = [
  'receipts: whole and a part; whole (5), buyer (7)',
  'readings: one that names nobody; goes (7), is read anew (5)',
];

const findingsIn = async (races: typeof CATALOGUE) => {
  const findings: unknown[] = [];
  for (const { name, race } of races) {
    const finding = await exploreRace(race);
    if (finding) findings.push({ name, ...finding });
  }
  return findings;
};

test.each(FOUND)('race %s', async (name) => {
  const races = racesNamed(name);
  expect([races.length, await findingsIn(races)]).toEqual([1, []]);
});

test('some races of the catalogue', async () => {
  const first = randomInt(STRIDE);
  process.stderr.write(`One race in ${STRIDE} of ${CATALOGUE.length}, from race ${first} on\n`);
  const races = CATALOGUE.filter((_, index) => index % STRIDE === first);
  expect(await findingsIn(races)).toEqual([]);
});
