import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { writeParquet } from '#adapters/parquet/write-parquet.ts';
import type { Cell } from '#domain/serve/extract.ts';

const columns = ['customerId', 'name', 'orderCount', 'subscribed', 'city', 'mixed'];

test('rows come back as they were, every column of one type', async () => {
  const rows: readonly (readonly Cell[])[] = [
    ['one_a', '陳大文', 3, true, null, 1],
    ['one_b', null, null, false, null, 'x'],
    ['one_c', '', -2.5, null, null, null],
  ];
  const file = writeParquet(columns, rows).buffer as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toEqual([
    {
      customerId: 'one_a',
      name: '陳大文',
      orderCount: 3,
      subscribed: true,
      city: null,
      mixed: '1',
    },
    {
      customerId: 'one_b',
      name: null,
      orderCount: null,
      subscribed: false,
      city: null,
      mixed: 'x',
    },
    { customerId: 'one_c', name: '', orderCount: -2.5, subscribed: null, city: null, mixed: null },
  ]);
  const types = parquetMetadata(file)
    .schema.slice(1)
    .map(({ type }) => type);
  expect(types).toEqual([
    'BYTE_ARRAY',
    'BYTE_ARRAY',
    'DOUBLE',
    'BOOLEAN',
    'BYTE_ARRAY',
    'BYTE_ARRAY',
  ]);
});
