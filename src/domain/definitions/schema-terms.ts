/**
 * Terms of the definition files: the names, codes and numbers that their shapes are made of.
 * @module
 */
import * as z from 'zod/mini';
import { minorDigits } from '#domain/shared/currency.ts';

/** An object that refuses keys it does not know, and names those it does. */
export const closed = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `is not known here; remove it or use one of: ${Object.keys(shape).join(', ')}.`
        : undefined,
  });

/** A text of a pattern. */
export const text = (pattern: RegExp, message: string) =>
  z.string().check(z.regex(pattern, message));

/** Id of a source, namespace, fact or rule. */
export const id = text(
  /^[a-z][a-z0-9_-]{0,39}$/,
  'must be lower-case letters, digits, - or _, a letter first.',
);
/** Name of a field or measure. */
export const fieldName = text(/^[a-z][A-Za-z0-9]{0,39}$/, 'must be a name in camelCase.');
/** Name of a table. */
export const tableName = text(
  /^[\p{L}][\p{L}\p{N}_$-]{0,62}$/u,
  'must be a table name: letters, digits, _, $ or -, without schema.',
);
/** Name of a column. */
export const column = text(
  /^(?!__proto__$|constructor$|prototype$)[\p{L}_][\p{L}\p{N}_$# -]{0,62}$/u,
  'must be the name of a column.',
);
/** A market. */
export const region = z.enum(['CN', 'HK', 'MO', 'SG']);
/** A short text, such as a code. */
export const codeText = z
  .string()
  .check(
    z.minLength(1, 'must not be empty.'),
    z.maxLength(100, 'must have at most 100 characters.'),
  );

/** An ISO 4217 code. */
export const currency = z
  .string()
  .check(
    z.refine(
      (code) => minorDigits(code) !== undefined,
      'must be an ISO 4217 currency code such as HKD.',
    ),
  );

/** An IANA time zone. */
export const timeZone = z
  .string()
  .check(z.refine((zone) => isTimeZone(zone), 'must be an IANA time zone such as Asia/Hong_Kong.'));

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** A whole number of a range. */
export const wholeNumber = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}.`;
  return z.int(message).check(z.gte(least, message), z.lte(most, message));
};
