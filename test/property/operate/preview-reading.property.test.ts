/**
 * Law of a change of reading: delivering the archive again under other definitions comes to the customers that the preview
 * lists, which are those that a table has to which everything was delivered under these definitions; and delivering it once
 * more changes nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { archiveChanges, readArchive } from '#application/capture/archive-changes.ts';
import { applyRules } from '#application/identity/change-rules.ts';
import { resolveBatch } from '#application/identity/resolve-batch.ts';
import { previewReading } from '#application/operate/preview-reading.ts';
import type { CurrentDefinitions, StreamRecord } from '#application/shared/ports.ts';
import { replayEvents } from '#domain/identity/identity-event.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { audit } from '../../support/audit.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { storedState } from '../../support/canonical-state.ts';
import { aPipeline, NOW, streamRecord } from '../../support/pipeline.ts';
import { SCORED_FILES, writeScoredFolder } from '../../support/scored-definitions.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-reading-'));
afterAll(() => rmSync(root, { recursive: true }));

const [POS, IDENTITY] = [SCORED_FILES['sources/pos.yaml'], SCORED_FILES['identity.yaml']];
const EMAIL = '  email: { priority: 3, normalise: email, cap: 25 }\n';

/** Definitions that read the same rows in other ways. */
const READINGS = {
  plain: {},
  blocked: { 'identity.yaml': IDENTITY.replace('+85290000000', '+85291234567') },
  // A card is written in upper and lower case.
  formed: { 'identity.yaml': IDENTITY.replace('normalise: code', 'normalise: opaque') },
  // Members and receipts have addresses that nobody read before.
  named: {
    'sources/pos.yaml': POS.replaceAll(
      '      - { namespace: card, column: card_no }\n',
      '      - { namespace: card, column: card_no }\n      - { namespace: email, column: mail }\n',
    ),
    'identity.yaml': IDENTITY.replace('matching:', `${EMAIL}matching:`),
  },
  bounded: {
    'identity.yaml': IDENTITY.replace('cap: 25', 'cap: 2').replace('+85290000000', '+85291234568'),
  },
} as const;

const definitionsOf = (name: string, changed: object): CurrentDefinitions => {
  const folder = join(root, name);
  writeScoredFolder(folder, changed);
  const read = readDefinitions(folder);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return { hash: read.value.hash, definitions: read.value.definitions };
};
const DEFINED = Object.fromEntries(
  Object.entries(READINGS).map(([name, changed]) => [name, definitionsOf(name, changed)]),
) as Readonly<Record<keyof typeof READINGS, CurrentDefinitions>>;

const value = (...some: readonly string[]) => fc.constantFrom(null, ...some);
const columns = {
  card_no: value('C1', 'c1', 'C2'),
  mail: value('a@example.com', 'b@example.com'),
  gone: fc.nat(7).map((n) => n === 0),
};
const row = fc.oneof(
  fc.record({
    table: fc.constant('member'),
    id: fc.constantFrom('1', '2', '3', '4', '5'),
    nm: value('张伟', 'Robert Smith'),
    born: value('1990-05-17'),
    mobile: value('91234567', '91234568', '90000000'),
    ...columns,
  }),
  fc.record({ table: fc.constant('receipt'), id: fc.constantFrom('r1', 'r2', 'r3'), ...columns }),
);
type Row = typeof row extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const recordOf = ({ table, id, gone, ...said }: Row, index: number): StreamRecord => {
  const position = (index + 1).toString(16).toUpperCase().padStart(8, '0');
  const text = dmsText({
    table,
    operation: gone ? 'delete' : 'update',
    data: { [table === 'member' ? 'id' : 'no']: id, ...(gone ? {} : said) },
    position: `00000002/${position}.1.00000002/00000000`,
  });
  return streamRecord(text, index + 1);
};

const aStore = () => {
  let now = NOW;
  const pipeline = aPipeline({ clock: () => ++now });
  const { table, ports } = pipeline;
  return {
    table,
    ports,
    scan: async function* () {
      const items = table.dump();
      for (let at = 0; at < items.length; at += 7) yield items.slice(at, at + 7);
    },
    deliver: async (current: CurrentDefinitions, records: readonly StreamRecord[]) => {
      const under = { ...ports, definitions: async () => current };
      for (const record of records)
        expect(await resolveBatch(under, [record])).toMatchObject({ failed: [], quarantined: 0 });
    },
  };
};

/** Groups of units that are one customer, and what is held. */
const partitionIn = (store: ReturnType<typeof aStore>, current: CurrentDefinitions) => {
  const { customers, held } = storedState(store.table.dump(), current.definitions.namespaces);
  return { customers: customers.map(({ units, links }) => ({ units, links })), held };
};

const liveIds = (store: ReturnType<typeof aStore>, current: CurrentDefinitions) =>
  storedState(store.table.dump(), current.definitions.namespaces).customers.map(({ id }) => id);

const names = fc.constantFrom(...(Object.keys(READINGS) as (keyof typeof READINGS)[]));

test('the archive delivered again comes to what the preview lists', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 14 }),
      names.filter((name) => name !== 'named'),
      names,
      async (rows, was, is) => {
        const [from, to] = [DEFINED[was], DEFINED[is]];
        const records = rows.map(recordOf);
        const archive = { objects: new MemoryObjectStore(), compression: gzipCompression };
        await archiveChanges(archive, records);
        const [store, twin] = [aStore(), aStore()];
        await store.deliver(from, records);
        await twin.deliver(to, records);
        const { table, scan, ports } = store;
        const before = liveIds(store, from);
        const preview = await previewReading(
          { ...archive, ...ports, scan, now: NOW },
          from.definitions,
          to.definitions,
        );
        expect(preview).toMatchObject({ unknown: 0, unknownRows: [] });
        await applyRules(ports, scan, to.definitions.namespaces);
        const again: StreamRecord[] = [];
        for await (const record of readArchive(archive)) again.push(record);
        await store.deliver(to, again);
        expect(audit(table.dump(), to.definitions.namespaces)).toEqual([]);
        expect(partitionIn(store, to)).toEqual(partitionIn(twin, to));
        const created = before.map(
          (id) => ({ type: 'identity.created', customerId: id as OneId }) as const,
        );
        const { customers } = replayEvents([...created, ...preview.events]);
        expect(preview.customers).toEqual([before.length, customers.size]);
        const after = liveIds(store, to);
        expect(after).toHaveLength(customers.size);
        const kept = (ids: Iterable<string>) =>
          [...ids].filter((id) => before.includes(id as never));
        if (preview.passing === 0) expect(kept(after).sort()).toEqual(kept(customers).sort());
        const settled = JSON.stringify(table.dump().filter(({ pk }) => pk !== 'FRESHNESS'));
        await store.deliver(to, again);
        expect(JSON.stringify(table.dump().filter(({ pk }) => pk !== 'FRESHNESS'))).toBe(settled);
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);

test('what the archive does not hold keeps what it says, and is named', async () => {
  const [from, to] = [DEFINED.plain, DEFINED.formed];
  const said = { mail: null, gone: false } as const;
  const rows: readonly Row[] = [
    { table: 'receipt', id: 'r1', card_no: 'c1', ...said },
    { table: 'member', id: '2', nm: null, born: null, mobile: null, card_no: 'C1', ...said },
  ];
  const records = rows.map(recordOf);
  const archive = { objects: new MemoryObjectStore(), compression: gzipCompression };
  await archiveChanges(archive, records.slice(0, 1));
  const store = aStore();
  await store.deliver(from, records);
  const { scan, ports } = store;
  const preview = await previewReading(
    { ...archive, ...ports, scan, now: NOW },
    from.definitions,
    to.definitions,
  );
  expect(preview).toMatchObject({
    ...{ reread: 1, unknown: 1, unknownRows: ['pos.member.2'], customers: [1, 2] },
    events: [{ type: 'identity.created' }],
  });
});
