/**
 * Law of the rotation: whatever it is stopped by and however often, what is stored comes to be what it would be if all
 * had been delivered under the new pepper; no event is told twice, and no pseudonym of the old pepper is left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { formatPeppers } from '#adapters/crypto/peppers.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { rekeyingOf } from '#adapters/crypto/rekeying.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { memoryScan } from '#adapters/memory/scan.ts';
import { eventsOf } from '#application/identity/identity-events.ts';
import type { Pseudonymise } from '#application/identity/read-row.ts';
import { resolveBatch } from '#application/identity/resolve-batch.ts';
import { readHolders } from '#application/identity/scope-holders.ts';
import { loadRekey, RekeyOvertakenError, standstillOf } from '#application/operate/rekey/rekey.ts';
import { type RotationPorts, rotatePepper } from '#application/operate/rekey/rotate-pepper.ts';
import { keyInUse } from '#application/serve/value-keys.ts';
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { Peppers } from '#domain/identity/peppers.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { audit } from '../../support/audit.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { storedState } from '../../support/canonical-state.ts';
import { interposed } from '../../support/interposed-table.ts';
import { keepAllLookups } from '../../support/lookups.ts';
import { aPipeline, batchOf, NOW } from '../../support/pipeline.ts';
import { SCORED_FILES, writeScoredFolder } from '../../support/scored-definitions.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-rekey-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeScoredFolder(folder, {
  // Few holders may share a value, so that some values are shared and others held.
  'identity.yaml': SCORED_FILES['identity.yaml'].replace('cap: 25', 'cap: 3, limit: 1'),
});
const read = readDefinitions(folder);
if (!read.ok) throw new Error(JSON.stringify(read.error));
const CURRENT = { hash: read.value.hash, definitions: read.value.definitions };
const POLICY = CURRENT.definitions.namespaces;

const UNIT_KEY = 'a key of units that never changes at all';
const PEPPERS = [1, 2, 3].map((n) => `pepper ${n} that nobody could guess at all`);
const peppersOf = (current: number, count = current): Peppers => ({
  current,
  peppers: PEPPERS.slice(0, count),
});
const under = (peppers: Peppers): Pseudonymise =>
  makePseudonymiser(formatPeppers(peppers), UNIT_KEY);

const value = (...some: readonly string[]) => fc.constantFrom(null, ...some);
const row = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      table: fc.constant('member'),
      id: fc.constantFrom('1', '2', '3', '4', '5', '6', '7'),
      nm: value('张伟', '張偉', '李娜', 'Robert Smith'),
      born: value('1990-05-17', '1971-06-24'),
      mobile: value('91234567', '91234568'),
      card_no: value('C1', 'C2', 'C3'),
      gone: fc.nat(6).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      table: fc.constant('receipt'),
      id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
      card_no: value('C1', 'C2', 'C4'),
      gone: fc.nat(6).map((n) => n === 0),
    }),
  },
);
type Row = typeof row extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const textOf = ({ table, id, gone, ...columns }: Row, position: number): string =>
  dmsText({
    table,
    operation: gone ? 'delete' : 'update',
    data: { [table === 'member' ? 'id' : 'no']: id, ...(gone ? {} : columns) },
    position: `00000002/${position.toString(16).toUpperCase().padStart(8, '0')}.1.00000002/00000000`,
  });

/** A store under some peppers, to which rows are delivered one by one, with its lookups. */
const aStore = (peppers: Peppers) => {
  const made = new Set<string>();
  const remember =
    (pseudonymise: Pseudonymise): Pseudonymise =>
    (namespace, scope, text) => {
      const pseudonym = pseudonymise(namespace, scope, text);
      if (!namespace.startsWith('~')) made.add(pseudonym);
      return pseudonym;
    };
  const pipeline = aPipeline({ current: CURRENT });
  const { table } = pipeline;
  let pseudonymise = remember(under(peppers));
  let seen = new Map<string, Item>();
  const follow = async () => {
    const now = new Map(table.dump().map((item) => [`${item.pk} ${item.sk}`, item]));
    const changes = [...new Set([...seen.keys(), ...now.keys()])].map((key) => {
      const [before, after] = [seen.get(key), now.get(key)];
      return { ...(before ? { before } : {}), ...(after ? { after } : {}), sequence: '1' };
    });
    seen = now;
    await keepAllLookups({ table, pseudonymise }, changes);
  };
  const own = aPipeline({ current: CURRENT });
  return {
    table,
    /** Pseudonyms made so far, of every namespace that rotates. */
    made: () => [...made],
    goOnUnder: (next: Peppers) => {
      pseudonymise = remember(under(next));
    },
    deliver: async (texts: readonly string[]) => {
      const ports = {
        ...own.ports,
        table,
        pseudonymise: ((...args) => pseudonymise(...args)) as Pseudonymise,
      };
      for (const text of texts)
        expect(await resolveBatch(ports, batchOf(text))).toMatchObject({
          failed: [],
          quarantined: 0,
        });
      await follow();
    },
  };
};

class Death extends Error {}

/** Ports of a rotation that dies at a call, before it or after it took effect. */
const rotating = (
  table: Table,
  dump: () => readonly Item[],
  secret: { peppers: Peppers },
  deathAt: number,
) => {
  let calls = 0;
  let paused = false;
  const dying =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      calls += 1;
      if (calls === deathAt && calls % 2 === 0) throw new Death();
      const result = await call(...args);
      if (calls === deathAt) throw new Death();
      return result;
    };
  const mortal: Table = {
    getAll: dying(table.getAll.bind(table)),
    query: dying(table.query.bind(table)),
    write: dying(table.write.bind(table)),
    writeAll: dying(table.writeAll.bind(table)),
    transact: dying(table.transact.bind(table)),
  };
  const ports: RotationPorts = {
    table: mortal,
    scan: dying(memoryScan({ dump })),
    clock: () => NOW,
    peppers: {
      read: dying(async () => secret.peppers),
      write: dying(async (peppers: Peppers) => {
        secret.peppers = peppers;
      }),
    },
    resolving: {
      pause: dying(async () => {
        const was = !paused;
        paused = true;
        return was;
      }),
      resume: dying(async () => {
        paused = false;
      }),
    },
    newPepper: () => String(PEPPERS[secret.peppers.current]),
    rekeyingOf,
    sleep: async () => {},
    settleMs: 0,
  };
  return ports;
};

/** Rotates, with deaths at these calls one after the other. */
const rotate = async (
  store: ReturnType<typeof aStore>,
  secret: { peppers: Peppers },
  deaths: readonly number[],
  watch: () => Promise<void> = async () => {},
): Promise<void> => {
  const to = secret.peppers.current + 1;
  for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
    try {
      const watched = interposed(store.table, ({ name }) => name === 'getAll', watch);
      await rotatePepper(rotating(watched, () => store.table.dump(), secret, death));
      return;
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      // It may have died of nothing but its last breath; to run it again would be the next rotation.
      const { state } = await loadRekey(store.table);
      if (state?.phase === 'done' && state.to === to) return;
    }
  }
};

const lookups = (items: readonly Item[]) =>
  items
    .filter(({ pk }) => pk.startsWith('L#'))
    .map(({ pk, sk }) => `${pk} ${sk}`)
    .sort();

const stateOf = (items: readonly Item[]) => ({
  identity: storedState(items, POLICY),
  lookups: lookups(items),
  claims: items
    .filter(({ pk }) => pk.startsWith('I#'))
    .map(({ pk, sk, units, shared = false }) => canonicalJson({ pk, sk, units, shared } as never))
    .sort(),
});

/** Commits whose events an item still carries: an item that is written tells those that it carries. */
const commitsIn = (items: readonly Item[]) => items.flatMap((item) => eventsOf(item)?.commit ?? []);

const leftOf = (items: readonly Item[], pseudonyms: readonly string[]) => {
  const places = items.map((item) => JSON.stringify(item));
  return pseudonyms.filter((pseudonym) => places.some((text) => text.includes(pseudonym)));
};

/** Values that rows may say, and who holds each, as whoever reads in this moment finds it. */
const VALUES = [
  ...['+85291234567', '+85291234568'].map((value) => ({ namespace: 'phone', value })),
  ...['C1', 'C2', 'C3', 'C4'].map((value) => ({ namespace: 'card', value })),
];
const holdersNow = (table: Table, { peppers }: { readonly peppers: Peppers }) =>
  Promise.all(
    VALUES.map(async (known) => {
      const key = await keyInUse(table, under(peppers), known);
      const [claim] = await table.getAll([claimKey(key)]);
      return claim ? [...(await readHolders(table, key, parseClaimItem(claim)))].sort() : [];
    }),
  );

const drawn = fc.record({
  before: fc.array(row, { minLength: 1, maxLength: 14 }),
  after: fc.array(row, { maxLength: 6 }),
  deaths: fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 5 }),
});

test('a rotation that dies anywhere ends as if the new pepper had always been', async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ before, after, deaths }) => {
      const texts = [...before, ...after].map(textOf);
      const [early, late] = [texts.slice(0, before.length), texts.slice(before.length)];
      const [store, twin] = [aStore(peppersOf(1)), aStore(peppersOf(2))];
      await store.deliver(early);
      await twin.deliver(early);
      const [told, old] = [commitsIn(store.table.dump()), store.made()];
      const secret = { peppers: peppersOf(1) };
      const read = await holdersNow(store.table, secret);
      const missed: unknown[] = [];
      const watch = async () => {
        const now = await holdersNow(store.table, secret);
        if (canonicalJson(now) !== canonicalJson(read)) missed.push(now);
      };
      await rotate(store, secret, deaths, watch);
      expect(missed).toEqual([]);
      expect(secret.peppers).toEqual(peppersOf(2));
      expect(leftOf(store.table.dump(), old)).toEqual([]);
      expect(commitsIn(store.table.dump()).filter((commit) => !told.includes(commit))).toEqual([]);
      expect(stateOf(store.table.dump())).toEqual(stateOf(twin.table.dump()));
      expect(audit(store.table.dump(), POLICY)).toEqual([]);
      store.goOnUnder(secret.peppers);
      for (const one of [store, twin]) await one.deliver([...early, ...late]);
      expect(stateOf(store.table.dump())).toEqual(stateOf(twin.table.dump()));
      expect(audit(store.table.dump(), POLICY)).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('two runs at once: one of them ends it, or the next does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 10 }), async (rows) => {
      const [store, twin] = [aStore(peppersOf(1)), aStore(peppersOf(2))];
      await store.deliver(rows.map(textOf));
      await twin.deliver(rows.map(textOf));
      const secret = { peppers: peppersOf(1) };
      const once = () =>
        rotatePepper(
          rotating(store.table, () => store.table.dump(), secret, Number.POSITIVE_INFINITY),
        ).catch((error) => {
          if (!(error instanceof RekeyOvertakenError)) throw error;
        });
      await Promise.all([once(), once()]);
      if ((await standstillOf({ table: store.table, clock: () => NOW + 1 })) > 0) await once();
      expect(stateOf(store.table.dump())).toEqual(stateOf(twin.table.dump()));
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('a second rotation follows the first', async () => {
  const rows = fc.sample(row, { numRuns: 20, seed: 5 });
  const [store, twin] = [aStore(peppersOf(1)), aStore(peppersOf(3))];
  for (const one of [store, twin]) await one.deliver(rows.map(textOf));
  const secret = { peppers: peppersOf(1) };
  await rotate(store, secret, []);
  await rotate(store, secret, [9, 40]);
  expect(secret.peppers).toEqual(peppersOf(3));
  expect(stateOf(store.table.dump())).toEqual(stateOf(twin.table.dump()));
});
