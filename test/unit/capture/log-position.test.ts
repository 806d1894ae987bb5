import { expect, test } from 'vitest';
import { encodeLsnNumber, encodePosition, encodeSequence } from '#domain/capture/log-position.ts';

test.each([
  ['postgresql', '00000002/7C007178.3.00000002/7C007178', '000000027C007178', '00000002/7C007178'],
  ['postgresql', '00000002/7C007178', '000000027C007178', '00000002/7C007178'],
  ['postgresql', '16/B374D848', '00000016B374D848', '00000016/B374D848'],
  ['postgresql', 'ffffffff/ffffffff', 'FFFFFFFFFFFFFFFF', 'FFFFFFFF/FFFFFFFF'],
  ['postgresql', '0/1.0', '0000000000000001', '00000000/00000001'],
  ['mysql', 'mysql-bin-changelog.000012:345', '000000001200000000000000000345', undefined],
  [
    'mysql',
    'mysql-bin-changelog.157832:1975:-1:2002:677883278264080',
    '000015783200000000000000001975',
    undefined,
  ],
  ['oracle', '1234567', '00000000000001234567', undefined],
  ['oracle', '00000000000ab3f1', '000000000000000AB3F1', undefined],
  ['sqlserver', '00000027:00000ac0:0003', '0000002700000AC00003', undefined],
  ['sqlserver', '0x0000002700000AC00003', '0000002700000AC00003', undefined],
] as const)('%s %s is stored as %s', (engine, text, sortable, shown) => {
  expect(encodePosition(engine, text)).toEqual({ sortable, shown: shown ?? text });
});

test.each([
  ['postgresql', ''],
  ['postgresql', 'soon'],
  ['postgresql', '0000003B/E8003618.NOW'],
  ['postgresql', '0000000001/00000001'],
  ['postgresql', '1/2/3'],
  ['postgresql', '-1/2'],
  ['postgresql', ' 1/2'],
  ['postgresql', '1/2\n'],
  ['mysql', '000012:345'],
  ['mysql', 'mysql-bin-changelog.000012'],
  ['mysql', 'mysql-bin-changelog.000012:-4'],
  ['oracle', '12.34'],
  ['oracle', '0x12G'],
  ['sqlserver', '27:ac0:3'],
  ['sqlserver', '2700000AC00003'],
] as const)('%s %j is no position', (engine, text) => {
  expect(encodePosition(engine, text)).toBeUndefined();
});

test.each([
  ['20261122080000000000000000000000001', true],
  ['2026112208000000000000000000000000', false],
  ['2026112208000000000000000000000000x', false],
  ['', false],
])('change sequence %s: %s', (text, valid) => {
  expect(encodeSequence(text) !== undefined).toBe(valid);
});

test.each([
  [10_670_338_424, '000000027C007178', '00000002/7C007178'],
  [1, '0000000000000001', '00000000/00000001'],
])('lsn number %d is %s', (lsn, sortable, shown) => {
  expect(encodeLsnNumber(lsn)).toEqual({ sortable, shown });
});
