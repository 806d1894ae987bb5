/**
 * Schemas of the rights of customers.
 * @module
 */
import * as z from 'zod/mini';
import { described } from './schemas.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const instant = () => described(z.string(), 'ISO 8601, UTC');

/** Id of a request, by its prefix. */
export const rightsId = (prefix: string) =>
  described(text(40), `Id as it was answered, ${prefix}_…`);

/** How far an erasure is. */
export const ErasureAnswer = z.looseObject({
  erasureId: z.string(),
  state: z.enum(['running', 'done']),
  step: described(z.string(), 'What it is at'),
  requestedAt: instant(),
  completedAt: z.optional(instant()),
  certificate: described(
    z.optional(z.looseObject({ seal: z.string() })),
    'What was erased where, and what could not be',
  ),
});
