/**
 * Mutants: the identity code with one guard taken out, each of which the random histories must notice.
 *
 * A mutant runs in a copy of the sources in a temporary folder, so that nothing here is ever changed.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A guard, and the code without it. */
interface Mutant {
  /** What the guard is for. */
  readonly guard: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Only histories whose rules score pairs can tell. */
  readonly scored?: true;
  /** The race is too seldom in random histories; these unit tests make it happen. */
  readonly tests?: string;
}

const IDENTITY = 'src/application/identity';

const MUTANTS: readonly Mutant[] = [
  {
    guard: 'a decision comes back with its row',
    file: `${IDENTITY}/unit-notes.ts`,
    from: 'return all.every(isSame) ? changes : all;',
    to: 'return changes;',
  },
  {
    guard: 'no holder joins a shared value while it is counted',
    file: `${IDENTITY}/membership-writes.ts`,
    from: "when: { all: [{ equals: [['shared'], true] }, { missing: ['cooling'] }] },",
    to: "when: { exists: ['pk'] },",
  },
  {
    guard: 'a unit with a live row is not removed',
    file: `${IDENTITY}/settle-unit.ts`,
    from: "when: { equals: [['dying'], mark] },",
    to: "when: { exists: ['pk'] },",
  },
  {
    guard: 'no live row comes to a bucket that is sealed',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'return bucket === 0 ? [IS_THERE, IS_UNSEALED] : [IS_UNSEALED];',
    to: 'return bucket === 0 ? [IS_THERE] : [];',
    tests: 'test/unit/identity/fact-units.test.ts',
  },
  {
    guard: 'no live row comes to a unit that is not there',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'return bucket === 0 ? [IS_THERE, IS_UNSEALED] : [IS_UNSEALED];',
    to: 'return [IS_UNSEALED];',
  },
  {
    guard: 'a row is not written to a place that it has left',
    file: `${IDENTITY}/write-facts.ts`,
    from: "{ any: [{ missing: [name] }, { less: [[name, 'v'], packedVersion(version)] }] };",
    to: "{ any: [{ missing: [name, 'v'] }, { less: [[name, 'v'], packedVersion(version)] }] };",
  },
  {
    guard: 'a row that goes leaves its unit to another only while that one is live',
    file: `${IDENTITY}/contribute.ts`,
    from: "return other && [{ exists: [contributionName(other.rowKey), 'd'] }];",
    to: 'return other && [];',
    tests: 'test/unit/identity/contribute.test.ts',
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
    guard: 'ids at rest are seen by whoever brings their anchor back',
    file: `${IDENTITY}/unit-notes.ts`,
    from: '...resting.flatMap((item) => noteRead(item, true)),',
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
    guard: 'a new claim is laid only where there is none',
    file: `${IDENTITY}/commit-plans.ts`,
    from: 'const laid = await writtenOf(table, planned, ({ plan }) => plan.laid);',
    to: 'await writtenOf(table, planned, ({ plan }) => plan.laid);\n  const laid = new Set(planned);',
  },
  {
    guard: 'a unit that its scope lists and whose row came too late is removed',
    file: `${IDENTITY}/apply-facts.ts`,
    from: 'for (const unit of named.values()) await settleListed(ports, policy, unit);',
    to: '',
  },
  {
    guard: 'a unit is listed before its item is written',
    file: `${IDENTITY}/commit-plans.ts`,
    from: 'await writtenOf(table, [...committed], ({ own }) => own);',
    to: 'await writtenOf(table, direct, ({ own }) => own);',
  },
  {
    guard: 'a unit that came and went is not written by who has read it before',
    file: `${IDENTITY}/found-units.ts`,
    from: "asReadIn(item, 'ended'),",
    to: '',
    tests: 'test/unit/identity/direct-commits.test.ts',
  },
  {
    guard: 'a value does not become shared while a holder has no item',
    file: `${IDENTITY}/plan-commit.ts`,
    from: '...sharedHolders(input, changed.union(new Set(moved))),',
    to: '',
    tests: 'test/unit/identity/direct-commits.test.ts',
  },
];

const ROOT = resolve(import.meta.dirname, '../..');

/** What the histories are made of. */
const PARTS = [
  ...['src', 'test/support', 'test/unit/identity', 'bench', 'local', 'tools', 'definitions'],
  ...['package.json', 'vitest.config.ts'],
];

const failsIn = (folder: string, tests: string): boolean => {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', tests];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (!/Tests .*\d+ (passed|failed)/.test(stdout)) throw new Error(`${tests} does not run`);
  return status !== 0;
};

/** Guards whose code is no longer what it was, so that nothing would be taken out. */
export const outdatedGuards = (): readonly string[] =>
  MUTANTS.filter(({ file, from }) => !readFileSync(join(ROOT, file), 'utf8').includes(from)).map(
    ({ guard }) => guard,
  );

/** Runs the histories against every mutant; tells how many went unnoticed. */
export const runMutants = (histories: number, seed: number): number => {
  let unnoticed = 0;
  for (const mutant of MUTANTS) {
    const noticed = isNoticed(mutant, histories, seed);
    console.log(`${noticed ? 'noticed  ' : 'UNNOTICED'}  ${mutant.guard}`);
    if (!noticed) unnoticed += 1;
  }
  console.log(`${MUTANTS.length} guards, ${unnoticed} unnoticed`);
  return unnoticed;
};

const isNoticed = (
  { file, from, to, scored, tests }: Mutant,
  histories: number,
  seed: number,
): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-mutant-'));
  try {
    for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const source = readFileSync(join(folder, file), 'utf8');
    if (!source.includes(from)) throw new Error(`${file} no longer says: ${from}`);
    writeFileSync(join(folder, file), source.replace(from, to));
    if (tests) return failsIn(folder, tests);
    const args = [
      'tools/verify.ts',
      '--histories',
      `${histories}`,
      '--seed',
      `${seed}`,
      '--first',
    ].concat(scored ? ['--scored'] : []);
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    // A mutant that does not even run has shown nothing.
    const [, differ] = /(\d+) differ/.exec(stdout) ?? [];
    if (differ === undefined) throw new Error(`the mutant of "${file}" does not run`);
    return Number(differ) > 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
