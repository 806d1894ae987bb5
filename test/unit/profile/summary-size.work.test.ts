/**
 * How large summaries are: a write costs a unit for every kilobyte begun.
 */
import { expect, test } from 'vitest';
import { BATCH, CountedPipeline } from '../../../bench/costs/counted-pipeline.ts';
import { batchesOf, retailWorkload, workloadOf } from '../../../bench/workload/retail-workload.ts';

test('summaries of the demo take one write unit, but for a few', async () => {
  const units: number[] = [];
  const pipeline = new CountedPipeline();
  for (const batch of batchesOf(retailWorkload(workloadOf(1000)), BATCH)) {
    const { viewActions } = await pipeline.take(batch.map(({ record }) => record));
    for (const { after, writeUnits } of viewActions)
      if (after?.sk === 'SUMMARY') units.push(writeUnits);
  }
  const larger = units.filter((count) => count > 1);
  expect(units.length).toBeGreaterThan(500);
  expect(larger.length / units.length).toBeLessThan(0.05);
});
