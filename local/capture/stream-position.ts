/**
 * Stream position: where a change stands in the log, as DMS writes it: `00000002/7C007178.3.00000002/7C007178`.
 *
 * The log sequence number is that of the commit: transactions are read in commit order, so positions never go back.
 * The number between is that of the record in its transaction.
 * @module
 */

/** `2/7C007178` → `00000002/7C007178`. */
export const padLsn = (lsn: string): string =>
  lsn
    .split('/')
    .map((word) => word.toUpperCase().padStart(8, '0'))
    .join('/');

/** Composes a position of a record in a transaction. */
export const streamPosition = (commitLsn: string, record: number): string => {
  const lsn = padLsn(commitLsn);
  return `${lsn}.${record}.${lsn}`;
};

/** The byte before: what to hand to a client that acknowledges the byte after what it is given. */
export const previousLsn = (lsn: string): string => {
  const before = lsnNumber(lsn) - 1n;
  return before < 0n
    ? '0/0'
    : `${(before >> 32n).toString(16)}/${(before & 0xffffffffn).toString(16)}`;
};

/** A log sequence number as a number. */
export const lsnNumber = (lsn: string): bigint => {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};
