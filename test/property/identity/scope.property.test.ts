/**
 * Laws of scopes: writing and reading one changes nothing, taking it apart and putting it together changes nothing, and
 * applying changes step by step ends where F on the final set of units does, ids included.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EvidenceUnit, identifierKey, type UnitKey } from '#domain/identity/evidence.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import {
  customerGroups,
  EMPTY_SCOPE,
  type Evaluation,
  evaluateScope,
  mergeScopes,
  restrictScope,
  type Scope,
} from '#domain/identity/scope.ts';
import { formatScope, parseScope } from '#domain/identity/scope-text.ts';
import {
  POLICY,
  sharedAmong,
  showGroups,
  showHeld,
  unit,
  worldOf,
} from '../../support/builders/evidence.ts';

/** What is stored after an evaluation; a customer without an id gets the next one. */
const stored = (evaluation: Evaluation, issuedAt: number): Scope => {
  const fresh = (units: readonly UnitKey[], index: number): LedgerEntry => ({
    id: `one_${issuedAt}.${index}` as OneId,
    anchor: units[0] as UnitKey,
    issuedAt,
  });
  const named = evaluation.customers.map(({ units, entries }, index) => ({
    units,
    entry: entries[0] ?? fresh(units, index),
    isNew: entries.length === 0,
  }));
  return {
    units: evaluation.units,
    shared: evaluation.shared,
    ledger: [...evaluation.ledger, ...named.flatMap(({ entry, isNew }) => (isNew ? [entry] : []))],
    customers: named.map(({ units, entry }) => ({ id: entry.id, units })),
    held: evaluation.values.map((value) => ({ ...value, since: issuedAt })),
  };
};

/** Applies all of a world at once. */
const evaluateAll = (units: readonly EvidenceUnit[]): Evaluation =>
  evaluateScope(
    EMPTY_SCOPE,
    units.map((one) => ({ key: one.key, after: one })),
    new Map([...sharedAmong(units)].map((identifier) => [identifier, true])),
    [],
    POLICY,
  );

const scope = worldOf(12).map((units) => stored(evaluateAll(units), 1));

test('a scope is read back as it was written', () => {
  fc.assert(
    fc.property(scope, (one) => {
      expect(parseScope(formatScope(one))).toEqual(one);
    }),
  );
});

test('whatever its keys look like', () => {
  const odd = fc.constantFrom('7', '10', 'constructor', '"', 'a b', '~f', 'erp.account.金%2E');
  fc.assert(
    fc.property(fc.uniqueArray(odd, { minLength: 1 }), fc.string(), (names, text) => {
      const claims = [identifierKey('openid', text, 'x')];
      const units = names.map((name) => ({ ...unit(name), claims: claims.map(toClaim) }));
      const read = parseScope(formatScope(stored(evaluateAll(units), 1)));
      expect([...read.units.values()].toSorted(byKey)).toEqual(units.toSorted(byKey));
    }),
  );
});

const toClaim = (identifier: EvidenceUnit['claims'][number]['identifier']) => ({
  identifier,
  verified: true,
});
const byKey = (a: EvidenceUnit, b: EvidenceUnit) => (a.key < b.key ? -1 : 1);

test('taken apart by component and put together, it is the same', () => {
  fc.assert(
    fc.property(worldOf(12), (units) => {
      const evaluation = evaluateAll(units);
      const whole = stored(evaluation, 1);
      const parts = evaluation.components.map((keys) => restrictScope(whole, new Set(keys)));
      const again = mergeScopes(parts);
      expect(again.units).toEqual(whole.units);
      expect(again.shared).toEqual(whole.shared);
      expect(new Set(again.ledger)).toEqual(new Set(whole.ledger));
      expect(new Set(again.customers)).toEqual(new Set(whole.customers));
      expect(new Set(again.held)).toEqual(new Set(whole.held));
    }),
  );
});

/** A history: units that come, change and go, a few per step. */
const history = fc.array(
  fc.array(fc.record({ index: fc.nat({ max: 7 }), gone: fc.boolean(), world: worldOf(8) }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 8 },
);

test('step by step it ends where F on all units does, and every id leads to whoever holds its anchor', () => {
  fc.assert(
    fc.property(history, (steps) => {
      let current = EMPTY_SCOPE;
      let last: Evaluation | undefined;
      for (const [index, changes] of steps.entries()) {
        const wanted = new Map(
          changes.flatMap(({ index: at, gone, world }) =>
            world[at] ? [[world[at].key, gone ? undefined : world[at]] as const] : [],
          ),
        );
        const after = new Map(current.units);
        for (const [key, one] of wanted) one ? after.set(key, one) : after.delete(key);
        const shared = sharedAmong([...after.values()]);
        const touched = [...current.units.values(), ...after.values()].flatMap(({ claims }) =>
          claims.map(({ identifier }) => [identifier, shared.has(identifier)] as const),
        );
        const unitChanges = [...wanted].map(([key, one]) => (one ? { key, after: one } : { key }));
        last = evaluateScope(current, unitChanges, new Map(touched), [], POLICY);
        current = stored(last, index + 1);
      }
      expectEqualsF(current, last);
      expectIdsFollowAnchors(current);
    }),
    { numRuns: 200 },
  );
});

const expectEqualsF = (current: Scope, last: Evaluation | undefined): void => {
  const units = [...current.units.values()];
  const found = partition(units, sharedAmong(units), POLICY);
  const groups = customerGroups(found.groups, current.units, sharedAmong(units), POLICY);
  expect(showGroups(current.customers.map((customer) => customer.units))).toBe(showGroups(groups));
  expect(showHeld({ held: last?.held ?? [] })).toEqual(showHeld(found));
};

const expectIdsFollowAnchors = ({ customers, ledger }: Scope): void => {
  for (const customer of customers) {
    const owned = ledger.filter(({ anchor }) => customer.units.includes(anchor));
    const first = owned.toSorted((a, b) => a.issuedAt - b.issuedAt || (a.id < b.id ? -1 : 1))[0];
    expect(customer.id).toBe(first?.id);
  }
};
