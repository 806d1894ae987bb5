/**
 * The calls of README.md, run as they stand there in a folder that looks like a clone with `npm start` running beside it.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must } from '#domain/shared/assert.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

const ROOT = join(import.meta.dirname, '../../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** A fenced block of a language; the first in which a text stands. */
const block = (language: string, text: string): string => {
  const blocks = README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return must(
    [...blocks].map(([, code]) => code).find((code) => code?.includes(text)),
    text,
  );
};
const CURL = block('bash', 'curl ');
const CARD = must(/member-card:(\d+)/.exec(CURL)?.[1], 'card of the example');
/** What the calls ask of curl, where there is none. */
const CURL_STAND_IN = `#!/usr/bin/env node
const [silent, flag, header, url] = process.argv.slice(2);
if (silent !== '-s' || flag !== '-H') throw new Error('the README asks curl for something else');
const [name, value] = header.split(': ');
fetch(url, { headers: { [name]: value } })
  .then((answer) => answer.text())
  .then((text) => process.stdout.write(text));
`;

const run = promisify(execFile);
let served: ServingCloud;
let clone: string;
let customerId: string;

const row = (table: string, key: string, data: Record<string, string>) => {
  const [source, name] = table.split('.') as [string, string];
  return { key: `${table}.${key}`, data: dmsText({ source, table: name, data }) };
};

beforeAll(async () => {
  served = await startServingCloud();
  clone = mkdtempSync(join(tmpdir(), 'tributary-readme-'));
  mkdirSync(join(clone, '.tributary'));
  for (const name of ['clients', 'package.json']) symlinkSync(join(ROOT, name), join(clone, name));
  const token = await served.cloud.token(undefined, { claims: { c360_role: 'admin' } });
  const endpoints = JSON.stringify({ api: served.api, token });
  writeFileSync(join(clone, '.tributary/endpoints.json'), endpoints);
  const member = { card_no: CARD, name_local: '陳大文', brand_enrolled: 'AUR', tier: 'gold' };
  const receipt = {
    ...{ receipt_no: 'R1', card_no: CARD, brand_code: 'A', amt: '10.50', ccy: 'HKD' },
    ...{ sold_at: '2026-11-01 10:00:00', store_cd: 'HK01' },
  };
  await served.publish([row('member.member', CARD, member), row('pos.receipt', 'R1', receipt)]);
  await until(async () => {
    const { body } = await served.ask(`/v1/profiles/member-card:${CARD}`);
    customerId = body.customerId;
    return body.orderCount === 1;
  });
});

afterAll(async () => {
  await served?.stop();
  rmSync(clone, { recursive: true, force: true });
});

const pathWithCurl = (): string => {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  if (spawnSync('curl', ['--version']).status === 0) return path;
  const bin = join(clone, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'curl'), CURL_STAND_IN, { mode: 0o755 });
  return [bin, path].join(delimiter);
};

test('the snippet finds the customer and its order', async () => {
  writeFileSync(join(clone, 'try.ts'), block('ts', 'makeClient'));
  const { stdout } = await run(process.execPath, ['try.ts'], { cwd: clone });
  expect(stdout).toMatch(new RegExp(`^${customerId} 1 (null|\\S+Z)\\n$`));
});

test('the calls answer with the customer, twice, and the sources', async () => {
  const env = { ...process.env, PATH: pathWithCurl() };
  const { stdout } = await run('bash', ['-ec', CURL], { cwd: clone, env });
  const answers = stdout.split(/(?<=\})(?=\{"(?:customerId|asOf)":)/).map((it) => JSON.parse(it));
  expect(answers).toMatchObject([
    { customerId, orderCount: 1 },
    { customerId, orderCount: 1 },
    { sources: expect.arrayContaining([expect.objectContaining({ source: 'pos' })]) },
  ]);
});
