/**
 * The secret of the peppers as text.
 *
 * One that was never rotated is the first pepper as it is. Later it is JSON: `{"current":2,"peppers":["…","…"]}`.
 * @module
 */
import { isRotating, type Peppers } from '#domain/identity/peppers.ts';

/** Characters under which a pepper could be guessed. */
export const PEPPER_LENGTH = 32;

/** A secret that holds no peppers. */
export class PeppersError extends Error {
  override readonly name = 'PeppersError';
}

/**
 * Reads the text of the secret. It never shows in an error.
 * @throws PeppersError when it is neither a pepper nor a list of them
 */
export const parsePeppers = (secret: string): Peppers => {
  if (!secret.startsWith('{')) return { current: 1, peppers: [secret] };
  const { current, peppers } = asObject(secret);
  if (Array.isArray(peppers) && peppers.every(isPepper) && isVersion(current, peppers.length))
    return { current, peppers };
  throw new PeppersError(
    'the secret of the peppers is not {"current":N,"peppers":[…]} with N or N + 1 peppers of 32 characters or more',
  );
};

const isPepper = (pepper: unknown): pepper is string =>
  typeof pepper === 'string' && pepper.length >= PEPPER_LENGTH;

// The last pepper is in force, or re-keying to it is under way.
const isVersion = (current: unknown, count: number): current is number =>
  Number.isInteger(current) && Number(current) >= 1 && (current === count || current === count - 1);

const asObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

/** Peppers as the text of their secret. */
export const formatPeppers = (peppers: Peppers): string =>
  peppers.current === 1 && !isRotating(peppers)
    ? String(peppers.peppers[0])
    : JSON.stringify({ current: peppers.current, peppers: peppers.peppers });
