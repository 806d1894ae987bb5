import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import {
  formatManifest,
  identifierMark,
  manifestKey,
  manifestOf,
  parseManifest,
  rowMark,
} from '#application/capture/archive-manifest.ts';
import { contact, LIN, LIN_WORDS, memberRow, receipt } from '../../support/builders/household.ts';
import { batchOf, DEMO } from '../../support/pipeline.ts';

const mark = makeMark('a key of marks that nobody could guess');
const manifest = (...texts: readonly string[]) =>
  manifestOf(mark, DEMO.definitions, batchOf(...texts));
const phone = { namespace: 'phone', value: '+85291234567' };

describe('a manifest', () => {
  test('lies beside its object', () => {
    expect(manifestKey('changes/2026/11/22/07/s-1-2.ndjson.gz')).toBe(
      'manifests/2026/11/22/07/s-1-2.json',
    );
  });

  test('has the rows and the identifiers of all records, in whatever form they are written', () => {
    const { marks, opaque } = manifest(memberRow(LIN), receipt('R1', { mobile: '+852 9123-4567' }));
    expect(opaque).toBe(0);
    expect(marks.has(rowMark(mark, `member.member.${LIN.card}`))).toBe(true);
    expect(marks.has(rowMark(mark, 'pos.receipt.R1'))).toBe(true);
    expect(marks.has(identifierMark(mark, phone))).toBe(true);
    expect(manifest(receipt('R2', { mobile: '9123 4567' })).marks).toContain(
      identifierMark(mark, phone),
    );
    expect(marks.has(rowMark(mark, 'pos.receipt.R2'))).toBe(false);
  });

  test('counts what may be about anybody', () => {
    expect(manifest('{', '{"who": 1}', contact({ ...LIN, contact: 'K1' })).opaque).toBe(2);
  });

  test('names nobody', () => {
    const text = new TextDecoder().decode(formatManifest(manifest(memberRow(LIN))));
    for (const word of LIN_WORDS) expect(text).not.toContain(word);
  });

  test('comes back as it was written', () => {
    const marks = fc.array(fc.base64String({ minLength: 8, maxLength: 8 }));
    fc.assert(
      fc.property(marks, fc.nat(), (all, opaque) => {
        const written = { marks: new Set(all), opaque };
        const read = parseManifest(formatManifest(written));
        expect(read?.opaque).toBe(opaque);
        expect([...(read?.marks ?? [])].sort()).toEqual([...written.marks].sort());
      }),
    );
  });

  test.each(['', '[]', '{}', '{"opaque":"1","marks":""}'])('%j is none', (text) => {
    expect(parseManifest(new TextEncoder().encode(text))).toBeUndefined();
  });
});
