/**
 * Field info: class and label of every field, whether or not the catalogue names it.
 * @module
 */
import type { Definitions, FieldInfo } from './types.ts';

/** Where a field stands: in the profile, among the measures, or on a fact. */
export type FieldPlace = 'profile' | 'measure' | 'fact';

/**
 * What people should know of a field. One that the catalogue leaves out is labelled with its own name; in the profile
 * it counts as leading to a person directly, so that nothing is shown too widely because somebody forgot to say so.
 */
export const fieldInfo = (
  { fields = {} }: Definitions,
  name: string,
  place: FieldPlace,
): FieldInfo =>
  (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? {
    class: place === 'profile' ? 'direct' : 'plain',
    label: { zh: name, en: name },
  };
