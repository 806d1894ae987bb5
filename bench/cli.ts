/**
 * `npm run bench`: what a change costs, against the budgets of ARCHITECTURE.md.
 * @module
 */
import { standingBills, standingSections } from './costs/standing.ts';
import type { Section } from './figure.ts';
import { areKept, sectionsOf } from './figures.ts';
import { type BenchOptions, HELP, OptionError, readOptions } from './options.ts';
import { jsonOf, tableOf, tableOfSections } from './print.ts';
import { endToEndSections } from './resolving/end-to-end-figures.ts';
import { resolvingSections } from './resolving/figures.ts';
import { measureAll, measureEndToEndAlone, measureResolvingAlone } from './results.ts';

const startedAt = Date.now();

const say = (line: string): void => {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(5);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

const main = async (args: readonly string[]): Promise<void> => {
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  if (options.only === 'resolving') {
    const costs = await measureResolvingAlone(options, say);
    tell(resolvingSections(costs), costs, options);
    return;
  }
  if (options.only === 'end-to-end') {
    const costs = await measureEndToEndAlone(options, say);
    tell(endToEndSections(costs), costs, options);
    return;
  }
  if (options.only === 'standing') {
    const bills = await standingBills(['dev', 'production'], say);
    tell(standingSections(bills), { bills }, options);
    return;
  }
  const results = await measureAll(options, say);
  process.stdout.write(tableOf(results));
  if (options.json) process.stdout.write(`${jsonOf(results)}\n`);
  judge(sectionsOf(results), options);
};

const tell = (sections: readonly Section[], costs: object, options: BenchOptions): void => {
  process.stdout.write(tableOfSections(sections));
  if (options.json) process.stdout.write(`${JSON.stringify(costs)}\n`);
  judge(sections, options);
};

const judge = (sections: readonly Section[], { strict }: BenchOptions): void => {
  if (strict && !areKept(sections)) process.exitCode = 1;
};

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isExpected = error instanceof OptionError;
  process.stderr.write(`${isExpected ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = isExpected ? 2 : 1;
}
