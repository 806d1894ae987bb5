/**
 * One measure as a process: takes its name and input as arguments, sends its result to its parent (or prints it when it
 * has none), says how far it is on stderr, and ends with its parent.
 * @module
 */
import { MEASURES, type MeasureName } from './measures.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const [name = '', input = '{}'] = process.argv.slice(2);
process.once('disconnect', () => process.exit(1));

const run = MEASURES[name as MeasureName] as (
  input: unknown,
  say: (line: string) => void,
) => Promise<unknown>;
const result = await run(JSON.parse(input), say);
if (process.send) process.send(result, undefined, {}, () => process.exit(0));
else process.stdout.write(`${JSON.stringify(result)}\n`);
