/**
 * One entry to all normalisers, by the name that a namespace's definition gives.
 * @module
 */
import type { Normaliser, Region } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { parseDay } from '#domain/shared/calendar.ts';
import { normaliseDevice } from './normalise-device.ts';
import { normaliseEmail } from './normalise-email.ts';
import { normaliseIdCard } from './normalise-id-card.ts';
import { normaliseName } from './normalise-name.ts';
import { normaliseNameSound } from './normalise-name-sound.ts';
import { normalisePhone, normalisePhoneTail } from './normalise-phone.ts';
import { normaliseCode, normaliseGender, normaliseOpaque } from './normalise-text.ts';

/**
 * Brings a value to the one form in which it is compared; `undefined` when it is no identifier.
 * Applying it to its own result changes nothing.
 * @param region of a phone number without country code
 */
export const normaliseValue = (
  normaliser: Normaliser,
  raw: string,
  region?: Region,
): string | undefined => {
  switch (normaliser) {
    case 'phone':
      return normalisePhone(raw, region);
    case 'phone-tail':
      return normalisePhoneTail(raw);
    case 'email':
      return normaliseEmail(raw);
    case 'opaque':
      return normaliseOpaque(raw);
    case 'code':
      return normaliseCode(raw);
    case 'date':
      return parseDay(raw);
    case 'name':
      return normaliseName(raw);
    case 'name-sound':
      return normaliseNameSound(raw);
    case 'gender':
      return normaliseGender(raw);
    case 'id-card':
      return normaliseIdCard(raw);
    case 'device':
      return normaliseDevice(raw);
    default:
      return assertNever(normaliser);
  }
};
