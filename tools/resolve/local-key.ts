/**
 * The key of runs on one machine.
 * @module
 */

/** Nothing leaves the machine, so it only has to be the same in every run: it makes the same ids and pseudonyms. */
export const LOCAL_KEY = 'extracts are resolved on one machine';
