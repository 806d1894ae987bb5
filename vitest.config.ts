/**
 * One project per kind of test, because kinds differ in what they may cost.
 *
 * The number of `groupOrder` is the place in the run: projects of one group share the workers, groups follow each other.
 * What starts engines runs alone, so that its timings mean something on two cores.
 * @module
 */
import { defineConfig } from 'vitest/config';

const SECOND = 1_000;

/** Settings of a kind of test, found in the folder of its name. */
const project = (name: string, groupOrder: number, test: object) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    sequence: { groupOrder },
    ...test,
  },
});

export default defineConfig({
  test: {
    projects: [
      // Some start a tool as a program, which takes its time on a busy machine.
      project('unit', 1, { testTimeout: 60 * SECOND, maxWorkers: 2 }),
      project('property', 1, { testTimeout: 30 * SECOND, maxWorkers: 2 }),
      // Imports aws-cdk-lib and synthesizes: seconds, once per process.
      project('stacks', 2, {
        testTimeout: 120 * SECOND,
        hookTimeout: 120 * SECOND,
        isolate: false,
        maxWorkers: 1,
      }),
      project('simulation', 3, { testTimeout: 180 * SECOND, maxWorkers: 2 }),
      project('contract', 4, {
        testTimeout: 60 * SECOND,
        hookTimeout: 60 * SECOND,
        fileParallelism: false,
      }),
      project('integration', 5, {
        testTimeout: 300 * SECOND,
        hookTimeout: 180 * SECOND,
        fileParallelism: false,
        globalSetup: 'test/support/shared-assemblies.ts',
      }),
    ],
  },
});
