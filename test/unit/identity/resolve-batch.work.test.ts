/**
 * Work of a batch, in calls of the store that follow each other: it must depend neither on the size of the batch nor on
 * how much the customer has already.
 */
import { describe, expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { resolveBatch } from '#application/identity/resolve-batch.ts';
import { OPEN_PARTITION } from '#application/shared/items.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { interposed } from '../../support/interposed-table.ts';
import { aPipeline, batchOf } from '../../support/pipeline.ts';

const receipt = (no: number, card: number, record = 1) =>
  dmsText({
    operation: record === 1 ? 'insert' : 'update',
    record,
    data: {
      receipt_no: `R${no}`,
      card_no: `7001002${String(card).padStart(2, '0')}`,
      amt: '5',
      ccy: 'HKD',
    },
  });

/** Calls of the store, one after the other, that a batch takes after others; and what it writes. */
const workOf = async (before: readonly string[], batch: readonly string[]) => {
  const meter = makeMeter();
  const { ports, table, resolve } = aPipeline({ meter });
  for (let n = 0; n < before.length; n += 100) await resolve(...before.slice(n, n + 100));
  let calls = 0;
  const counted = interposed(
    table,
    (call) => {
      const [first] = call.args;
      if (!Array.isArray(first) || first.length > 0) calls += 1;
      return false;
    },
    async () => {},
  );
  Object.assign(meter, makeMeter());
  await resolveBatch({ ...ports, table: counted }, batchOf(...batch));
  return { calls, writeUnits: meter.writeUnits };
};

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a batch of facts', () => {
  test('seen before takes four calls: read, write, read back, freshness', async () => {
    for (const size of [1, 100]) {
      const rows = numbers(size);
      const { calls, writeUnits } = await workOf(
        rows.map((n) => receipt(n, n % 40)),
        rows.map((n) => receipt(n, n % 40, 2)),
      );
      expect(calls).toBeLessThanOrEqual(4);
      expect(writeUnits / size).toBeLessThanOrEqual(size === 1 ? 2 : 1.1);
    }
  });

  test('of known customers takes one call more, and two writes a row', async () => {
    const { calls, writeUnits } = await workOf(
      numbers(40).map((n) => receipt(n, n)),
      numbers(100).map((n) => receipt(1_000 + n, n % 40)),
    );
    expect(calls).toBeLessThanOrEqual(5);
    expect(writeUnits / 100).toBeLessThanOrEqual(2.1);
  });

  test('takes the same calls for a customer with three hundred rows as for one with ten', async () => {
    const [small, large] = [
      await workOf(
        numbers(10).map((n) => receipt(n, 1)),
        [receipt(999, 1)],
      ),
      await workOf(
        numbers(300).map((n) => receipt(n, 1)),
        [receipt(999, 1)],
      ),
    ];
    expect(large.calls).toBe(small.calls);
  });
});

test('open scopes are looked for once, and not with each batch', async () => {
  const { ports, table } = aPipeline();
  let looks = 0;
  const watched = interposed(
    table,
    ({ name, args }) => {
      if (name === 'query' && args[0].pk === OPEN_PARTITION) looks += 1;
      return false;
    },
    async () => {},
  );
  for (const no of [1, 2, 3])
    await resolveBatch({ ...ports, table: watched }, batchOf(receipt(no, 1)));
  expect(looks).toBe(1);
});
