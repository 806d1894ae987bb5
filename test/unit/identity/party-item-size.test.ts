/**
 * Item sizes: a party row of the demo is one write unit, so a change of one costs one.
 */
import { expect, test } from 'vitest';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import { TABLES } from '../../../local/sources/catalogue.ts';
import { makeHistory } from '../../../local/sources/shop/history.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline, NOW } from '../../support/pipeline.ts';

/** DynamoDB bills writes by the kilobyte. */
const WRITE_UNIT_BYTES = 1024;

test('ordinary party rows of the demo stay below one write unit', async () => {
  const { rows } = makeHistory({ seed: 7, customers: 60, now: NOW });
  const { resolve, table } = aPipeline();
  for (const [index, { table: name, row }] of rows.entries()) {
    const { source, table: captured, kind } = TABLES[name];
    if (kind !== 'party') continue;
    const position = `00000002/${(index * 16).toString(16).toUpperCase().padStart(8, '0')}`;
    await resolve(dmsText({ source, table: captured, operation: 'insert', position, data: row }));
  }
  const sizes = table
    .dump()
    .filter(partySaidIn)
    .map((item) => ({ row: item.pk, bytes: itemSize(item) }))
    .sort((a, b) => b.bytes - a.bytes);
  expect(sizes.length).toBeGreaterThan(60);
  // Rows with everything, composed identifiers included, are a little above.
  const above = sizes.filter(({ bytes }) => bytes > WRITE_UNIT_BYTES);
  expect(above.length / sizes.length).toBeLessThan(0.1);
});
