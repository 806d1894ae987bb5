/**
 * `npm run verify:api`: requests made from the OpenAPI document against every route, on memory stores behind the gateway of
 * the local cloud. A seed names a run.
 * @module
 */
import { randomInt } from 'node:crypto';
import { readOptions } from './read-options.ts';
import { runProgram } from './run-program.ts';

const HELP = `Usage: npm run verify:api -- [options]

  --requests N   requests to make (20000)
  --seed S       seed of the run (drawn, and printed)

Examples
  npm run verify:api
  npm run verify:api -- --requests 1000000    a night
  npm run verify:api -- --seed 4711           a run again
`;

const number = { type: 'string' } as const;
const { values } = readOptions(HELP, { requests: number, seed: number });
const { requests = '20000', seed = String(randomInt(1_000_000_000)) } = values;

if (![requests, seed].every((text) => /^\d{1,9}$/.test(text))) {
  console.error('--requests and --seed take numbers of up to nine digits. See --help.');
  process.exit(2);
}
console.error(`${requests} requests from seed ${seed}`);
process.env['API_REQUESTS'] = requests;
process.env['API_SEED'] = seed;
process.exitCode = await runProgram('vitest', [
  'run',
  ...['--project', 'property', 'test/property/serve/api.property.test.ts'],
]);
