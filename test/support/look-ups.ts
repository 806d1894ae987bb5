/**
 * Counts look-ups in maps: a measure of work that is the same on every machine.
 */

/** Calls of `Map.get` that `work` makes; `work` must not be asynchronous. */
export const lookUpsOf = (work: () => void): number => {
  const original = Map.prototype.get;
  let count = 0;
  Map.prototype.get = function get(key: unknown) {
    count += 1;
    return original.call(this, key);
  };
  try {
    work();
  } finally {
    Map.prototype.get = original;
  }
  return count;
};
