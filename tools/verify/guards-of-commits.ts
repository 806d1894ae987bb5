/**
 * Guards of commits: scopes, claims, party rows, decisions and changes of rules.
 * @module
 */
import type { Mutant } from './mutant.ts';

const IDENTITY = 'src/application/identity';

/** Each guard, and the code without it. */
export const GUARDS_OF_COMMITS: readonly Mutant[] = [
  {
    guard: 'no holder joins a shared value while it is counted',
    file: `${IDENTITY}/membership-writes.ts`,
    from: "when: { all: [{ equals: [['shared'], true] }, { missing: ['cooling'] }] },",
    to: "when: { exists: ['pk'] },",
  },
  {
    guard: 'what is left of a large commit is done',
    file: `${IDENTITY}/plan-commit.ts`,
    from: '...(open ? [...homes.living].map(openMark) : []),',
    to: '',
  },
  {
    guard: 'what points to customers is corrected before a scope closes',
    file: `${IDENTITY}/open-scopes.ts`,
    from: '...(await wrongClaims(table, policy, stored)),',
    to: '',
  },
  {
    guard: 'a scope is committed only as it was read',
    file: `${IDENTITY}/scope-store.ts`,
    from: "? { equals: [['ver'], stored.version] }",
    to: "? { exists: ['pk'] }",
  },
  {
    guard: 'every scope read is bumped',
    file: `${IDENTITY}/scope-writes.ts`,
    from: 'ver: (stored?.version ?? 0) + 1,',
    to: 'ver: stored?.version ?? 1,',
  },
  {
    guard: 'a scope is not read without a part that was replaced meanwhile',
    file: `${IDENTITY}/scope-store.ts`,
    from: 'if (parts.length < partsIn(item).length) {',
    to: 'if (parts.length < 0) {',
  },
  {
    guard: 'parts that are in force stay until the commit',
    file: `${IDENTITY}/scope-writes.ts`,
    from: 'isCommitted ? left.map(scopePartKey) : laid.flatMap(keyOf);',
    to: 'left.map(scopePartKey);',
  },
  {
    guard: 'parts of a commit that did not come go',
    file: `${IDENTITY}/scope-writes.ts`,
    from: 'isCommitted ? left.map(scopePartKey) : laid.flatMap(keyOf);',
    to: 'isCommitted ? left.map(scopePartKey) : [];',
  },
  {
    guard: 'a part with a unit that changed is written',
    file: 'src/domain/identity/scope-parts.ts',
    from: 'a === b || (a !== undefined && a.party === b.party && sameEvidence(a, b));',
    to: 'a !== undefined || b === undefined;',
  },
  {
    guard: 'a part with a customer that changed is written',
    file: 'src/domain/identity/scope-parts.ts',
    from: 'sameMembers(a.customers, b.customers, ({ id }) => id, sameUnits) &&',
    to: '',
  },
  {
    guard: 'a part with an id that changed is written',
    file: 'src/domain/identity/scope-parts.ts',
    from: 'sameMembers(a.ledger, b.ledger, ({ id }) => id, sameEntry) &&',
    to: '',
  },
  {
    guard: 'a part with a held value that changed is written',
    file: 'src/domain/identity/scope-parts.ts',
    from: 'sameMembers(a.held, b.held, ({ identifier }) => identifier, sameListed) &&',
    to: '',
  },
  {
    guard: 'a part with a value that became shared is written',
    file: 'src/domain/identity/scope-parts.ts',
    from: `  a.shared.size === b.shared.size &&
  [...b.shared].every((identifier) => a.shared.has(identifier));`,
    to: 'true;',
  },
  {
    guard: 'a part stays only in the scope that it leads to',
    file: `${IDENTITY}/plan-commit.ts`,
    from: '(homes.redirects.get(one.id) ?? one.id) === id',
    to: 'one.parts.length > 0',
  },
  {
    guard: 'parts are given up only when it is certain that their commit came',
    file: `${IDENTITY}/commit-plans.ts`,
    from: 'const hasParts = plan.parts.laid.length + plan.parts.left.length > 0;',
    to: 'const hasParts = false;',
    tests: 'test/unit/identity/parts-left.test.ts',
  },
  {
    guard: 'a part is removed only with the commit that is about to name it',
    file: 'src/application/operate/reconcile/examine-items.ts',
    from: 'key: { pk: item.pk, sk: item.sk } }, fence];',
    to: 'key: { pk: item.pk, sk: item.sk } }, fence].slice(0, 1);',
    tests: 'test/unit/identity/parts-left.test.ts',
  },
  {
    guard: 'a list of holders is committed only as it was read',
    file: `${IDENTITY}/membership-writes.ts`,
    from: "const when = claim ? asClaimed(claim) : ({ missing: ['pk'] } as const);",
    to: "const when = claim ? ({ exists: ['pk'] } as const) : ({ missing: ['pk'] } as const);",
  },
  {
    guard: 'a row is written only over the version that was read',
    file: `${IDENTITY}/write-parties.ts`,
    from: ': row.version >= version;',
    to: ': row.version === version;',
  },
  {
    guard: 'a decision is not lost to a change that has read the row before it',
    file: `${IDENTITY}/write-parties.ts`,
    from: "...(evidence ? [{ equals: [['evidence'], evidenceText(evidence)] } as const] : []),",
    to: '',
  },
  {
    guard: 'a decision is not lost to another that comes between its reads',
    file: `${IDENTITY}/decide.ts`,
    from: 'underNote(evidence ?? { ...NOBODY, key, claims: [] }, noted)',
    to: 'evidence ?? underNote({ ...NOBODY, key, claims: [] }, noted)',
  },
  {
    guard: 'an entry goes with its evidence',
    file: `${IDENTITY}/plan-held.ts`,
    from: '...gone.map(withdrawal),',
    to: '',
  },
  {
    guard: 'of two rows that change at once, the second sees the first',
    file: `${IDENTITY}/world.ts`,
    from: 'return [...kept].filter(isKeyOf(policy));',
    to: 'return [];',
    scored: true,
  },
  {
    guard: 'a key that becomes shared sets apart what it tied',
    file: `${IDENTITY}/likeness.ts`,
    from: 'if (crossed.length === 0) return [];',
    to: 'return [];',
    scored: true,
  },
  {
    guard: 'rows that did not change are compared under changed rules',
    file: `${IDENTITY}/likeness-under-rules.ts`,
    from: 'scoringOf(policy) !== undefined && rules !== policyMark(policy);',
    to: 'scoringOf(policy) === undefined && rules !== policyMark(policy);',
    scored: true,
  },
  {
    guard: 'values that cross their new cap are counted',
    file: `${IDENTITY}/change-rules.ts`,
    from: 'length > rulesOf(policy, identifier).cap ? [identifier] : [],',
    to: 'length > 10_000 ? [identifier] : [],',
  },
  {
    guard: 'whoever meets an empty claim keeps the scope from beginning that it points to',
    file: `${IDENTITY}/world.ts`,
    from: 'scope.units.size > 0 || ends.has(id)',
    to: 'scope.units.size > 0',
  },
  {
    guard: 'whoever meets an empty claim writes the scope that it points to',
    file: `${IDENTITY}/world.ts`,
    from: 'return scopes.filter(({ id, scope }) =>',
    to: 'const found = holdersIn(scopes, new Set(listed.map(({ identifier }) => identifier)));\n  return scopes.filter(({ id, scope }) => [...found.scope.values(), ...pointers].includes(id) && ',
  },
  {
    guard: 'a change stays with the scope that an empty claim leads to',
    file: `${IDENTITY}/world-parts.ts`,
    from: '[id, ...from].map(',
    to: '[id, ...from.slice(from.length)].map(',
    tests: 'test/unit/identity/direct-commits.test.ts',
  },
  {
    guard: 'a claim that names an id of a customer follows when that id leads elsewhere',
    file: `${IDENTITY}/plan-pointers.ts`,
    from: '.every((id) => leadsTo(now, id) === owner);',
    to: '.some((id) => leadsTo(now, id) === owner);',
  },
  {
    guard: 'a value does not become shared while a holder has no item',
    file: `${IDENTITY}/plan-commit.ts`,
    from: '...sharedHolders(input, changed.union(new Set(moved))),',
    to: '',
    tests: 'test/unit/identity/direct-commits.test.ts',
  },
  {
    guard: 'a fact unit that is listed and not there yet gets no pointer of its own',
    file: `${IDENTITY}/plan-pointers.ts`,
    from: "unit.startsWith(FACT_UNIT_PREFIX) ? { exists: ['claims'] } : { exists: ['pk'] };",
    to: "{ exists: ['pk'] };",
  },
];
