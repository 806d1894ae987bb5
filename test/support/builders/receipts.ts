/**
 * Receipts and members for tests: rows of a source that sends changed columns only, so that their columns are kept.
 */
import type {
  FactAfter,
  FactChange,
  PartyAfter,
  PartyChange,
} from '#application/identity/row-change.ts';
import {
  goneImage,
  isLive,
  partialImage,
  type RowImage,
  wholeImage,
} from '#domain/capture/row-image.ts';
import { unit } from './evidence.ts';
import { factGone, factUnit, partyGone, version } from './rows.ts';

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

/** Columns of a member. */
export interface MemberColumns {
  readonly card?: string | null;
  readonly phone?: string | null;
}

/** A member with all columns. */
export const member = (row: string, n: number, columns: MemberColumns): PartyChange =>
  memberOf(row, n, wholeImage(version(n), { ...columns }));

/** Some columns of a member. */
export const memberPart = (row: string, n: number, columns: MemberColumns): PartyChange =>
  memberOf(row, n, partialImage(version(n), { ...columns }));

/** A member that was deleted. */
export const memberGone = (row: string, n: number): PartyChange =>
  memberOf(row, n, goneImage(version(n)));

const memberOf = (row: string, n: number, image: RowImage): PartyChange => {
  const says = (joined: RowImage) => memberIn(row, joined);
  const after = says(image);
  return { ...partyGone(row, n), ...(after ? { after } : {}), columns: { image, read: says } };
};

const memberIn = (row: string, image: RowImage): PartyAfter | undefined => {
  if (!isLive(image)) return undefined;
  const { card, phone } = image.values as { readonly card?: string; readonly phone?: string };
  const claims = [card, phone].filter((claim) => claim !== undefined);
  return { evidence: unit(row, ...claims), fields: { ...image.values }, identifiers: [] };
};
