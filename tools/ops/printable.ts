/**
 * Printable: bytes of strangers must not steer the terminal.
 * @module
 */

/** A text with its control characters replaced. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');
