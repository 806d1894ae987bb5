/**
 * Laws of parts: put together they are the scope, whatever was in them before; each is read for itself; none is larger than it
 * may be, apart from what cannot be cut; and what did not change is kept.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { EMPTY_SCOPE, evaluateScope, mergeScopes, type Scope } from '#domain/identity/scope.ts';
import { layOut, type ScopePart } from '#domain/identity/scope-parts.ts';
import { parseScope } from '#domain/identity/scope-text.ts';
import { POLICY, sharedAmong, worldOf } from '../../support/builders/evidence.ts';

/** A scope of units, with ids that are those of their smallest units. */
const scopeOf = (units: readonly EvidenceUnit[], since: number): Scope => {
  const changes = units.map((one) => ({ key: one.key, after: one }));
  const shared = new Map([...sharedAmong(units)].map((identifier) => [identifier, true]));
  const evaluation = evaluateScope(EMPTY_SCOPE, changes, shared, [], POLICY);
  const idOf = (anchor: UnitKey | undefined) => `one_${anchor}` as OneId;
  return {
    units: evaluation.units,
    shared: evaluation.shared,
    ledger: evaluation.customers.map(({ units: [anchor] }) => ({
      ...{ id: idOf(anchor), anchor: anchor as UnitKey, issuedAt: 1 },
    })),
    customers: evaluation.customers.map((one) => ({ id: idOf(one.units[0]), units: one.units })),
    held: evaluation.values.map((value) => ({ ...value, since })),
  };
};

const worlds = worldOf(16);
const size = fc.integer({ min: 1, max: 1_500 });

/** A scope with nothing said by order. */
const content = ({ units, shared, ledger, customers, held }: Scope) => ({
  units: [...units.values()].toSorted(by(({ key }) => key)),
  shared: [...shared].toSorted(),
  ledger: ledger.toSorted(by(({ id }) => id)),
  customers: customers.toSorted(by(({ id }) => id)),
  held: held.toSorted(by(({ identifier }) => identifier)),
});

const by =
  <Entry>(nameOf: (entry: Entry) => string) =>
  (a: Entry, b: Entry) =>
    nameOf(a) < nameOf(b) ? -1 : 1;

const put = (parts: readonly ScopePart[]) => content(mergeScopes(parts.map(({ scope }) => scope)));

test('a scope is cut into parts of the size given, each of which is read for itself', () => {
  fc.assert(
    fc.property(worlds, size, (units, most) => {
      const { kept, written } = layOut([], scopeOf(units, 1), most);
      expect(kept).toEqual([]);
      expect(put(written)).toEqual(content(scopeOf(units, 1)));
      for (const { text, scope, bytes } of written) {
        expect(content(parseScope(text))).toEqual(content(scope));
        expect(Buffer.byteLength(text)).toBe(bytes);
        const things = scope.units.size + scope.held.length + scope.shared.size;
        expect(bytes <= most || things === 1).toBe(true);
      }
    }),
  );
});

test('parts of what was before, of one scope or of several, become what is now', () => {
  fc.assert(
    fc.property(worlds, worlds, size, size, (before, after, small, most) => {
      const half = Math.floor(before.length / 2);
      const was = [before.slice(0, half), before.slice(half)].flatMap(
        (units) => layOut([], scopeOf(units, 1), small).written,
      );
      const now = scopeOf(after, 2);
      const { kept, written } = layOut(was, now, most);
      expect(put([...kept, ...written])).toEqual(content(now));
      expect(kept.every((part) => was.includes(part as (typeof was)[number]))).toBe(true);
    }),
  );
});

test('what did not change is kept', () => {
  fc.assert(
    fc.property(worlds, worlds, size, (units, other, most) => {
      const was = layOut([], scopeOf(units, 1), most).written;
      expect(layOut(was, scopeOf(units, 1), most).written).toEqual([]);
      const now = scopeOf([...units.slice(1), ...other.slice(0, 1)], 1);
      const { kept } = layOut(was, now, most);
      for (const part of kept)
        expect(now.units).toEqual(new Map([...now.units, ...part.scope.units]));
    }),
  );
});
