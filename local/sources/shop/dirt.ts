/**
 * Dirt: what is wrong with the demo data, at fixed rates.
 *
 * Each kind is spread evenly by a running total instead of drawn, so that a small data set holds its rate as well as a
 * large one. The rates are written beside the truth.
 * @module
 */
import type { Dice } from './dice.ts';

/** Default rates, as fractions of what the comment names. */
export const DIRT = {
  /** People who have a partner sharing their phone, card or e-mail address; both count as sharing. */
  sharedHouseholds: 0.02,
  /** People who changed their number; some of their rows hold the former one. */
  changedNumbers: 0.05,
  /** People who hold a number that somebody else had before. */
  recycledNumbers: 0.02,
  /** Party rows without a phone: null, empty, `null`. */
  missingPhones: 0.055,
  /** Party rows with a placeholder for a phone. */
  placeholderPhones: 0.01,
  /** Party phones written without a country code. */
  regionlessPhones: 0.7,
  /** Party rows without a birthday. */
  missingBirthdays: 0.05,
  /** Party rows born on 1900-01-01. */
  placeholderBirthdays: 0.015,
  /** Party rows with another birthday than the person's. */
  wrongBirthdays: 0.004,
  /** Party rows without a gender. */
  missingGenders: 0.05,
  /** E-mail addresses that are `test@test.com` or the like. */
  placeholderEmails: 0.01,
  /** Receipts with the phone of one of three stores. */
  storePhones: 0.02,
  /** Typed receipt phones with a wrong digit. */
  mistypedPhones: 0.01,
  /** CRM people with a second contact. */
  duplicateContacts: 0.06,
  /** Members with a second card. */
  secondCards: 0.006,
} as const;

/** A kind of dirt. */
export type DirtKind = keyof typeof DIRT;

/** Hands out dirt at the chosen rates, and counts it. */
export class DirtSpreader {
  readonly #totals = new Map<DirtKind, number>();
  readonly #counts = new Map<DirtKind, { hits: number; of: number }>();
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Whether the next candidate gets this dirt. */
  hits(kind: DirtKind): boolean {
    const total = (this.#totals.get(kind) ?? this.#dice.int(0, 99) / 100) + DIRT[kind];
    const hit = total >= 1;
    this.#totals.set(kind, hit ? total - 1 : total);
    const count = this.#counts.get(kind) ?? { hits: 0, of: 0 };
    this.#counts.set(kind, { hits: count.hits + (hit ? 1 : 0), of: count.of + 1 });
    return hit;
  }

  /** Dirt handed out so far: candidates hit, and candidates seen. */
  counts(): Readonly<Partial<Record<DirtKind, { readonly hits: number; readonly of: number }>>> {
    return Object.fromEntries(this.#counts);
  }
}
