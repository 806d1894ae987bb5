/**
 * Pseudonyms: what stands for an identifier value in keys, so that no phone number is ever a key.
 *
 * A plain hash of an eleven-digit number is found by trying them all in seconds; with a secret pepper it is not. Peppers
 * rotate: the pseudonym of version n is made from that of version n - 1, so that whatever is stored can be re-keyed
 * without the value behind it.
 * @module
 */
import { type Pseudonymise, UNIT_NAMESPACE } from '#application/identity/read-row.ts';
import { AUDIT_NAMESPACE } from '#application/serve/audit.ts';
import { isRotating, type Peppers } from '#domain/identity/peppers.ts';
import { markVersion } from '#domain/identity/pseudonym.ts';
import { must } from '#domain/shared/assert.ts';
import { keyedHash } from './keyed-hash.ts';
import { PEPPER_LENGTH, parsePeppers } from './peppers.ts';

/** Gives the pseudonym of a normalised value in its namespace and scope: 22 characters of base64url. */
export type Pseudonymiser = Pseudonymise;

/** Values whose pseudonyms are kept, where making one takes several hashes. */
const KEPT = 20_000;

/**
 * Makes the pseudonymiser of the peppers of a secret. The same secret always gives the same pseudonyms.
 * @param secret a pepper, or the peppers of all versions: see {@link Peppers}
 * @param unitKey names fact units, and never changes: ids are anchored at them. The first pepper, where no unit is named
 * @throws RangeError when one of them has fewer than 32 characters: it could be guessed
 */
export const makePseudonymiser = (secret: string, unitKey?: string): Pseudonymiser => {
  const peppers = parsePeppers(secret);
  const first = must(peppers.peppers[0], 'first pepper');
  const fixed = unitKey ?? first;
  if ([...peppers.peppers, fixed].some(({ length }) => length < PEPPER_LENGTH))
    throw new RangeError('a pepper has 32 characters or more');
  const now = ofVersion(peppers, peppers.current, fixed);
  if (!isRotating(peppers)) return now;
  return Object.assign(now, { next: ofVersion(peppers, peppers.current + 1, fixed) });
};

const ofVersion = ({ peppers }: Peppers, version: number, unitKey: string): Pseudonymiser => {
  const [first = '', ...later] = peppers.slice(0, version);
  const make: Pseudonymiser = (namespace, scope, value) => {
    const key = namespace === UNIT_NAMESPACE ? unitKey : first;
    const text = keyedHash(key, ['identifier', namespace, scope, value]).toString('base64url');
    if (isLasting(namespace)) return text;
    return later.reduce((layer, pepper, index) => nextLayer(pepper, index + 2, layer), text);
  };
  return later.length === 0 ? make : remembering(make);
};

// Ids are anchored at units, and entries of the audit log are sealed: neither is re-keyed. Nobody can guess what they stand for.
const isLasting = (namespace: string): boolean =>
  namespace === UNIT_NAMESPACE || namespace === AUDIT_NAMESPACE;

const nextLayer = (pepper: string, version: number, layer: string): string =>
  markVersion(keyedHash(pepper, ['layer', layer]).toString('base64url'), version);

/** Makes the successor of a pseudonym: from that of the version in force to that of the last pepper of the secret. */
export const makeSuccessor = (secret: string): ((pseudonym: string) => string) => {
  const { peppers } = parsePeppers(secret);
  const last = must(peppers.at(-1), 'last pepper');
  return (pseudonym) => nextLayer(last, peppers.length, pseudonym);
};

const remembering = (make: Pseudonymiser): Pseudonymiser => {
  const kept = new Map<string, string>();
  return (namespace, scope, value) => {
    const name = JSON.stringify([namespace, scope, value]);
    const known = kept.get(name);
    if (known !== undefined) return known;
    if (kept.size >= KEPT) kept.clear();
    const made = make(namespace, scope, value);
    kept.set(name, made);
    return made;
  };
};
