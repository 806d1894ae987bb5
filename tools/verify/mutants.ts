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
import { racesNamed } from '../../test/support/race-catalogue.ts';
import { EXCEPTIONS_OF_CONDITIONS } from './exceptions.ts';
import { EXCEPTIONS_OF_BRANCHES } from './exceptions-of-branches.ts';
import { type GuardSite, guardSites } from './guard-sites.ts';
import { GUARDS_OF_BRANCHES } from './guards-of-branches.ts';
import { GUARDS_OF_COMMITS } from './guards-of-commits.ts';
import { GUARDS_OF_FACTS } from './guards-of-facts.ts';
import { GUARDS_OF_LAID_ROWS } from './guards-of-laid-rows.ts';
import { GUARDS_OF_READS } from './guards-of-reads.ts';
import { GUARDS_OF_RULES } from './guards-of-rules.ts';
import type { Exception, Mutant } from './mutant.ts';

const MUTANTS: readonly Mutant[] = [
  ...GUARDS_OF_RULES,
  ...GUARDS_OF_FACTS,
  ...GUARDS_OF_COMMITS,
  ...GUARDS_OF_LAID_ROWS,
  ...GUARDS_OF_READS,
  ...GUARDS_OF_BRANCHES,
];

const EXCEPTIONS: readonly Exception[] = [...EXCEPTIONS_OF_CONDITIONS, ...EXCEPTIONS_OF_BRANCHES];

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

/** Guards and exceptions whose code is no longer what it was, or is there twice, so that it is not clear which is meant. */
export const outdatedGuards = (): readonly string[] => [
  ...MUTANTS.filter(({ file, from }) => !isOnceIn(file, from)).map(({ guard }) => guard),
  ...EXCEPTIONS.filter(({ file, code }) => !isOnceIn(file, code)).map(({ code }) => code),
];

const isOnceIn = (file: string, code: string): boolean =>
  readFileSync(join(ROOT, file), 'utf8').split(code).length === 2;

/** Guards in the code that no mutant takes out and no exception explains. */
export const unlistedGuards = (): readonly string[] => {
  const listed = [
    ...MUTANTS.map(({ file, from }) => spanOf(file, from)),
    ...EXCEPTIONS.map(({ file, code }) => spanOf(file, code)),
  ];
  return guardSites()
    .filter((site) => !listed.some(isAt(site)))
    .map(({ file, line, code }) => `${file}:${line} ${code}`);
};

/** Races that mutants name and the catalogue does not hold. */
export const missingRaces = (): readonly string[] =>
  MUTANTS.flatMap(({ races }) =>
    races === undefined || racesNamed(races).length > 0 ? [] : [races],
  );

interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

const spanOf = (file: string, code: string): Span => {
  const start = readFileSync(join(ROOT, file), 'utf8').indexOf(code);
  return { file, start, end: start + code.length };
};

const isAt =
  (site: GuardSite) =>
  ({ file, start, end }: Span): boolean =>
    file === site.file && start < site.end && site.start < end;

/** Runs the histories against every mutant; tells how many went unnoticed. */
export const runMutants = (histories: number, seed: number, named = ''): number => {
  let unnoticed = 0;
  const mutants = MUTANTS.filter(({ guard }) => guard.includes(named));
  for (const mutant of mutants) {
    const startedAt = performance.now();
    const noticed = isNoticed(mutant, histories, seed);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${noticed ? 'noticed  ' : 'UNNOTICED'}  ${mutant.guard} (${seconds} s)`);
    if (!noticed) unnoticed += 1;
  }
  console.log(`${mutants.length} guards, ${unnoticed} unnoticed`);
  return unnoticed;
};

const isNoticed = (
  { file, from, to, scored, races, tests }: Mutant,
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
      '--first',
      ...(races === undefined
        ? ['--histories', `${histories}`, '--seed', `${seed}`, ...(scored ? ['--scored'] : [])]
        : ['--races', races]),
    ];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    // A mutant that does not even run has shown nothing.
    const [, differ] = /(\d+) differ/.exec(stdout) ?? [];
    if (differ === undefined) throw new Error(`the mutant of "${file}" does not run`);
    return Number(differ) > 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
