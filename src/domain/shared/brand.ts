/**
 * Branded types: strings that only one function may make, so that a row key is never passed for an id.
 * @module
 */

declare const brand: unique symbol;

/** `Base`, marked with a name that exists for the type checker only. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
