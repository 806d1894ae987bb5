/**
 * Cursors: where the next page of a list begins, opaque to the caller and good for one query only.
 *
 * A cursor is `payload.signature`. The signature covers what was asked (route, customer, filters, page size) and who
 * asked, so a cursor that was changed, or taken from another query or caller, is no cursor.
 * @module
 */
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { ApiProblem } from './problems.ts';

/** Keyed hash of texts, under a key that only the service has. */
export type Sign = (...parts: readonly string[]) => string;

/** Longest cursor that is looked at, in characters. */
const MAX_LENGTH = 1_024;

/** Makes the cursor of a position in the list that `query` names. */
export const encodeCursor = (sign: Sign, query: string, position: string): string => {
  const payload = toBase64Url(position);
  return `${payload}.${sign('cursor', query, payload)}`;
};

/** Reads a cursor of the same query. Fails with `invalid-cursor`. */
export const decodeCursor = (
  sign: Sign,
  query: string,
  cursor: string,
): Result<string, ApiProblem> => {
  const [payload = '', signature = '', ...more] = cursor.slice(0, MAX_LENGTH).split('.');
  const isOurs = more.length === 0 && signature === sign('cursor', query, payload);
  return isOurs
    ? success(fromBase64Url(payload))
    : failure({
        code: 'invalid-cursor',
        detail: 'Pass the cursor as it was given, with the same path and the same parameters.',
      });
};

// Percent-encoding first: `btoa` takes Latin-1 only.
const toBase64Url = (text: string): string =>
  btoa(encodeURIComponent(text)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const fromBase64Url = (text: string): string =>
  decodeURIComponent(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
