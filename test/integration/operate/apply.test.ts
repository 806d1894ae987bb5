/**
 * Changed definitions over a running cloud with a filled archive, as an operator puts them in force: what `preview` lists is
 * what `apply` comes to, through the stream and the functions that run.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpointsOf, writeEndpoints } from '../../../local/run/endpoints.ts';
import type { PostgresServer } from '../../../local/sources/postgres/server.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Seconds until every function has new definitions: their cache holds 30. */
const SETTLE = '32';
const TYPED_BY_STAFF = '+85298765400';

let served: ServingCloud;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-apply-'));
  const before = definitionsWith('before', (text) => text.replace(/ {4}yieldsTo: .*\n/, ''));
  definitionsWith('after', (text) =>
    text.replace("'+8613800138000'", `'+8613800138000', '${TYPED_BY_STAFF}'`),
  );
  served = await startServingCloud({}, before);
  const nowhere = { host: '127.0.0.1', port: 9, user: '', password: '' };
  const postgres = { connection: () => nowhere } as unknown as PostgresServer;
  writeEndpoints(served.dataDir, await endpointsOf(served.cloud, postgres));
});

afterAll(async () => {
  await served?.stop();
  rmSync(folder, { recursive: true });
});

const definitionsWith = (name: string, change: (identity: string) => string): string => {
  const copy = join(folder, name);
  cpSync(join(ROOT, 'definitions'), copy, { recursive: true });
  const file = join(copy, 'identity.yaml');
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  return copy;
};

const ops = (...args: readonly string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const all = ['tools/ops.ts', ...args, '--definitions', join(folder, 'after')];
    const child = execFile(
      process.execPath,
      [...all, '--data', served.dataDir],
      { cwd: ROOT },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const preview = async () => JSON.parse((await ops('preview', '--json')).stdout);

const member = (card: string, more: object) => ({
  key: `member.member.${card}`,
  data: dmsText({
    source: 'member',
    table: 'member',
    data: { card_no: card, brand_enrolled: 'AUR', dial_code: '852', ...more },
  }),
});

const profile = async (card: string) => (await served.ask(`/v1/profiles/member-card:${card}`)).body;

const customers = async (...cards: readonly string[]): Promise<readonly string[]> =>
  Promise.all(cards.map(async (card) => (await profile(card)).customerId ?? `none for ${card}`));

test('apply comes to what preview lists: merges, splits and ids', async () => {
  const [phone, name] = ['97654321', { name_local: '陳大文' }];
  await served.publish([
    // One of them mistyped the date.
    member('A', { mobile: phone, birthday: '1980-02-20', ...name }),
    member('B', { mobile: phone, birthday: '1980-02-28', ...name }),
    member('C', { mobile: TYPED_BY_STAFF }),
    member('D', { mobile: TYPED_BY_STAFF }),
  ]);
  await until(async () => {
    const [a, b, c, d] = await customers('A', 'B', 'C', 'D');
    return a !== b && c === d && ![a, b, c].some((id) => id?.startsWith('none'));
  });
  const [a, b, c] = await customers('A', 'B', 'C');
  // The archive is written beside the rows.
  await until(async () => (await preview()).unknown === 0, 60_000, 1_000);
  const listed = await preview();
  expect(listed).toMatchObject({ customers: [3, 3], reread: 4, passing: 0, unaffected: 0 });
  const merged = listed.events.find(({ type }: { type: string }) => type === 'identity.merged');
  const split = listed.events.find(({ type }: { type: string }) => type === 'identity.split');
  expect([merged.into, ...merged.from].sort()).toEqual([a, b].sort());
  expect(split.from === c || split.into.includes(c)).toBe(true);

  const { code, stdout } = await ops('apply', '--settle', SETTLE);
  expect(code).toBe(0);
  expect(stdout).toContain('4 records of the archive are on the stream again');
  // A view follows its customer; until then the API answers that it is not visible yet.
  await until(async () => {
    const [newC, newD] = await customers('C', 'D');
    return newC !== newD && ![newC, newD].some((id) => id?.startsWith('none'));
  });
  expect(new Set(await customers('C', 'D'))).toEqual(new Set([split.from, ...split.into]));
  await until(async () => (await profile('A')).sources?.[0].rows === 2);
  expect(await customers('A', 'B')).toEqual([merged.into, merged.into]);
  expect(await preview()).toMatchObject({ events: [], readAnew: [], customers: [3, 3] });
  expect(served.cloud.metrics.sum('Errors')).toBe(0);
}, 180_000);
