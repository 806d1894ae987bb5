import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { shortDigest } from '#adapters/files/drops.ts';
import { readRows } from '#adapters/files/read-rows.ts';
import {
  type ImportPorts,
  type ImportReport,
  ImportUnfinishedError,
  importFile,
  reportKey,
} from '#application/capture/import-file.ts';
import type { StreamMessage } from '#application/operate/ports.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { FileFormat } from '#domain/definitions/types.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { NOW } from '../../support/pipeline.ts';

const definitionsWith = (file: FileFormat) =>
  someDefinitions([
    aSource({ source: 'mall', engine: 'files' }, [
      aTable({
        table: 'visitor',
        key: ['no'],
        kind: 'party',
        as: 'party',
        fields: { name: { type: 'text', column: 'name' } },
        file,
      }),
    ]),
    aSource({ source: 'pos' }),
  ]);

const KEY = 'drops/mall/visitor/2026-11-22.csv';
const WRITTEN = Date.UTC(2026, 10, 22, 3);

/** Chunks of seven bytes cut lines, quotes and characters. */
async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.slice(at, at + 7);
}

const start = (file: FileFormat = {}) => {
  const definitions = definitionsWith(file);
  const files = new Map<string, { bytes: Uint8Array; modifiedAt: number }>();
  const reports = new Map<string, ImportReport>();
  const sent: StreamMessage[] = [];
  let chunks = Number.POSITIVE_INFINITY;
  const ports: ImportPorts = {
    definitions: async () => ({ definitions }),
    readFile: async (key) => {
      const file = files.get(key);
      return file && { modifiedAt: file.modifiedAt, open: () => inChunks(file.bytes) };
    },
    readRows,
    readReport: async (key) => reports.get(key),
    writeReport: async (key, report) => void reports.set(key, report),
    publish: async (messages) => void sent.push(...messages),
    digest: shortDigest,
    clock: () => NOW,
    hasTimeLeft: () => --chunks > 0,
  };
  const drop = (key: string, content: string | Uint8Array, modifiedAt = WRITTEN) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    files.set(key, { bytes, modifiedAt });
    return importFile(ports, key);
  };
  const changes = () =>
    sent.map(({ bytes, partitionKey }) => {
      const decoded = decodeChange(bytes, definitions);
      const [record] = decoded.ok && decoded.value.kind === 'changes' ? decoded.value.records : [];
      if (record?.operation !== 'upsert') throw new Error('no upsert');
      expect(partitionKey).toBe(record.rowKey);
      return record;
    });
  return { ports, reports, sent, changes, drop, timeFor: (count: number) => (chunks = count) };
};

describe('a CSV file', () => {
  test('becomes one change per row, and a report', async () => {
    const { drop, changes, reports } = start();
    const report = await drop(KEY, '\uFEFFno,name,extra\r\n1,"陳, 大文",\r\n2,"two\nlines",x\r\n');
    expect(changes().map(({ rowKey, row }) => [rowKey, row])).toEqual([
      ['mall.visitor.1', { no: '1', name: '陳, 大文', extra: null }],
      ['mall.visitor.2', { no: '2', name: 'two\nlines', extra: 'x' }],
    ]);
    expect(report).toEqual({
      file: KEY,
      modifiedAt: '2026-11-22T03:00:00.000Z',
      state: 'done',
      rows: 2,
      published: 2,
      rejected: 0,
      rejectedLines: [],
      startedAt: '2026-11-22T08:00:10.000Z',
      finishedAt: '2026-11-22T08:00:10.000Z',
    });
    expect(reports.get('reports/mall/visitor/2026-11-22.csv.json')).toEqual(report);
  });

  test('names the lines that are no rows, and goes on', async () => {
    const { drop, changes } = start();
    const report = await drop(KEY, 'no,name\n1,A\n2\n,C\n4,D\n');
    expect(changes().map(({ rowKey }) => rowKey)).toEqual(['mall.visitor.1', 'mall.visitor.4']);
    expect(report).toMatchObject({
      rows: 4,
      published: 2,
      rejected: 2,
      rejectedLines: [
        { line: 3, reason: 'wrong-number-of-columns' },
        { line: 4, reason: 'missing-key' },
      ],
    });
  });

  test('may have other headers, another delimiter and another encoding', async () => {
    const { drop, changes } = start({
      delimiter: ';',
      encoding: 'gb18030',
      header: { '编号(必填)': 'no', 姓名: 'name' },
    });
    // 编号(必填);姓名 / 7;李伟 in GB 18030.
    const bytes = Buffer.from('b1e0bac528b1d8ccee293bd0d5c3fb0a373bc0eeceb00a', 'hex');
    await drop(KEY, bytes);
    expect(changes()[0]).toMatchObject({
      rowKey: 'mall.visitor.7',
      row: { no: '7', name: '李伟' },
    });
  });

  test('in another encoding than it says is left out, and says so', async () => {
    const report = await start().drop(KEY, Buffer.from('6e6f0ac0eeceb0', 'hex'));
    expect(report?.rejectedLines).toEqual([{ line: 1, reason: 'not-text' }]);
  });

  test('that breaks off in a quote is no CSV, for its rows before may be none either', async () => {
    const report = await start().drop(KEY, 'no,name\n1,A\n2,"B\n3,C\n');
    expect(report).toMatchObject({ published: 0, rejectedLines: [{ reason: 'not-csv' }] });
  });
});

test('a file of JSON lines, packed, is read like its rows', async () => {
  const { drop, changes } = start();
  const text = '{"no":1,"name":"A"}\n\n[1]\n{"no":2.5}\n{"no":"3","name":null}\n';
  const report = await drop('drops/mall/visitor/x.ndjson.gz', gzipSync(text));
  expect(changes().map(({ rowKey }) => rowKey)).toEqual(['mall.visitor.1', 'mall.visitor.3']);
  expect(report?.rejectedLines).toEqual([
    { line: 3, reason: 'not-json' },
    { line: 4, reason: 'unsafe-key' },
  ]);
});

test('a file that is packed and broken is left out, and says so', async () => {
  const packed = gzipSync('{"no":1}\n');
  const half = await start().drop('drops/mall/visitor/x.ndjson.gz', packed.subarray(0, 20));
  const none = await start().drop('drops/mall/visitor/x.ndjson.gz', 'no gzip at all');
  expect([half?.rejectedLines, none?.rejectedLines]).toEqual([
    [{ line: 1, reason: 'not-gzip' }],
    [{ line: 1, reason: 'not-gzip' }],
  ]);
});

test('a file is never held as a whole', async () => {
  let open = 0;
  let most = 0;
  async function* rows(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('no,name\n');
    for (let n = 0; n < 20_000; n++) {
      open += 1;
      yield new TextEncoder().encode(`${n},${'x'.repeat(100)}\n`);
    }
  }
  const read = readRows('big.csv', rows, {});
  let seen = 0;
  for await (const _ of read ?? []) {
    seen += 1;
    if (open > 20_000) most = Math.max(most, open - 20_000 - seen);
  }
  expect(seen).toBe(20_000);
  // What the streams hold ahead of the reader, of 20 000 rows.
  expect(most).toBeLessThan(2_000);
});

describe('a file that is announced again', () => {
  test('is not imported again', async () => {
    const { drop, sent } = start();
    await drop(KEY, 'no,name\n1,A\n');
    expect(await drop(KEY, 'no,name\n1,A\n')).toBeUndefined();
    expect(sent).toHaveLength(1);
  });

  test('and was written anew is imported, at later versions', async () => {
    const { drop, changes } = start();
    await drop(KEY, 'no,name\n1,A\n2,B\n');
    await drop(KEY, 'no,name\n2,B2\n', WRITTEN + 1000);
    const [first, second, again] = changes();
    expect(String(second?.version) > String(first?.version)).toBe(true);
    expect(String(again?.version) > String(second?.version)).toBe(true);
  });

  test('without its report gives the same versions', async () => {
    const { drop, changes, reports } = start();
    await drop(KEY, 'no,name\n1,A\n');
    reports.clear();
    await drop(KEY, 'no,name\n1,A\n');
    expect(changes()[1]).toEqual(changes()[0]);
  });
});

test('an import whose time is over goes on where it was', async () => {
  const { drop, changes, timeFor, reports } = start();
  const text = `no,name\n${Array.from({ length: 1_200 }, (_, n) => `${n},N${n}\n`).join('')}`;
  timeFor(1);
  await expect(drop(KEY, text)).rejects.toThrow(ImportUnfinishedError);
  expect(reports.get(reportKey(KEY))).toMatchObject({ state: 'running', rows: 500 });
  timeFor(10);
  expect(await drop(KEY, text)).toMatchObject({ state: 'done', rows: 1_200, published: 1_200 });
  expect(new Set(changes().map(({ version }) => version)).size).toBe(1_200);
});

test.each([
  [
    'drops/mall/visitor/list.xlsx',
    'The name ends in none of .csv, .ndjson, .jsonl, with or without .gz.',
  ],
  ['drops/nobody/visitor/list.csv', 'No definition names a source "nobody".'],
  ['drops/mall/nothing/list.csv', 'Source "mall" defines no table "nothing".'],
  [
    'drops/pos/receipt/list.csv',
    'Source "pos" is no source of files; say "engine: files" in its definition.',
  ],
  ['drops/mall', 'Source "mall" defines no table empty text.'],
])('%s fails with a reason', async (key, reason) => {
  const { drop, sent } = start();
  expect(await drop(key, 'no\n1\n')).toMatchObject({ state: 'failed', reason });
  expect(sent).toEqual([]);
});

test('a file that is gone is nothing', async () => {
  expect(await importFile(start().ports, KEY)).toBeUndefined();
});
