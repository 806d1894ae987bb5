/**
 * `npm run verify:api`: requests made from the OpenAPI document against every route, on memory stores behind the gateway of
 * the local cloud. A seed names a run.
 * @module
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runProgram } from './run-program.ts';

const number = { type: 'string' } as const;
const { requests = '20000', seed = String(randomInt(1_000_000_000)) } = parseArgs({
  options: { requests: number, seed: number },
}).values;

if (![requests, seed].every((text) => /^\d{1,9}$/.test(text))) {
  console.error('Usage: npm run verify:api -- [--requests N] [--seed S]');
  process.exit(2);
}
console.error(`${requests} requests from seed ${seed}`);
process.env['API_REQUESTS'] = requests;
process.env['API_SEED'] = seed;
process.exitCode = await runProgram('vitest', [
  'run',
  ...['--project', 'property', 'test/property/serve/api.property.test.ts'],
]);
