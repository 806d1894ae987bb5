import type { Pgoutput } from 'pg-logical-replication';
import { describe, expect, test } from 'vitest';
import type { CapturedTable } from '../../../local/capture/dms-records.ts';
import { ChangeTranslator } from '../../../local/capture/translate.ts';

const note: CapturedTable = {
  source: 'desk',
  table: 'note',
  columns: [{ name: 'id', type: 'STRING', nullable: false }],
  key: ['id'],
};

const relation = {
  tag: 'relation',
  name: 'note',
  columns: [
    { name: 'id', typeOid: 20 },
    { name: 'words', typeOid: 25 },
  ],
  keyColumns: ['id'],
} as unknown as Pgoutput.MessageRelation;

const begin = (xid: number, commitLsn: string): Pgoutput.Message => ({
  tag: 'begin',
  commitLsn,
  commitTime: 1_772_330_400_000_000n,
  xid,
});
const insert = (id: string): Pgoutput.Message => ({
  tag: 'insert',
  relation,
  new: { id, words: 'x' },
});
const commit = (commitEndLsn: string): Pgoutput.Message => ({
  tag: 'commit',
  flags: 0,
  commitLsn: '0/1',
  commitEndLsn,
  commitTime: 0n,
});

const translator = () => new ChangeTranslator([note], 1, () => 0);

const metadataOf = (translated: ReturnType<ChangeTranslator['translate']>) =>
  translated.kind === 'record'
    ? (JSON.parse(translated.record.text) as { metadata: Record<string, unknown> }).metadata
    : {};

describe('translation of the log', () => {
  test('numbers the records of a transaction and names the one before', () => {
    const to = translator();
    const records = [
      begin(7, '0/AB'),
      insert('1'),
      insert('2'),
      commit('0/C0'),
      begin(-1, '0/D0'),
      insert('3'),
    ]
      .map((message) => to.translate(message))
      .filter((translated) => translated.kind === 'record')
      .map(metadataOf);
    expect(records.map((m) => [m['transaction-id'], m['transaction-record-id']])).toEqual([
      [7, 1],
      [7, 2],
      [4_294_967_295, 1],
    ]);
    expect(records.map((m) => [m['prev-transaction-id'], m['prev-transaction-record-id']])).toEqual(
      [
        [undefined, undefined],
        [7, 1],
        [7, 2],
      ],
    );
    expect(records.map((m) => m['stream-position'])).toEqual([
      '00000000/000000AB.1.00000000/000000AB',
      '00000000/000000AB.2.00000000/000000AB',
      '00000000/000000D0.1.00000000/000000D0',
    ]);
  });

  test('the end of a transaction tells where the log goes on', () => {
    const to = translator();
    to.translate(begin(7, '0/AB'));
    expect(to.open).toBe(true);
    expect(to.translate(commit('0/C0'))).toEqual({ kind: 'commit', end: '0/C0' });
    expect(to.open).toBe(false);
  });

  test('columns come from the log, which knows those added since the start', () => {
    const to = translator();
    to.translate(begin(7, '0/AB'));
    const translated = to.translate(insert('1'));
    expect(translated.kind === 'record' && translated.record.text).toContain(
      '{"data":{"id":"1","words":"x","_c360_gen":"0001"}',
    );
  });

  test.each(['relation', 'type', 'origin', 'message', 'truncate'])('%s changes no row', (tag) => {
    expect(translator().translate({ tag } as Pgoutput.Message)).toEqual({ kind: 'nothing' });
  });

  test('a table that was not asked for is a defect', () => {
    const to = new ChangeTranslator([], 1, () => 0);
    to.translate(begin(7, '0/AB'));
    expect(() => to.translate(insert('1'))).toThrow(/note was not asked for/);
  });
});
