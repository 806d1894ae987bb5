/**
 * `npm run check`: what can be said of the code without running it. Every step runs, so that one run shows everything.
 * @module
 */
import { readOptions } from './read-options.ts';
import { runProgram } from './run-program.ts';

/** Each step with its command; the programs are those of node_modules. */
const STEPS: Readonly<Record<string, string>> = {
  types: 'tsc --noEmit -p tsconfig.json',
  // `lib` compiles under its own settings: some CDK classes do not fit their interfaces under exact optional types.
  'types-of-lib': 'tsc --noEmit -p tsconfig.lib.json',
  style: 'biome check --error-on-warnings',
  layers: 'depcruise bench bin lib lambdas src local tools test --config .dependency-cruiser.mjs',
  unused: 'knip',
};

/** Runs a step and gives its exit code, 0 when it found nothing. */
const run = async (step: string): Promise<number> => {
  const [program = '', ...args] = (STEPS[step] ?? '').split(' ');
  console.log(`\n── ${step}: ${STEPS[step]}`);
  const startedAt = performance.now();
  const code = await runProgram(program, args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`── ${step}: ${code === 0 ? 'in order' : 'FAILED'} (${seconds} s)`);
  return code;
};

const HELP = `Usage: npm run check -- [STEP...]

Says what is wrong with the code without running it: ${Object.keys(STEPS).join(', ')}.

Examples
  npm run check                   all steps
  npm run check -- style types    the steps named
`;

const { positionals: asked } = readOptions(HELP, {}, true);
const unknown = asked.filter((step) => !Object.hasOwn(STEPS, step));
if (unknown.length > 0) {
  console.error(`No step ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}.`);
  process.exit(2);
}
const failed: string[] = [];
for (const step of asked.length > 0 ? asked : Object.keys(STEPS)) {
  const code = await run(step);
  if (code !== 0) failed.push(step);
  if (code > 128) break; // Somebody wants it to stop.
}
console.log(failed.length === 0 ? '\nEverything in order.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
