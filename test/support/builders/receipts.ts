/**
 * Receipts for tests: facts of a source that sends changed columns only, so that their columns are kept.
 */
import type { FactAfter, FactChange } from '#application/identity/row-change.ts';
import { goneImage, partialImage, type RowImage, wholeImage } from '#domain/capture/row-image.ts';
import { factGone, factUnit, version } from './rows.ts';

/** Columns of a receipt: the identifier of whoever has bought, and the total in cents. */
export interface ReceiptColumns {
  readonly buyer?: string | null;
  readonly total?: number;
}

/** A receipt with all its columns. */
export const receipt = (row: string, n: number, buyer: string): FactChange =>
  changeOf(row, n, wholeImage(version(n), { buyer, total: n }));

/** Some columns of a receipt. */
export const receiptPart = (row: string, n: number, columns: ReceiptColumns): FactChange =>
  changeOf(row, n, partialImage(version(n), { ...columns }));

/** A receipt that was deleted. */
export const receiptGone = (row: string, n: number): FactChange =>
  changeOf(row, n, goneImage(version(n)));

const changeOf = (row: string, n: number, image: RowImage): FactChange => {
  const after = read(image);
  return { ...factGone(row, n), ...(after ? { after } : {}), columns: { image, read } };
};

const read = (image: RowImage): FactAfter | undefined => {
  if (image.base === undefined || image.gone) return undefined;
  const { buyer, total = 0 } = image.values as {
    readonly buyer?: string;
    readonly total?: number;
  };
  return {
    ...(buyer === undefined ? {} : { unit: factUnit(buyer) }),
    contribution: { as: 'order', fields: { total } },
  };
};
