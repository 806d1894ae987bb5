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
import { GUARDS_OF_COMMITS } from './guards-of-commits.ts';
import { GUARDS_OF_FACTS } from './guards-of-facts.ts';
import { GUARDS_OF_RULES } from './guards-of-rules.ts';
import type { Mutant } from './mutant.ts';

const MUTANTS: readonly Mutant[] = [...GUARDS_OF_RULES, ...GUARDS_OF_FACTS, ...GUARDS_OF_COMMITS];

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
