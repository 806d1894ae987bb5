/** How large a scope may be: ten thousand rows that hang together are written, and what one transaction cannot hold is said. */
import { expect, test } from 'vitest';
import { ScopeTooLargeError, scopeWrites } from '#application/identity/scope-store.ts';
import type { ScopeId } from '#application/shared/items.ts';
import { MAX_TRANSACTION_ACTIONS } from '#application/shared/table.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { EMPTY_SCOPE } from '#domain/identity/scope.ts';

/** Rows in a line, each of which shares a value with the next; keys and pseudonyms as long as they are in earnest. */
const lineOf = (rows: number) => {
  const phone = (n: number) => `phone#${String(n).padStart(22, 'p')}` as IdentifierKey;
  const units = Array.from({ length: rows }, (_, n): EvidenceUnit => {
    const claims = [phone(n), phone(n + 1)].map((identifier) => ({ identifier, verified: true }));
    return { key: `member.member.6100${n}` as UnitKey, party: true, mayCreate: true, claims };
  });
  return { ...EMPTY_SCOPE, units: new Map(units.map((unit) => [unit.key, unit])) };
};

const written = (rows: number) =>
  scopeWrites({ id: 's1' as ScopeId, scope: lineOf(rows), open: false });

test('ten thousand rows that hang together are one transaction', () => {
  const actions = written(10_000);
  expect(actions.length).toBeLessThan(MAX_TRANSACTION_ACTIONS / 2);
  for (const action of actions) expect(JSON.stringify(action).length).toBeLessThan(400_000);
  expect(JSON.stringify(actions).length).toBeLessThan(4_000_000);
});

test('what a transaction cannot hold is said', () => {
  expect(() => written(60_000)).toThrow(ScopeTooLargeError);
});
