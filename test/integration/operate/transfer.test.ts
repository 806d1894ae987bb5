/**
 * Export and import as an operator types them, on real engines: the state of one cloud in another, empty one.
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ObjectStore } from '#application/shared/ports.ts';
import { must } from '#domain/shared/assert.ts';
import { household, LIN, memberRow, PARTNER, receipt } from '../../support/builders/household.ts';
import { writeEndpoints } from '../../support/ops-endpoints.ts';
import { keyed, type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OTHERS = Array.from({ length: 5 }, (_, n) => ({
  card: `OTHER${String(n).padStart(5, '0')}`,
  phone: `6${String(1_000_000 + n)}`,
  email: `other${n}@example.com`,
  name: `王小明${n}`,
}));
const CARDS = [LIN, PARTNER, ...OTHERS].map(({ card }) => card);

/** Kinds of items that nothing adds to or takes from while no change comes. */
const LASTING = new Set(['ROW', 'BUCKET', 'CLAIM', 'SCOPE', 'CUSTOMER']);

let [here, there]: (ServingCloud | undefined)[] = [];
let data: string;

const place = (name: string) => join(data, name);

/** Runs a command on a place; its exit code and what it said. */
const ops = async (where: string, ...args: readonly string[]) => {
  const command = ['tools/ops.ts', ...args, '--data', place(where)];
  try {
    const said = await promisify(execFile)(process.execPath, command, { cwd: ROOT });
    return { code: 0, ...said };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
};

/** What a place says of a customer, freshness aside. */
const exported = async (served: ServingCloud, card: string) => {
  const { status, body } = await served.ask(`/v1/profiles/member-card:${card}/export`);
  const { asOf: _asOf, lagMs: _lag, positions: _positions, version: _version, ...rest } = body;
  return { status, ...rest };
};

const ordersOf = async (served: ServingCloud, card: string): Promise<number> =>
  (await served.ask(`/v1/profiles/member-card:${card}`)).body.orderCount ?? 0;

const holdsAny = async (bucket: ObjectStore): Promise<boolean> => {
  for await (const _ of bucket.list('')) return true;
  return false;
};

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tributary-transfer-'));
  here = await startServingCloud();
  await here.publish(
    keyed([
      ...household(),
      ...OTHERS.flatMap((who) => [memberRow(who), receipt(`R-${who.card}`, { card: who.card })]),
    ]),
  );
  await here.publish([{ key: 'poison', data: '{"mobile": ' }]);
  const orders: readonly (readonly [string, number])[] = [
    [LIN.card, 4],
    [PARTNER.card, 3],
    ...OTHERS.map(({ card }) => [card, 1] as const),
  ];
  for (const [card, count] of orders)
    await until(async () => (await ordersOf(here as ServingCloud, card)) === count, 300_000);
  // The archive keeps records for some seconds before it writes them.
  for (const name of ['Archive', 'Quarantine', 'Definitions'])
    await until(() => holdsAny((here as ServingCloud).bucket(name)), 60_000);
  there = await startServingCloud({}, undefined, (folder) =>
    copyFileSync(
      join((here as ServingCloud).dataDir, 'secrets.json'),
      join(folder, 'secrets.json'),
    ),
  );
  for (const [name, served] of Object.entries({ here, there })) {
    mkdirSync(place(name));
    writeEndpoints(served, place(name));
  }
}, 600_000);

afterAll(async () => {
  await here?.stop();
  await there?.stop();
  if (data) rmSync(data, { recursive: true, force: true });
});

test('an export holds everything, for its owner only', async () => {
  const out = place('export');
  const { code, stdout, stderr } = await ops('here', 'export', '--out', out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('export on') });
  expect(stdout).toMatch(/^\d+ items and \d+ objects are in .*; state [0-9a-f]{12}\n$/);
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  // Others come and go: functions on a schedule note how far they are, and views follow their customers.
  const lasting = (await here?.items('Customer360'))?.filter(({ sk }) => LASTING.has(sk)) ?? [];
  expect(lasting.length).toBeGreaterThan(20);
  expect(manifest.items).toBeGreaterThanOrEqual(lasting.length);
  expect(manifest.objects).toBeGreaterThanOrEqual(3);
  expect(statSync(join(out, 'customer360.ndjson.gz')).mode & 0o077).toBe(0);
});

test('an export does not go into a folder that holds something', async () => {
  const { code, stderr } = await ops('here', 'export', '--out', place('export'));
  expect(code).toBe(1);
  expect(stderr).toContain('is not empty');
});

test('an import into a place with rows is refused', async () => {
  const { code, stderr } = await ops('here', 'import', '--in', place('export'));
  expect(code).toBe(1);
  expect(stderr).toContain('the table holds rows already');
});

test('an import wants the secrets of the export', async () => {
  const file = join(place('export'), 'manifest.json');
  const text = readFileSync(file, 'utf8');
  const manifest = JSON.parse(text);
  writeFileSync(file, JSON.stringify({ ...manifest, keys: { ...manifest.keys, pepper: 'else' } }));
  const { code, stderr } = await ops('there', 'import', '--in', place('export'));
  writeFileSync(file, text);
  expect(code).toBe(1);
  expect(stderr).toContain('(pepper): copy their values first');
});

test('an imported state answers as the first did, and its own export is the same state', async () => {
  const [from, to] = [here, there] as [ServingCloud, ServingCloud];
  const { code, stdout, stderr } = await ops('there', 'import', '--in', place('export'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.anything() });
  expect(stdout).toContain('as exported');
  for (const card of CARDS) expect(await exported(to, card)).toEqual(await exported(from, card));
  expect((await ops('there', 'reconcile')).stdout).toContain(' 0 differences');
  const again = await ops('there', 'export', '--out', place('again'));
  expect(again.stdout.split('state ')[1]).toBe(stdout.match(/state (\w+)/)?.[1]?.concat('\n'));
  expect((await ops('there', 'quarantine')).stdout).toContain('not-json');
});

test('changes go on where the export ended: for the same customer, and seen in its view', async () => {
  const to = there as ServingCloud;
  const card = must(OTHERS[0], 'customer').card;
  const id = (await exported(here as ServingCloud, card)).customerId;
  await to.publish(keyed([receipt(`R2-${card}`, { card })]));
  await until(async () => (await ordersOf(to, card)) === 2, 300_000);
  expect((await exported(to, card)).customerId).toBe(id);
});
