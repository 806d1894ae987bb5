import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeStateReader, makeStateWriter } from '#adapters/files/state-folder.ts';
import { StateError, type StateObject } from '#application/operate/transfer/state.ts';
import type { WireItem } from '#application/operate/transfer/wire-item.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const collect = async <One>(some: AsyncIterable<One>): Promise<readonly One[]> => {
  const all: One[] = [];
  for await (const one of some) all.push(one);
  return all;
};

test.each([
  'changes/2026/11/30.ndjson.gz',
  'drops/会员导出 2026年11月 第一批（门店登记，含补录）'.repeat(6),
  '../../outside',
  './a//b/',
  'a%2Fb+c=d~e',
  '.',
])('an object comes back under its key: %s', async (key) => {
  const writer = await makeStateWriter(folder);
  const object = { key, bytes: Buffer.from('some bytes') };
  await writer.object('drops', object);
  const found = await collect<StateObject>(makeStateReader(folder).objects('drops'));
  expect(found).toEqual([object]);
  expect(readdirSync(folder)).toEqual(['drops']);
});

test('items come back in their order, more than a page of them', async () => {
  const items = Array.from(
    { length: 1_203 },
    (_, n) => ({ pk: { S: `R#${n}` }, sk: { S: 'ROW' }, name: { S: '王\n小明' } }) as WireItem,
  );
  const pages = async function* () {
    yield items.slice(0, 700);
    yield [];
    yield items.slice(700);
  };
  await (await makeStateWriter(folder)).items('customer360', pages());
  expect((await collect(makeStateReader(folder).items('customer360'))).flat()).toEqual(items);
});

test('a bucket that had nothing, and an export that did not end', async () => {
  const reader = makeStateReader(folder);
  expect(await collect(reader.objects('rights'))).toEqual([]);
  expect(await reader.manifest()).toBeUndefined();
});

test('a folder that holds something, and a manifest that is none, are refused', async () => {
  writeFileSync(join(folder, 'manifest.json'), 'no JSON');
  await expect(makeStateWriter(folder)).rejects.toThrow(StateError);
  await expect(makeStateReader(folder).manifest()).rejects.toThrow('manifest.json is no JSON');
});

test('a line that was cut off is told with the file', async () => {
  writeFileSync(join(folder, 'customer360.ndjson.gz'), 'not packed');
  await expect(collect(makeStateReader(folder).items('customer360'))).rejects.toThrow(StateError);
});
