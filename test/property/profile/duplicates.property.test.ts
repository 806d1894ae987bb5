/**
 * Law of duplicates: after any history, with decisions of operators and large scopes in parts, a pass over the table in pages
 * of any size counts what loops over the final rows, the decisions and the links that are held come to.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryScan } from '#adapters/memory/scan.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { LIMITS } from '#application/identity/identity-ports.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { SCOPE_SIZES } from '#application/identity/scope-writes.ts';
import { continueFold } from '#application/operate/fold-metrics.ts';
import { loadMetrics } from '#application/profile/metrics-store.ts';
import { parseDecisionItem, type StoredDecision } from '#application/shared/review-items.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import { links } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import type { DuplicateCounts } from '#domain/profile/duplicates.ts';
import { aSource, someDefinitions } from '../../support/builders/definitions.ts';
import { sharedAmong } from '../../support/builders/evidence.ts';
import { drawWorld, liveRows, liveUnits, SMALL_POLICY } from '../../support/identity-world.ts';
import {
  drawOperations,
  type Operation,
  operate,
  underDecisions,
} from '../../support/operations.ts';
import { seededRandom } from '../../support/scheduler.ts';

const MARKETS = { crm: 'HK', pos: 'CN' } as const;
const DEFINITIONS = someDefinitions([
  aSource({ source: 'crm', region: MARKETS.crm }),
  aSource({ source: 'pos', region: MARKETS.pos }),
]);
const SIZES = [SCOPE_SIZES, { whole: 150, part: 120 }] as const;

type Act = readonly RowChange[] | Exclude<Operation, { kind: 'rules' }>;

/** What the table counts after a history, and what is live then. */
const runWorld = async (seed: number, sizes: (typeof SIZES)[number], pageSize: number) => {
  const random = seededRandom(seed);
  const world = drawWorld(seed, random, 2 + Math.floor(random() * 5), 40);
  const table = new MemoryTable();
  let now = 0;
  const ports = {
    table,
    random,
    clock: () => ++now,
    sleep: async () => {},
    mint: (anchor: string, attempt: number) => `one_${anchor}/${attempt}` as OneId,
    limits: { ...LIMITS, sizes },
  };
  const acts: Act[] = [];
  for (let at = 0; at < world.changes.length; at += 4) acts.push(world.changes.slice(at, at + 4));
  for (const operation of drawOperations(random, world)) {
    if (operation.kind === 'rules') continue;
    acts.splice(Math.floor(random() * acts.length), 0, operation);
  }
  for (const act of acts) {
    if ('kind' in act) await operate(ports, SMALL_POLICY, act);
    else {
      const latest = foldToLatest(act);
      const parties = latest.filter((change) => change.kind === 'party');
      const facts = latest.filter((change) => change.kind === 'fact');
      const { failures } = await applyRows(ports, SMALL_POLICY, parties, facts);
      expect(failures).toEqual([]);
      await closeScopes(ports, SMALL_POLICY);
    }
  }
  const scan = memoryScan(table);
  const definitions = async () => ({ hash: 'h1', definitions: DEFINITIONS });
  const inPages = { table, clock: () => 0, definitions };
  await continueFold(
    { ...inPages, scan: (asked) => scan({ ...asked, limit: pageSize }) },
    undefined,
  );
  const decisions = table
    .dump()
    .filter(({ pk }) => pk === 'DECISION')
    .map(parseDecisionItem);
  return { counted: (await loadMetrics(table))?.metrics.duplicates, world, decisions };
};

/** The customers there must be, each as its units. */
const customersAmong = (units: readonly EvidenceUnit[]) => {
  const shared = sharedAmong(units, SMALL_POLICY);
  const { groups, held } = partition(units, shared, SMALL_POLICY);
  const says = (key: UnitKey): boolean => {
    const unit = units.find((one) => one.key === key) as EvidenceUnit;
    const named = unit.claims
      .map(({ identifier }) => identifier)
      .some((one) => !one.startsWith('!') && !shared.has(one) && links(SMALL_POLICY, one));
    return unit.mayCreate && (unit.party || named);
  };
  return { customers: groups.filter((group) => group.some(says)), held };
};

/** The persons there must be, each as its customers. */
const personsAmong = (units: readonly EvidenceUnit[], decisions: readonly StoredDecision[]) => {
  const { customers, held } = customersAmong(units);
  const ownerOf = (unit: UnitKey) => customers.find((customer) => customer.includes(unit));
  const apart = decisions.filter(({ kind, revoked }) => kind === 'never' && !revoked);
  let persons = customers.map((customer) => [customer]);
  for (const { a, b } of held) {
    const [ofA, ofB] = [ownerOf(a), ownerOf(b)];
    if (!ofA || !ofB || ofA === ofB) continue;
    const isDecided = apart.some(
      (one) =>
        (ofA.includes(one.a) && ofB.includes(one.b)) ||
        (ofA.includes(one.b) && ofB.includes(one.a)),
    );
    if (isDecided) continue;
    const joined = persons.filter((person) => person.includes(ofA) || person.includes(ofB));
    persons = [...persons.filter((person) => !joined.includes(person)), joined.flat()];
  }
  return persons;
};

const ofPlace = (place: string) => (unit: UnitKey) => {
  const source = unit.split('.')[0] as keyof typeof MARKETS;
  return ['all', `source|${source}`, `market|${MARKETS[source]}`].includes(place);
};

const expectedAt = (
  place: string,
  persons: readonly (readonly (readonly UnitKey[])[])[],
): DuplicateCounts => {
  const isHere = ofPlace(place);
  const counts = { records: 0, customers: 0, people: 0, before: 0, after: 0 };
  for (const person of persons) {
    const rows = person
      .map((customer) => customer.filter((unit) => !unit.startsWith('~')))
      .filter((customer) => customer.length > 0);
    const all = rows.flat();
    if (all.length === 0) continue;
    const here = all.filter(isHere).length;
    counts.records += here;
    counts.customers += rows.filter((customer) => customer.some(isHere)).length;
    counts.people += here > 0 ? 1 : 0;
    counts.before += here * Math.round((1e6 * (all.length - 1)) / all.length);
    counts.after += here * Math.round((1e6 * (rows.length - 1)) / all.length);
  }
  return counts;
};

const PLACES = ['all', 'market|CN', 'market|HK', 'source|crm', 'source|pos'];

test('a pass counts what loops over the final rows come to', async () => {
  let reduced = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1_000_000_000),
      fc.constantFrom(...SIZES),
      fc.integer({ min: 1, max: 40 }),
      async (seed, sizes, pageSize) => {
        const { counted, world, decisions } = await runWorld(seed, sizes, pageSize);
        const units = underDecisions(liveUnits(liveRows(world)), decisions);
        const persons = personsAmong(units, decisions);
        const expected = PLACES.map((place) => [place, expectedAt(place, persons)] as const);
        expect(counted).toEqual(
          Object.fromEntries(expected.filter(([, { records }]) => records > 0)),
        );
        reduced += Object.values(counted ?? {}).some(({ after }) => after > 0) ? 1 : 0;
      },
    ),
    { numRuns: 100, interruptAfterTimeLimit: 8_000 },
  );
  // Else nothing would have waited anywhere.
  expect(reduced).toBeGreaterThan(10);
});
