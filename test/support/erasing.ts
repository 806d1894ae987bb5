/**
 * A world with everything that an erasure has to look through, on memory stores: the pipeline, its archive, quarantine,
 * failed batches, dropped files and audit log.
 */
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { makeQuarantine } from '#adapters/quarantine/quarantine.ts';
import { makeQuarantineShelf } from '#adapters/quarantine/quarantine-shelf.ts';
import { archiveChanges } from '#application/capture/archive-changes.ts';
import { dropErased } from '#application/capture/drop-erased.ts';
import { type BatchReport, resolveBatch } from '#application/identity/resolve-batch.ts';
import { continueErasure, type EraseOptions } from '#application/operate/erase/erase-customer.ts';
import type { ErasePorts } from '#application/operate/erase/ports.ts';
import type { TableChange } from '#application/profile/touched.ts';
import { makeErasedRows } from '#application/shared/erased-rows.ts';
import { type Erasure, requestErasure } from '#application/shared/erasures.ts';
import type { ErasableStore, StreamRecord } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
import { anAuditLog } from './audit-log.ts';
import { keepAllLookups } from './lookups.ts';
import { aPipeline, DEMO, NOW, streamRecord } from './pipeline.ts';

const KEY = 'a key of marks that nobody could guess';

/** Everything in a world, as text, by where it is. */
export type Contents = ReadonlyMap<string, string>;

/** Makes the world. Its clock goes on by a second with every look. */
export const anErasingWorld = () => {
  let now = NOW;
  const clock = () => {
    now += 1_000;
    return now;
  };
  const mark = makeMark(KEY);
  const pipeline = aPipeline({ clock });
  const { table } = pipeline;
  const stores = {
    archive: new MemoryObjectStore(),
    held: new MemoryObjectStore(),
    failed: new MemoryObjectStore(),
    drops: new MemoryObjectStore(),
    rights: new MemoryObjectStore(),
  };
  const audit = anAuditLog();
  const erasedRows = makeErasedRows({ table, mark, clock });
  const resolvePorts = {
    ...pipeline.ports,
    quarantine: makeQuarantine(stores.held, table),
    erasedRows,
  };
  const portsOn = (through: Table): ErasePorts => ({
    ...pipeline.ports,
    table: through,
    pseudonymise: makePseudonymiser('a pepper that nobody could guess at all'),
    mark,
    erasedRows,
    audit: audit.table,
    archive: stores.archive,
    quarantine: makeQuarantineShelf(stores.held, through),
    failed: stores.failed,
    drops: stores.drops,
    rights: stores.rights,
    compression: gzipCompression,
    hash: sha256,
    settleMs: 5_000,
  });
  let sequence = 0;
  /** Puts texts on the stream: both readers take them as one batch. */
  const deliver = async (...texts: readonly string[]): Promise<BatchReport> => {
    const records = texts.map((text) => streamRecord(text, ++sequence));
    return deliverRecords(records);
  };
  const deliverRecords = async (records: readonly StreamRecord[]): Promise<BatchReport> => {
    const { records: kept } = await dropErased(erasedRows, DEMO.definitions, records);
    await archiveChanges({ objects: stores.archive, compression: gzipCompression }, kept, {
      mark,
      definitions: DEMO.definitions,
    });
    const report = await resolveBatch(resolvePorts, records);
    await pipeline.refresh();
    await keepLookups();
    return report;
  };
  let seen = new Map<string, Item>();
  const keepLookups = async (): Promise<void> => {
    const now = new Map(table.dump().map((item) => [`${item.pk} ${item.sk}`, item]));
    const changes = [...new Set([...seen.keys(), ...now.keys()])].map((key): TableChange => {
      const [before, after] = [seen.get(key), now.get(key)];
      return { ...(before ? { before } : {}), ...(after ? { after } : {}), sequence: '1' };
    });
    seen = now;
    await keepAllLookups({ table, pseudonymise: resolvePorts.pseudonymise }, changes);
  };
  const request = (customer: OneId): Promise<Erasure> =>
    requestErasure({ table, mark, clock }, customer, {
      client: 'crm-desk',
      role: 'service',
      requestId: 'q-1',
    });
  return {
    table,
    stores,
    audit,
    mark,
    portsOn,
    deliver,
    deliverRecords,
    /** Has a resolver take texts that works on a table of its own, by which it may be killed. */
    deliverTo: (through: Table, ...texts: readonly string[]): Promise<BatchReport> =>
      resolveBatch(
        { ...resolvePorts, table: through },
        texts.map((text) => streamRecord(text, ++sequence)),
      ),
    request,
    refresh: pipeline.refresh,
    /** Erases to the end. */
    erase: async (customer: OneId, options: EraseOptions = {}): Promise<Erasure> => {
      const { id } = await request(customer);
      const wait = async () => {};
      return must(await continueErasure(portsOn(table), id, { wait, ...options }), 'erasure');
    },
    /** Everything in the table, the audit log and the objects, unpacked. */
    contents: async (): Promise<Contents> => {
      const items = [...table.dump(), ...audit.table.dump()].map(
        (item) => [`${item.pk} ${item.sk}`, JSON.stringify(item)] as const,
      );
      return new Map([...items, ...(await objectsOf(stores))]);
    },
  };
};

const objectsOf = async (
  stores: Readonly<Record<string, ErasableStore>>,
): Promise<readonly (readonly [string, string])[]> => {
  const found: (readonly [string, string])[] = [];
  for (const [name, store] of Object.entries(stores))
    for await (const key of store.list('')) {
      const bytes = must(await store.get(key), 'object');
      const text = key.endsWith('.gz') ? await gzipCompression.unpack(bytes) : bytes;
      found.push([`${name} ${key}`, plainText(text)]);
    }
  return found;
};

/** The text with everything in it that is base64, so that a search finds what is inside. */
export const plainText = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes).toString('utf8');
  const inner = [...text.matchAll(/"data\\?":\s*\\?"([A-Za-z0-9+/=]{8,})/g)].map(([, data]) =>
    Buffer.from(String(data), 'base64').toString('utf8'),
  );
  return [text, ...inner].join('\n');
};

/** Where something stands that contains one of these words. */
export const placesOf = (contents: Contents, words: readonly string[]): readonly string[] =>
  [...contents]
    .filter(([place, text]) => words.some((word) => place.includes(word) || text.includes(word)))
    .map(([place]) => place);
