/**
 * The schema as a caller is shown it: every served field, and whether the caller sees it.
 * @module
 */
import { servedFields } from '#domain/definitions/served-fields.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { Grant } from './access.ts';

/** The fields of these definitions; `shown` says what becomes of each in answers to this grant. */
export const presentSchema = (definitions: Definitions, { treat }: Pick<Grant, 'treat'>) =>
  servedFields(definitions).map((field) => ({
    ...field,
    // The instant of an entry comes with the entry.
    shown: field.part === 'entries' && field.field === 'at' ? 'clear' : treat(field.name),
  }));
