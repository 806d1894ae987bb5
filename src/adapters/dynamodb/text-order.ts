/**
 * Text order of the store: by UTF-8 bytes, which is the order of code points.
 *
 * JavaScript compares UTF-16 units, which puts U+FFFD after an emoji where DynamoDB puts it before.
 * @module
 */

/** Moves the units of surrogate pairs above all others, where their code points are. */
const rank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

/** Compares two well-formed texts as their UTF-8 bytes compare: negative, 0 or positive. */
export const compareText = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};
