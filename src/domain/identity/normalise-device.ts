/**
 * Normalised device ids: advertising ids (IDFA, GAID, OAID) and the hardware numbers that older apps still send.
 *
 * A device that tells nothing sends zeros, or one digit all over; everybody's device would then be the same.
 * @module
 */

const MAX_RAW = 80;

/** A UUID with or without dashes, 16 or 64 hexadecimal digits, or a hardware number of 14 to 16 digits. */
const SHAPE = /^(?:[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{64}|\d{14,15})$/;

/** Lower-case digits without dashes; `undefined` for another shape and for fillers. */
export const normaliseDevice = (raw: string): string | undefined => {
  if (raw.length > MAX_RAW) return undefined;
  const id = raw.normalize('NFKC').trim().toLowerCase().replace(/[-:]/g, '');
  return SHAPE.test(id) && new Set(id).size > 2 ? id : undefined;
};
