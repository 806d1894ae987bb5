/**
 * Law of the un-merge: when the one row that linked two customers goes or changes, everything is as if it had never been,
 * byte for byte, ids included; and whatever merges and splits in between, every id ever issued leads somewhere.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyRules } from '#application/identity/change-rules.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, party, partyGone } from '../../support/builders/rows.ts';
import { storedState } from '../../support/canonical-state.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { seededRandom } from '../../support/scheduler.ts';
import { aViewStore } from '../../support/views.ts';

type Store = ReturnType<typeof anIdentityStore>;

/** Rules whose caps these worlds do not reach: a value that is shared for a while issues ids, and ids are history. */
const ROOMY = Object.fromEntries(
  Object.entries(POLICY).map(([name, rules]) => [name, { ...rules, cap: 20 }]),
);

/** All profiles as they are served, and the canonical state. */
const everything = async (store: ReturnType<typeof aViewStore>): Promise<string> => {
  await store.maintain();
  const customers = storedState(store.table.dump(), ROOMY);
  const profiles = customers.customers.map(async ({ id }) => [id, await store.view(id)]);
  return canonicalJson([await Promise.all(profiles), customers]);
};

/** Two customers: rows and orders of each, tied by one value of its own. */
const build = async (store: Store, rows: number): Promise<void> => {
  for (let n = 0; n < rows; n++) {
    await store.parties(party(`crm.a${n}`, 1, 'phone#1', `card#a`));
    await store.parties(party(`shop.b${n}`, 1, 'email#1', 'born#1'));
    await store.facts(fact(`pos.a${n}`, 1, ['phone#1']), fact(`pos.b${n}`, 1, ['email#1?']));
  }
};

const drawn = fc.record({
  rows: fc.integer({ min: 1, max: 2 }),
  /** What the row that links them says besides. */
  more: fc.subarray(['unionid#1', 'openid:x#1', 'born#1', 'card#a']),
  /** Whether it goes, or changes to say nothing. */
  deleted: fc.boolean(),
  /** What else happens while they are one. */
  meanwhile: fc.subarray(['crm.late', 'pos.late']),
});

const perform = async (store: Store, what: readonly string[]): Promise<void> => {
  if (what.includes('crm.late')) await store.parties(party('crm.late', 1, 'phone#1'));
  if (what.includes('pos.late')) await store.facts(fact('pos.late', 1, ['email#1?']));
};

test('two profiles, byte-equal to the world where the link never was', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ rows, more, deleted, meanwhile }) => {
      const [linked, never] = [aViewStore(ROOMY), aViewStore(ROOMY)];
      const end = deleted ? partyGone('crm.z', 2) : party('crm.z', 2);
      for (const store of [linked, never]) await build(store, rows);
      await never.parties(party('crm.z', 1));
      await linked.parties(party('crm.z', 1));
      await linked.parties(party('crm.z', 1), party('crm.y', 1, 'phone#1', 'email#1', ...more));
      expect(linked.customers().filter((line) => line.includes(' -> '))).toHaveLength(1);
      for (const store of [linked, never]) await perform(store, meanwhile);
      for (const store of [linked, never]) await store.parties(partyGone('crm.y', 2), end);
      linked.expectSound();
      expect(await everything(linked)).toBe(await everything(never));
    }),
    { numRuns: 100 },
  );
});

/** Cycles of one `npm test`; set IDENTITY_CYCLES for more. */
const CYCLES = Number(process.env['IDENTITY_CYCLES'] ?? 1_000);

const customersOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `one_crm.${from + n}: crm.${from + n}`);

const idOf = (line: string): string => line.split(/[: ]/)[0] ?? '';

/** One cycle: a bridge between two of the first ten, now and then other rules, now and then its end. */
const cycleOf = async (store: Store, cycle: number, random: () => number): Promise<void> => {
  const [from, to] = [Math.floor(random() * 10), Math.floor(random() * 10)];
  const version = 4 * cycle + 1;
  const bridge = party('shop.bridge', version, `phone#${from}`, `email#${to}`);
  await store.parties(bridge, party(`crm.${from}`, version + 1, `card#${from}`, `phone#${from}`));
  await store.parties(bridge, party(`crm.${to}`, version + 2, `card#${to}`, `email#${to}`));
  if (cycle % 50 === 0)
    await applyRules(store.ports, store.scan, cycle % 100 === 0 ? OTHERS : POLICY);
  if (cycle % 3 === 0) await store.parties(partyGone('shop.bridge', version + 3));
};

const OTHERS = { ...POLICY, phone: { ...POLICY['phone'], cap: 5 } } as typeof POLICY;

test(`${CYCLES} cycles of merge, split, replay and rule change: every id answers, nobody else is touched`, async () => {
  const store = anIdentityStore();
  const random = seededRandom(7);
  for (let n = 0; n < 40; n++) await store.parties(party(`crm.${n}`, 1, `card#${n}`));
  const issued = new Set<string>();
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    await cycleOf(store, cycle, random);
    for (const line of store.customers()) issued.add(idOf(line));
  }
  await applyRules(store.ports, store.scan, POLICY);
  const lines = store.customers();
  expect([...issued].sort()).toEqual(lines.map(idOf).sort());
  expect(customersOf(10, 40).filter((line) => !lines.includes(line))).toEqual([]);
  store.expectSound();
}, 120_000);
