/**
 * Laws of a change of rules: applying it comes to exactly what the preview lists, whatever else happens meanwhile the end
 * is what F says under the new rules, and customers that it does not concern keep their ids.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyRules, previewRules } from '#application/identity/change-rules.ts';
import { isLive, parseCustomerItem } from '#application/shared/items.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import { replayEvents } from '#domain/identity/identity-event.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { RuleChange } from '#domain/identity/rule-change.ts';
import { audit } from '../../support/audit.ts';
import { POLICY, worldOf } from '../../support/builders/evidence.ts';
import { version } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { customersOf } from '../../support/stored-customers.ts';

/** Other limits, caps and priorities of the same namespaces. */
const changedRules: fc.Arbitrary<MergePolicy> = fc
  .record({
    order: fc.shuffledSubarray(['unionid', 'card', 'phone', 'email', 'openid', 'born'], {
      minLength: 6,
    }),
    numbers: fc.array(
      fc.record({
        limit: fc.option(fc.integer({ min: 1, max: 3 })),
        cap: fc.integer({ min: 2, max: 6 }),
      }),
      {
        minLength: 6,
        maxLength: 6,
      },
    ),
  })
  .map(({ order, numbers }) =>
    Object.fromEntries(
      order.map((name, index) => {
        const { limit: _, ...rules } = POLICY[name] ?? expect.fail();
        const { limit, cap } = numbers[index] ?? expect.fail();
        return [name, { ...rules, priority: index + 1, cap, ...(limit === null ? {} : { limit }) }];
      }),
    ),
  );

const rowOf = (unit: EvidenceUnit, n: number) => ({
  kind: 'party' as const,
  rowKey: unit.key as string as never,
  source: 'x',
  version: version(n),
  sequences: [],
  after: { evidence: { ...unit, party: true }, fields: {}, identifiers: [] },
});

const parties = worldOf(12).map((units) =>
  units.map((unit) => ({ ...unit, key: unit.key.replace('~', 'f') as UnitKey, party: true })),
);

const liveIn = (store: ReturnType<typeof anIdentityStore>): ReadonlySet<OneId> =>
  new Set(
    store.table
      .dump()
      .filter(({ sk }) => sk === 'CUSTOMER')
      .map(parseCustomerItem)
      .flatMap((entry) => (isLive(entry) ? [entry.id] : [])),
  );

test('applying comes to what the preview lists', async () => {
  await fc.assert(
    fc.asyncProperty(parties, changedRules, async (units, rules) => {
      const store = anIdentityStore();
      for (const unit of units) await store.parties(rowOf(unit, 1));
      const before = liveIn(store);
      const idOfUnits = idsIn(store);
      const { table, scan, ports } = store;
      const preview = await previewRules(table, scan, POLICY, rules, ports.mint);
      await applyRules(ports, scan, rules);
      expect(audit(table.dump(), rules)).toEqual([]);
      const created = [...before].map(
        (customerId) => ({ type: 'identity.created', customerId }) as const,
      );
      const { customers } = replayEvents([...created, ...preview.events]);
      expect([...liveIn(store)].sort()).toEqual([...customers].sort());
      expect(preview.customers).toEqual([before.size, customers.size]);
      expectIdsOf(preview.idChanges, idOfUnits, idsIn(store));
      expectDecided(preview.samples, units);
      const again = await previewRules(table, scan, rules, rules, ports.mint);
      expect(again.events).toEqual([]);
    }),
    { numRuns: 120 },
  );
});

/** Which customer each unit is. */
const idsIn = (store: ReturnType<typeof anIdentityStore>): ReadonlyMap<string, string> =>
  new Map(
    customersOf(store.table.dump()).flatMap(({ id, units }) => units.map((unit) => [unit, id])),
  );

/** Fails when the ids that change are not those of the units that have another id than they had. */
const expectIdsOf = (
  listed: RuleChange['idChanges'],
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void => {
  const moved = [...before].flatMap(([unit, from]) => {
    const to = after.get(unit);
    return to === undefined || to === from ? [] : [`${from} ${to}`];
  });
  const told = listed.flatMap(({ from, to, units }) => Array(units).fill(`${from} ${to}`));
  expect(told.sort()).toEqual(moved.sort());
};

/** Fails when a sample names no link or obstacle, or a link by a value that its two units do not both hold. */
const expectDecided = (samples: RuleChange['samples'], units: readonly EvidenceUnit[]): void => {
  const holds = (key: UnitKey, identifier: string) =>
    units.some((unit) => unit.key === key && unit.claims.some((c) => c.identifier === identifier));
  for (const { event, parts, links, obstacles } of samples) {
    const [staying, ...others] = parts;
    if (!staying || staying.units.length === 0) continue;
    const named = event.type === 'identity.merged' ? links : obstacles;
    expect(named).toHaveLength(others.length);
    for (const { a, b, identifier } of links)
      expect(holds(a, identifier) && holds(b, identifier)).toBe(true);
  }
};

test('while rows change, the end is what the new rules say of the rows there are', async () => {
  await fc.assert(
    fc.asyncProperty(parties, parties, changedRules, async (units, others, rules) => {
      const store = anIdentityStore();
      for (const unit of units) await store.parties(rowOf(unit, 1));
      const under = store.under(rules);
      const changes = others.map((unit) => under.parties(rowOf(unit, 2)));
      await Promise.all([applyRules(under.ports, store.scan, rules), ...changes]);
      await applyRules(under.ports, store.scan, rules);
      expect(audit(store.table.dump(), rules)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
