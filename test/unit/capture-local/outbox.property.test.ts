/**
 * Law: whatever the stream refuses and however often it fails, records of one key arrive in order, and a log position
 * is acknowledged only when everything before it has arrived.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamRecord } from '../../../local/capture/dms-records.ts';
import { batchLength, putAll } from '../../../local/capture/kinesis-target.ts';
import { Outbox, type Waiting } from '../../../local/capture/outbox.ts';

const quiet = () => undefined;

/** A stream that takes each record or refuses it, or fails as a whole, as the dice say; then takes everything. */
const moodyStream = (moods: readonly ('take' | 'refuse' | 'fail')[]) => {
  const arrived: StreamRecord[] = [];
  let next = 0;
  const mood = () => moods[next++] ?? 'take';
  const put = async (batch: readonly StreamRecord[]): Promise<readonly StreamRecord[]> => {
    await Promise.resolve();
    if (mood() === 'fail') throw new Error('stream is away');
    const refused = batch.filter(() => mood() === 'refuse');
    arrived.push(...batch.filter((record) => !refused.includes(record)));
    return refused;
  };
  return { arrived, put };
};

const items = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
    { weight: 1, arbitrary: fc.constant('commit') },
  ),
  { maxLength: 30 },
);

const waiting = (names: readonly string[]): readonly Waiting[] =>
  names.map((name, index) =>
    name === 'commit'
      ? { acknowledge: String(index) }
      : { record: { partitionKey: name, text: String(index) } },
  );

test('order per key holds, and nothing is acknowledged early', async () => {
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.array(fc.constantFrom('take', 'refuse', 'fail'), { maxLength: 6 }),
      async (names, moods) => {
        const stream = moodyStream(moods as readonly ('take' | 'refuse' | 'fail')[]);
        const early: string[] = [];
        const acknowledged: string[] = [];
        const outbox = new Outbox(stream.put, {
          onPut: quiet,
          onTrouble: quiet,
          onAcknowledge: (lsn) => {
            acknowledged.push(lsn);
            const before = names.slice(0, Number(lsn)).filter((name) => name !== 'commit').length;
            if (stream.arrived.filter(({ text }) => Number(text) < Number(lsn)).length < before)
              early.push(lsn);
          },
        });
        outbox.push(...waiting(names));
        await outbox.drained();
        for (const key of ['a', 'b', 'c', 'd']) {
          const sent = names.flatMap((name, index) => (name === key ? [String(index)] : []));
          const got = stream.arrived.filter((r) => r.partitionKey === key).map(({ text }) => text);
          expect(got).toEqual(sent);
        }
        expect(early).toEqual([]);
        const last = names.lastIndexOf('commit');
        expect(acknowledged.at(-1)).toBe(last < 0 ? undefined : String(last));
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test('what is pushed while a batch is under way is sent as well', async () => {
  const stream = moodyStream([]);
  const outbox = new Outbox(stream.put, { onPut: quiet, onTrouble: quiet, onAcknowledge: quiet });
  outbox.push({ record: { partitionKey: 'a', text: '1' } });
  await Promise.resolve();
  outbox.push({ record: { partitionKey: 'a', text: '2' } });
  await outbox.drained();
  expect(stream.arrived.map(({ text }) => text)).toEqual(['1', '2']);
});

test('after a reset nothing is acknowledged for what was under way', async () => {
  const acknowledged: string[] = [];
  const stream = moodyStream([]);
  const outbox = new Outbox(stream.put, {
    onPut: quiet,
    onTrouble: quiet,
    onAcknowledge: (lsn) => acknowledged.push(lsn),
  });
  outbox.push({ record: { partitionKey: 'a', text: '1' } }, { acknowledge: '0/1' });
  await Promise.resolve();
  await outbox.reset();
  expect([acknowledged, outbox.waiting]).toEqual([[], 0]);
});

test('only what was refused is sent again', async () => {
  const batches: string[][] = [];
  const refuseOnce = async (batch: readonly StreamRecord[]) => {
    batches.push(batch.map(({ text }) => text));
    return batches.length === 1 ? batch.filter(({ text }) => text === '2') : [];
  };
  const batch = ['1', '2', '3'].map((text) => ({ partitionKey: text, text }));
  await putAll(refuseOnce, batch, quiet);
  expect(batches).toEqual([['1', '2', '3'], ['2']]);
});

test.each([
  ['one record per key', ['a', 'b', 'a', 'c'], 10, 2],
  ['at most 500 records', Array.from({ length: 600 }, (_, index) => `k${index}`), 10, 500],
  ['at most 4.5 MB', ['a', 'b', 'c', 'd', 'e'], 1_000_000, 4],
  ['a record that is too large alone still goes', ['a'], 5_000_000, 1],
  ['nothing waits', [], 0, 0],
])('a batch: %s', (_, keys, bytes, length) => {
  const records = keys.map((partitionKey) => ({ partitionKey, text: 'x'.repeat(bytes) }));
  expect(batchLength(records)).toBe(length);
});
