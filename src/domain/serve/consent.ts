/**
 * Consent: what a customer permits, by what was said and under which name.
 *
 * Decisions are rows, and a row names its customer by an identifier. All that was said under one name is one voice: there the
 * later decision counts, and a withdrawal at the same instant wins. When a merge brings two voices together the most
 * restrictive is in force, until the customer decides anew under both. A decision may be about one brand; for a brand, what
 * was said of it and what was said of all counts alike.
 *
 * A function of the set of rows: nothing here knows when two customers became one.
 * @module
 */
import { NO_BRAND } from '#domain/profile/facts-partial.ts';

/** Measures that hold a consent: last grant and last withdrawal. */
export interface ConsentRule {
  readonly granted: string;
  readonly withdrawn: string;
  /** Who has said nothing has agreed by the terms of membership; a withdrawal counts all the same. */
  readonly assumed?: boolean | undefined;
}

/** Last grant and last withdrawal of one brand, epoch milliseconds; of {@link NO_BRAND} for all. */
export interface Saying {
  readonly brand: string;
  readonly granted?: number;
  readonly withdrawn?: number;
}

/** What was said under one name. */
export interface Voice {
  readonly subject: string;
  readonly sayings: readonly Saying[];
}

/** State of a consent. */
export type ConsentState = 'not-needed' | 'granted' | 'assumed' | 'withdrawn' | 'never-given';

/** State of a consent for a brand; without one, of what is said of all. */
export const consentState = (
  rule: ConsentRule | undefined,
  voices: readonly Voice[],
  brand: string = NO_BRAND,
): ConsentState => {
  if (!rule) return 'not-needed';
  const stands = voices.map((voice) => standOf(voice, brand));
  if (stands.includes('withdrawn')) return 'withdrawn';
  if (stands.includes('granted')) return 'granted';
  return rule.assumed ? 'assumed' : 'never-given';
};

/** What one voice says of a brand; `undefined` when it has said nothing. */
export const standOf = ({ sayings }: Voice, brand: string): 'granted' | 'withdrawn' | undefined => {
  const heard = sayings.filter((saying) => saying.brand === NO_BRAND || saying.brand === brand);
  const granted = latest(heard.map((saying) => saying.granted));
  const withdrawn = latest(heard.map((saying) => saying.withdrawn));
  if (granted === undefined && withdrawn === undefined) return undefined;
  return (granted ?? 0) > (withdrawn ?? -1) ? 'granted' : 'withdrawn';
};

const latest = (instants: readonly (number | undefined)[]): number | undefined =>
  instants.reduce(
    (found, at) => (at === undefined || (found !== undefined && found >= at) ? found : at),
    undefined,
  );

/** Brands that decisions name, in order. */
export const brandsNamed = (voices: readonly Voice[]): readonly string[] =>
  [...new Set(voices.flatMap(({ sayings }) => sayings.map(({ brand }) => brand)))]
    .filter((brand) => brand !== NO_BRAND)
    .sort();

/** Whether voices differ, so that it matters which of them are one. */
export const disagree = (voices: readonly Voice[]): boolean => {
  const brands = [NO_BRAND, ...brandsNamed(voices)];
  const stands = voices.flatMap((voice) => brands.map((brand) => standOf(voice, brand)));
  return voices.length > 1 && stands.includes('granted') && stands.includes('withdrawn');
};

/** Whether data may be used for the purpose. */
export const isPermitted = (state: ConsentState): boolean =>
  state !== 'withdrawn' && state !== 'never-given';
