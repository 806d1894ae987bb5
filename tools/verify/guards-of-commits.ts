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
    file: `${IDENTITY}/scope-store.ts`,
    from: 'const version = (stored?.version ?? 0) + 1;',
    to: 'const version = stored?.version ?? 1;',
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
