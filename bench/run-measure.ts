/**
 * Starts measures in processes of their own.
 * @module
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MeasureName, Measures } from './measures.ts';

/** Megabytes of heap that a million changes need, with room. */
const HEAP_MB = 12_000;

/** Runs a measure; rejects when its process ends without a result. */
export const runMeasure = <Name extends MeasureName>(
  name: Name,
  input: Measures[Name]['input'],
): Promise<Measures[Name]['output']> =>
  new Promise((resolve, reject) => {
    const module = fileURLToPath(new URL('./measure.ts', import.meta.url));
    const child = fork(module, [name, JSON.stringify(input)], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      // What a function logs is no output of the benchmark.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let result: Measures[Name]['output'] | undefined;
    child.on('message', (message) => {
      result = message as Measures[Name]['output'];
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (result === undefined) reject(new Error(`measure ${name} ended with ${code}`));
      else resolve(result);
    });
  });
