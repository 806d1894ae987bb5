/**
 * Identifier: a value that names a customer, in the one form in which it is compared.
 * @module
 */

/** A normalised identifier of a row. */
export interface Identifier {
  readonly namespace: string;
  /** Scope inside the namespace, e.g. the WeChat app of an openid. Values of different scopes are never equal. */
  readonly scope?: string;
  /** Normalised value: `+8613912345678`, `li.wei@example.com`. */
  readonly value: string;
  /** Whether the source has verified it. */
  readonly verified: boolean;
}
