import { describe, expect, test } from 'vitest';
import { carried, stateHash, type WireItem } from '#application/operate/transfer/wire-item.ts';

const item = (pk: string, sk: string, more: object = {}): WireItem =>
  ({ pk: { S: pk }, sk: { S: sk }, ...more }) as WireItem;

describe('what an import takes', () => {
  test.each([
    ['positions', item('FRESHNESS', 'pos#shard-0')],
    ['jobs', item('UPKEEP', 'REBUILD')],
    ['times of sources', item('SERVABLE', 'pos')],
    ['figures', item('METRICS', 'CURRENT')],
    ['events that were told', item('K#s', 'EVENTS')],
    ['parts of a view', item('C#one_a', 'PART#~u#e#0')],
  ])('not %s: they belong to a place', (_, one) => {
    expect(carried(one)).toEqual({ kind: 'left' });
    expect(stateHash(one)).toBe(0);
  });

  test.each([
    ['a row', item('R#pos.receipt.1', 'ROW', { v: { S: '1' } })],
    ['a contribution', item('U#~u#0', 'BUCKET', { n: { N: '1' } })],
  ])('%s after everything else, as it is', (_, one) =>
    expect(carried(one)).toEqual({ kind: 'rows', item: one }),
  );

  test.each([
    ['a claim', item('I#phone:x', 'CLAIM')],
    ['a part of a scope', item('P#p', 'PART', { scope: { S: 's' }, doc: { S: 'more' } })],
    ['an erased row', item('E#mark', 'ROW')],
    ['a decision', item('DECISION', 'd1')],
  ])('%s first, as it is', (_, one) => expect(carried(one)).toEqual({ kind: 'first', item: one }));

  test('a scope without what its last commit told the stream', () => {
    const scope = item('K#s', 'SCOPE', { doc: { S: '…' }, lists: { S: '0:1' }, events: { L: [] } });
    expect(carried(scope)).toEqual({
      kind: 'first',
      item: item('K#s', 'SCOPE', { doc: { S: '…' } }),
    });
  });

  test('of a view its revision, so that it goes on', () => {
    const view = item('C#one_a', 'SUMMARY', { doc: { M: { r: { N: '7' }, d: { B: 'AQ==' } } } });
    expect(carried(view)).toEqual({
      kind: 'first',
      item: item('C#one_a', 'SUMMARY', { doc: { M: { r: { N: '7' }, d: { S: '{}' } } } }),
    });
    expect(stateHash(view)).toBe(0);
  });
});
