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
import { audit } from '../../support/audit.ts';
import { POLICY, worldOf } from '../../support/builders/evidence.ts';
import { version } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

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
      const again = await previewRules(table, scan, rules, rules, ports.mint);
      expect(again.events).toEqual([]);
    }),
    { numRuns: 120 },
  );
});

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
