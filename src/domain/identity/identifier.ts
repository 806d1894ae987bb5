/**
 * Identifier: a value that names a customer, in the one form in which it is compared.
 * @module
 */

/**
 * Days on which a value is its holder's, `YYYY-MM-DD`, both included; open where there is none. A phone number is
 * somebody else's after it was given up, and so is a card that was handed out again.
 */
export interface Validity {
  readonly from?: string;
  readonly to?: string;
}

/** Whether there is no day on which both are valid. */
export const areDisjoint = (a: Validity, b: Validity): boolean =>
  isBefore(a.to, b.from) || isBefore(b.to, a.from);

const isBefore = (to: string | undefined, from: string | undefined): boolean =>
  to !== undefined && from !== undefined && to < from;

/** The days from the first of either to the last of either. */
export const spanOf = (a: Validity, b: Validity): Validity => {
  const from = a.from === undefined || b.from === undefined ? undefined : least(a.from, b.from);
  const to = a.to === undefined || b.to === undefined ? undefined : greatest(a.to, b.to);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
};

const least = (a: string, b: string): string => (a < b ? a : b);
const greatest = (a: string, b: string): string => (a > b ? a : b);

/** A normalised identifier of a row. */
export interface Identifier extends Validity {
  readonly namespace: string;
  /** Scope inside the namespace, e.g. the WeChat app of an openid. Values of different scopes are never equal. */
  readonly scope?: string;
  /** Normalised value: `+8613912345678`, `li.wei@example.com`. */
  readonly value: string;
  /** Whether the source has verified it. */
  readonly verified: boolean;
}
