/**
 * The rights of customers on real engines: a list, a correction, and an erasure that is asked for through the API, run by the
 * operator's command, killed on the way, and followed by a search of every store for everything that named the customer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { readArchive } from '#application/capture/archive-changes.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import {
  household,
  LIN,
  LIN_WORDS,
  memberRow,
  PARTNER,
  receipt,
} from '../../support/builders/household.ts';
import { placesOf } from '../../support/erasing.ts';
import { everythingIn } from '../../support/everything.ts';
import { writeEndpoints } from '../../support/ops-endpoints.ts';
import { keyed, type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OTHERS = Array.from({ length: 20 }, (_, n) => ({
  card: `OTHER${String(n).padStart(5, '0')}`,
  phone: `6${String(1_000_000 + n)}`,
  email: `other${n}@example.com`,
  name: `王小明${n}`,
}));

let served: ServingCloud;
let data: string;

/** Waits until a customer is shown, with so many orders at least. */
const settled = async (card: string, orders = 0): Promise<void> =>
  until(async () => {
    const { status, body } = await served.ask(`/v1/profiles/member-card:${card}`);
    return status === 200 && (body.orderCount ?? 0) >= orders;
  }, 300_000);

beforeAll(async () => {
  served = await startServingCloud();
  const texts = [
    ...household(),
    ...OTHERS.flatMap((who) => [memberRow(who), receipt(`R-${who.card}`, { card: who.card })]),
  ];
  await served.publish(keyed(texts));
  await served.publish([{ key: 'poison', data: `{"mobile": "${LIN.phone}"` }]);
  await settled(LIN.card, 4);
  await settled(PARTNER.card, 3);
  for (const { card } of OTHERS) await settled(card, 1);
  await until(
    async () => placesOf(await everythingIn(served), ['LINRECEIPT4']).length > 1,
    300_000,
  );
  data = mkdtempSync(join(tmpdir(), 'tributary-erasure-'));
  writeEndpoints(served, data);
});

afterAll(async () => {
  await served?.stop();
  if (data) rmSync(data, { recursive: true, force: true });
});

/** Runs a command; `killAfter` kills it when it has told so many parts. */
const ops = async (args: readonly string[], killAfter = Number.POSITIVE_INFINITY) => {
  const child = spawn(process.execPath, ['tools/ops.ts', ...args, '--data', data], { cwd: ROOT });
  let [stdout, parts, errors] = ['', 0, ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
    parts += String(chunk)
      .split('\n')
      .filter((line) => line.startsWith('era_')).length;
    if (parts >= killAfter) child.kill('SIGKILL');
  });
  const [code] = await once(child, 'exit');
  return { code, stdout, errors };
};

/** Profiles and stored items of everybody else, freshness aside. */
const othersNow = async (): Promise<readonly string[]> => {
  const profiles = [];
  for (const { card } of [PARTNER, ...OTHERS]) {
    const { body } = await served.ask(`/v1/profiles/member-card:${card}/export`);
    const { asOf: _asOf, lagMs: _lag, positions: _positions, ...rest } = body;
    profiles.push(rest);
  }
  const ids = new Set(profiles.map(({ customerId }) => `C#${customerId}`));
  const rows = (await served.items('Customer360')).filter(
    ({ pk }) => ids.has(pk) || /^R#.*\.(OTHER|R-OTHER|PAR)/.test(pk),
  );
  return [...profiles, ...rows].map((one) => canonicalJson(one)).sort();
};

test('a list is written by its function, and fetched by a link', async () => {
  const body = {
    fields: ['customerId', 'name', 'identifiers.member-card', 'orderCount'],
    filter: [{ field: 'orderCount', is: 'at-least', value: 1 }],
    format: 'parquet',
  };
  const asked = await served.ask('/v1/extracts', { body });
  expect([asked.status, asked.body.state]).toEqual([202, 'running']);
  const path = String(asked.headers.get('location'));
  await until(async () => {
    await served.work('operate/run-extracts');
    return (await served.ask(path)).body.state === 'done';
  }, 240_000);
  const { body: done } = await served.ask(path);
  expect(done).toMatchObject({ rows: 22, files: [{ rows: 22 }] });
  const fetched = await fetch(done.files[0].url);
  expect(fetched.status).toBe(200);
  const rows = await parquetReadObjects({ file: await fetched.arrayBuffer() });
  const cards = rows.map((row) => row['identifiers.member-card']);
  expect(cards.sort()).toEqual([LIN, PARTNER, ...OTHERS].map(({ card }) => card).sort());
});

test('a correction names the source rows', async () => {
  const path = `/v1/profiles/member-card:${LIN.card}/corrections`;
  const noted = await served.ask(path, { body: { field: 'name', wanted: `${LIN.name}!` } });
  expect([noted.status, noted.body.rows.length]).toEqual([201, 2]);
  expect((await served.ask(path)).body.data).toMatchObject([{ state: 'open' }]);
});

test('asked for, killed and gone on with, an erasure leaves nothing, and the others as they were', async () => {
  const others = await othersNow();
  const asked = await served.ask(`/v1/profiles/member-card:${LIN.card}/erasure`, {
    method: 'POST',
  });
  expect([asked.status, asked.body.state]).toEqual([202, 'running']);
  const path = String(asked.headers.get('location'));
  const id = asked.body.erasureId;
  for (const parts of [1, 2, 4]) {
    const killed = await ops(['erase', id, '--settle', '8'], parts);
    expect([killed.code, killed.errors]).toEqual([null, expect.stringContaining(id)]);
  }
  const { code, stdout, errors } = await ops(['erase', id, '--settle', '8']);
  expect([code, errors]).toEqual([0, expect.stringContaining('certify')]);
  const certificate = JSON.parse(stdout);
  expect(certificate).toMatchObject({
    erasure: id,
    suppressed: { 'crm.contact': 1, 'member.member': 1, 'pos.receipt': 4 },
  });
  expect(certificate.objects.map(({ store }: { store: string }) => store)).toEqual(
    expect.arrayContaining(['archive', 'extracts', 'quarantine']),
  );
  expect((await served.ask(path)).body).toMatchObject({ state: 'done', certificate });
  const shown = join(data, 'certificate.json');
  writeFileSync(shown, stdout);
  expect(await ops(['certificate', shown])).toMatchObject({
    code: 0,
    stdout: `${id} is ours, as it was written\n`,
  });
  writeFileSync(shown, JSON.stringify({ ...certificate, objects: [] }));
  expect((await ops(['certificate', shown])).code).toBe(1);
  const gone = await served.ask(`/v1/profiles/customerId:${certificate.customerIds[0]}`);
  expect([gone.status, gone.body.code]).toEqual([410, 'erased']);
  expect(placesOf(await everythingIn(served), [...LIN_WORDS, 'LINRECEIPT4'])).toEqual([]);
  expect(await othersNow()).toEqual(others);
});

test('a replay of the whole archive and a redelivery of its rows bring nothing back', async () => {
  const archive = { objects: served.bucket('Archive'), compression: gzipCompression };
  let replayed = 0;
  for await (const { partitionKey, bytes } of readArchive(archive)) {
    await served.publish([{ key: partitionKey, data: Buffer.from(bytes).toString('utf8') }]);
    replayed += 1;
  }
  expect(replayed).toBeGreaterThan(40);
  const lins = household().filter((text) => LIN_WORDS.some((word) => text.includes(word)));
  expect(lins).toHaveLength(6);
  await served.publish(keyed(lins));
  // What comes after them has arrived, so they have.
  await served.publish(keyed([memberRow({ ...PARTNER, card: 'AFTER00001', phone: '92999999' })]));
  await settled('AFTER00001');
  await until(
    async () =>
      placesOf(await everythingIn(served), ['AFTER00001']).some((it) => it.startsWith('Archive')),
    300_000,
  );
  await sleep(6_000);
  expect(placesOf(await everythingIn(served), [...LIN_WORDS, 'LINRECEIPT4'])).toEqual([]);
});
