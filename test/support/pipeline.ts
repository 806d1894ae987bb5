/**
 * The pipeline for tests: bytes of stream records through the real use cases on memory stores, with the definitions of
 * the demo.
 */

import { base32 } from '#adapters/crypto/base32.ts';
import { keyedHash } from '#adapters/crypto/keyed-hash.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import type { Meter } from '#adapters/dynamodb/meter.ts';
import { MemoryQuarantine } from '#adapters/memory/quarantine.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { makeOpenWatch } from '#application/identity/open-scopes.ts';
import { type ResolvePorts, resolveBatch } from '#application/identity/resolve-batch.ts';
import { maintainViews } from '#application/profile/maintain-views.ts';
import type { CurrentDefinitions, StreamRecord } from '#application/shared/ports.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { seededRandom } from './scheduler.ts';

const compiled = readDefinitions(new URL('../../definitions', import.meta.url).pathname);
if (!compiled.ok) throw new Error('the demo definitions do not compile');

/** The definitions of the demo and their hash. */
export const DEMO = { hash: compiled.value.hash, definitions: compiled.value.definitions };

/** The instant that a test pipeline's clock shows, epoch milliseconds. */
export const NOW = Date.UTC(2026, 10, 22, 8, 0, 10);

/** A stream record; records of one batch have growing sequence numbers. */
export const streamRecord = (data: string | Uint8Array, sequence = 1): StreamRecord => ({
  bytes: typeof data === 'string' ? new TextEncoder().encode(data) : data,
  partitionKey: 'any',
  sequenceNumber: String(sequence),
  shardId: 'shardId-000000000000',
  arrivedAt: NOW,
});

/** Records of one batch, in their order. */
export const batchOf = (...data: readonly (string | Uint8Array)[]): readonly StreamRecord[] =>
  data.map((one, index) => streamRecord(one, index + 1));

/** A pipeline with empty stores. */
export const aPipeline = (
  parts: Partial<ResolvePorts> & {
    readonly meter?: Meter;
    readonly current?: CurrentDefinitions;
  } = {},
) => {
  const { meter, current = DEMO, ...ports } = parts;
  const table = new MemoryTable(meter ? { meter } : {});
  const quarantine = new MemoryQuarantine();
  let sequence = 0;
  const resolvePorts: ResolvePorts = {
    openScopes: makeOpenWatch(() => 0),
    table,
    quarantine,
    definitions: async () => current,
    pseudonymise: makePseudonymiser('a pepper that nobody could guess at all'),
    mint: (anchor, attempt) => `one_${base32(keyedHash('k', [anchor, String(attempt)]))}` as OneId,
    clock: () => NOW,
    random: seededRandom(1),
    sleep: async () => {},
    ...ports,
  };
  return {
    table,
    quarantine,
    ports: resolvePorts,
    resolve: (...data: readonly (string | Uint8Array)[]) =>
      resolveBatch(resolvePorts, batchOf(...data)),
    /** Refreshes every summary, as the table's stream would have it. */
    refresh: () =>
      maintainViews(
        { table, clock: Date.now, definitions: async () => current },
        table.dump().map((after) => ({ after, sequence: String(++sequence) })),
      ),
  };
};
