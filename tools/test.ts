/**
 * `npm test`: every test, then one line that says how it went.
 *
 *     npm test                          all kinds, cheapest first
 *     npm test -- --project unit        one kind
 *     npm test -- test/unit/capture     files whose path contains this
 *
 * The last line of the output is `N passed, N failed`. What failed before it could be counted (a file that does not
 * load, an error outside of every test) counts as one failure each.
 * @module
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: 'passed' | 'failed';
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
const reportFile = join(folder, 'report.json');

const runVitest = (args: readonly string[]): Promise<number> => {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  return runProgram('vitest', ['run', ...reporters, ...args]);
};

const readReport = (): Report | undefined =>
  existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : undefined;

/** Files that failed as a whole: none of their tests did. */
const brokenFiles = ({ testResults }: Report): number =>
  testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;

const exitCode = await runVitest(process.argv.slice(2));
const report = readReport();
const passed = report?.numPassedTests ?? 0;
const counted = report ? report.numFailedTests + brokenFiles(report) : 0;
const failed = exitCode === 0 ? counted : Math.max(counted, 1);
rmSync(folder, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = exitCode;
