/**
 * Time and randomness come in as arguments, so that a test can replay both.
 * @module
 */

/** The current instant, in epoch milliseconds. */
export type Clock = () => number;

/** A number in [0, 1), each call the next of its sequence. */
export type Random = () => number;
