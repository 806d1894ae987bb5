import { describe, expect, test } from 'vitest';
import {
  lsnNumber,
  padLsn,
  previousLsn,
  streamPosition,
} from '../../../local/capture/stream-position.ts';

describe('stream position', () => {
  test.each([
    ['0/17C0078', '00000000/017C0078'],
    ['16/B374D848', '00000016/B374D848'],
    ['ffffffff/ffffffff', 'FFFFFFFF/FFFFFFFF'],
  ])('%s is padded to %s', (lsn, padded) => {
    expect(padLsn(lsn)).toBe(padded);
  });

  test('names the commit twice and the record between', () => {
    expect(streamPosition('16/B374D848', 3)).toBe('00000016/B374D848.3.00000016/B374D848');
  });

  test.each([
    ['0/17C0078', '0/17c0077'],
    ['2/0', '1/ffffffff'],
    ['0/0', '0/0'],
  ])('before %s comes %s', (lsn, before) => {
    expect(previousLsn(lsn)).toBe(before);
  });

  test('positions compare as numbers', () => {
    expect(lsnNumber('10/0') > lsnNumber('9/FFFFFFFF')).toBe(true);
  });
});
