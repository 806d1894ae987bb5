import { gunzipSync } from 'node:zlib';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import {
  type ArchivePorts,
  archiveChanges,
  readArchive,
} from '#application/capture/archive-changes.ts';
import { makeErasedRows } from '#application/shared/erased-rows.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import { aLambda } from '../../../../support/lambda.ts';
import { DEMO } from '../../../../support/pipeline.ts';

const portsOf = () => ({ objects: new MemoryObjectStore(), compression: gzipCompression });

const record = (sequence: number, changed: Partial<StreamRecord> = {}): StreamRecord => ({
  bytes: new TextEncoder().encode(`{"n":${sequence}}`),
  partitionKey: `pos.receipt.${sequence}`,
  sequenceNumber: String(sequence).padStart(56, '4'),
  shardId: 'shardId-000000000002',
  arrivedAt: Date.UTC(2026, 10, 22, 7, 59, 59, 999) + sequence,
  ...changed,
});

const keysOf = async (ports: ArchivePorts): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const key of ports.objects.list('')) keys.push(key);
  return keys;
};

const replayed = async (ports: ArchivePorts, hours?: string): Promise<readonly StreamRecord[]> => {
  const records: StreamRecord[] = [];
  for await (const read of readArchive(ports, hours)) records.push(read);
  return records;
};

const KEY = `changes/2026/11/22/07/shardId-000000000002-${'0'.padStart(56, '4')}-${'2'.padStart(56, '4')}.ndjson.gz`;

describe('archive', () => {
  test('a batch is one object, named by where it begins and ends', async () => {
    const ports = portsOf();
    const batch = [0, 1, 2].map((n) => record(n));
    expect(await archiveChanges(ports, batch)).toBe(KEY);
    const lines = gunzipSync((await ports.objects.get(KEY)) ?? '')
      .toString()
      .split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[1] ?? '')).toEqual({
      partitionKey: 'pos.receipt.1',
      sequenceNumber: '1'.padStart(56, '4'),
      arrivedAt: Date.UTC(2026, 10, 22, 8),
      data: 'eyJuIjoxfQ==',
    });
  });

  test('a redelivery writes the same bytes under the same key', async () => {
    const ports = portsOf();
    const batch = [record(0), record(1)];
    const key = (await archiveChanges(ports, batch)) ?? '';
    const before = await ports.objects.get(key);
    expect(await archiveChanges(ports, batch)).toBe(key);
    expect(await ports.objects.get(key)).toEqual(before);
    expect(await keysOf(ports)).toEqual([key]);
  });

  test('no records are no object', async () => {
    const ports = portsOf();
    expect(await archiveChanges(ports, [])).toBeUndefined();
    expect(await keysOf(ports)).toEqual([]);
  });

  test('a replay goes by hour, shard and sequence number, or through the hours asked for', async () => {
    const ports = portsOf();
    const hour = 3_600_000;
    const first = record(5, { arrivedAt: hour * 9 });
    const second = record(6, { arrivedAt: hour * 9 });
    const other = record(1, { arrivedAt: hour * 9, shardId: 'shardId-000000000003' });
    const later = record(7, { arrivedAt: hour * 10 });
    for (const each of [later, other, second, first]) await archiveChanges(ports, [each]);
    expect(await replayed(ports)).toEqual([first, second, other, later]);
    expect(await replayed(ports, '1970/01/01/10')).toEqual([later]);
  });

  test('whatever was archived comes back as it was', async () => {
    const batch = fc.array(
      fc.record({
        bytes: fc.uint8Array({ maxLength: 50 }),
        partitionKey: fc.string({ unit: 'grapheme', maxLength: 20 }),
        sequenceNumber: fc.bigInt({ min: 10n ** 55n, max: 10n ** 56n - 1n }).map(String),
        arrivedAt: fc.constant(1_795_332_567_483),
        shardId: fc.constant('shardId-000000000000'),
      }),
      { minLength: 1, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(batch, async (records) => {
        const ports = portsOf();
        await archiveChanges(ports, records);
        expect(await replayed(ports)).toEqual(records);
      }),
    );
  });

  test.each([
    ['is not packed', new TextEncoder().encode('{}')],
    ['holds no records', undefined],
  ])('an object that %s is named', async (_, bytes) => {
    const ports = portsOf();
    await ports.objects.put(KEY, bytes ?? (await gzipCompression.pack(new Uint8Array([91, 93]))));
    await expect(replayed(ports)).rejects.toMatchObject({
      name: 'ArchiveError',
      message: `archive object ${KEY} cannot be read`,
    });
  });
});

describe('handler', () => {
  const event = {
    Records: [
      {
        eventID: 'shardId-000000000002:495',
        kinesis: {
          data: 'e30=',
          partitionKey: 'k',
          sequenceNumber: '495',
          approximateArrivalTimestamp: 1_795_332_567.483,
        },
      },
    ],
  } as unknown as KinesisStreamEvent;
  const context = { functionName: 'f', getRemainingTimeInMillis: () => 9_000 } as Context;

  const load = async () => {
    const { makeHandler } = await import(
      '../../../../../lambdas/capture/archive-changes/handler.ts'
    );
    const { makeTelemetry } = await import('../../../../../lambdas/shared/telemetry.ts');
    const telemetry = makeTelemetry('capture/archive-changes');
    const table = new MemoryTable();
    const mark = makeMark('a key of marks that nobody could guess');
    const erasedRows = makeErasedRows({ table, mark, clock: () => 0 });
    const more = { mark, erasedRows, definitions: async () => DEMO };
    return (ports: ArchivePorts) => makeHandler(async () => ({ ...ports, ...more }), telemetry);
  };

  beforeAll(() => {
    aLambda();
  });

  test('archives the batch', async () => {
    const ports = portsOf();
    await (await load())(ports)(event, context);
    expect(await keysOf(ports)).toEqual([
      'changes/2026/11/22/07/shardId-000000000002-495-495.ndjson.gz',
      'manifests/2026/11/22/07/shardId-000000000002-495-495.json',
    ]);
  });

  test('fails as a whole when the object cannot be written', async () => {
    const objects = Object.assign(new MemoryObjectStore(), {
      put: async () => Promise.reject(new Error('no bucket')),
    });
    const handler = (await load())({ objects, compression: gzipCompression });
    await expect(handler(event, context)).rejects.toThrow('no bucket');
  });
});
