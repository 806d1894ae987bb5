import { expect, test } from 'vitest';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { ArchiveError, archiveChanges } from '#application/capture/archive-changes.ts';
import type { StreamMessage } from '#application/operate/ports.ts';
import { type ReplayWindow, replayArchive } from '#application/operate/replay-archive.ts';

const at = (time: string): number => Date.parse(`2026-11-${time}:00Z`);

const recordAt = (time: string, number: number) => ({
  bytes: new TextEncoder().encode(`record ${number}`),
  partitionKey: `pos.receipt.${number}`,
  sequenceNumber: String(1_000 + number),
  shardId: 'shardId-000000000000',
  arrivedAt: at(time),
});

/** An archive of four batches; the second lasts from one day into the next. */
const archive = async () => {
  const ports = { objects: new MemoryObjectStore(), compression: gzipCompression };
  await archiveChanges(ports, [recordAt('20T07:00', 1), recordAt('20T07:30', 2)]);
  await archiveChanges(ports, [recordAt('20T23:50', 3), recordAt('21T02:10', 4)]);
  await archiveChanges(ports, [recordAt('21T02:05', 5)]);
  await archiveChanges(ports, [recordAt('22T09:00', 6)]);
  return ports;
};

const replay = async (window: ReplayWindow) => {
  const sent: StreamMessage[] = [];
  const publish = async (messages: readonly StreamMessage[]) => void sent.push(...messages);
  const progress = [];
  for await (const step of replayArchive({ ...(await archive()), publish }, window))
    progress.push([step.hour, step.published]);
  return { sent, progress };
};

const rows = (sent: readonly StreamMessage[]) =>
  sent.map(({ partitionKey }) => Number(partitionKey.split('.')[2]));

test('everything comes back with its key and bytes, oldest hour first, with its progress', async () => {
  const { sent, progress } = await replay({ to: at('23T00:00') });
  expect(rows(sent)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(sent[3]).toEqual({
    partitionKey: 'pos.receipt.4',
    bytes: new TextEncoder().encode('record 4'),
  });
  expect(progress).toEqual([
    ['2026/11/20/07', 2],
    ['2026/11/20/23', 4],
    ['2026/11/21/02', 5],
    ['2026/11/22/09', 6],
  ]);
});

test.each([
  ['from the middle of an hour', { from: at('20T07:15'), to: at('20T12:00') }, [2]],
  [
    'a record that follows the first of its batch by hours',
    { from: at('21T02:06'), to: at('21T03:00') },
    [4],
  ],
  ['the end is not included', { from: at('21T00:00'), to: at('22T09:00') }, [4, 5]],
  ['before the archive', { to: at('20T07:00') }, []],
  ['nothing came then', { from: at('21T12:00'), to: at('21T13:00') }, []],
] as const)('only what came in the window: %s', async (_name, window, expected) => {
  expect(rows((await replay(window)).sent)).toEqual(expected);
});

test('an empty archive is replayed at once', async () => {
  const ports = { objects: new MemoryObjectStore(), compression: gzipCompression };
  const publish = () => Promise.reject(new Error('there is nothing to publish'));
  expect(await replayArchive({ ...ports, publish }, { to: at('23T00:00') }).next()).toMatchObject({
    done: true,
  });
});

test('what a replay itself adds to the archive is not replayed again', async () => {
  const ports = await archive();
  let published = 0;
  const publish = async (messages: readonly StreamMessage[]) => {
    published += messages.length;
    await archiveChanges(
      ports,
      messages.map((_, index) => recordAt('22T12:01', 100 + published + index)),
    );
  };
  for await (const _ of replayArchive({ ...ports, publish }, { to: at('22T12:00') }));
  expect(published).toBe(6);
});

test('many records travel in requests of five hundred', async () => {
  const ports = { objects: new MemoryObjectStore(), compression: gzipCompression };
  const records = Array.from({ length: 1_200 }, (_, number) => recordAt('20T07:00', number));
  for (let first = 0; first < records.length; first += 400)
    await archiveChanges(ports, records.slice(first, first + 400));
  const sizes: number[] = [];
  const publish = async (messages: readonly StreamMessage[]) => void sizes.push(messages.length);
  for await (const _ of replayArchive({ ...ports, publish }, { to: at('21T00:00') }));
  expect(sizes).toEqual([500, 500, 200]);
});

test('a damaged object stops the replay and is named', async () => {
  const ports = await archive();
  await ports.objects.put('changes/2026/11/20/08/shard-1-2.ndjson.gz', new Uint8Array([1, 2, 3]));
  const all = replayArchive({ ...ports, publish: async () => {} }, { to: at('23T00:00') });
  expect(await all.next()).toMatchObject({ value: { hour: '2026/11/20/07' } });
  await expect(all.next()).rejects.toThrow(ArchiveError);
});

test('a refused message stops the replay before its hour is reported', async () => {
  const publish = () => Promise.reject(new Error('throttled'));
  const all = replayArchive({ ...(await archive()), publish }, { to: at('23T00:00') });
  await expect(all.next()).rejects.toThrow('throttled');
});
