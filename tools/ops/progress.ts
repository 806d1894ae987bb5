/**
 * Progress of a long command, on stderr, a line every few seconds at most.
 * @module
 */

const EVERY_MS = 2_000;

/** Tells how far something is; the text is made only when it is shown. */
export const progress = (): ((text: () => string) => void) => {
  let toldAt = Date.now();
  return (text) => {
    if (Date.now() - toldAt < EVERY_MS) return;
    toldAt = Date.now();
    console.error(text());
  };
};
