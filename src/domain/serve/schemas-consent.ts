/**
 * Schemas of consents.
 * @module
 */
import * as z from 'zod/mini';
import { described } from './schemas.ts';

const name = () => z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/));
const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

/** A decision of a customer. */
export const ConsentRequest = z.strictObject({
  purpose: described(name(), 'A purpose of the access policy'),
  channel: described(z.optional(name()), 'Only for this channel: sms, email, …'),
  brand: described(z.optional(name()), 'Only for this brand; all brands when absent'),
  state: z.enum(['granted', 'withdrawn']),
  at: described(
    z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/))),
    'When the customer decided, UTC; now when absent',
  ),
  actor: described(z.optional(text(80)), 'Who took it down; the client when absent'),
  notice: described(z.optional(text(80)), 'Version of the notice that the customer was shown'),
  evidence: described(z.optional(text(500)), 'Where the proof is: a form, a recording, a link'),
});

/** A decision, taken down. */
export const ConsentAnswer = z.looseObject({
  customerId: z.string(),
  decision: z.looseObject({
    id: described(z.string(), 'The same for a request with the same Idempotency-Key'),
    purpose: z.string(),
    channel: z.optional(z.string()),
    brand: z.optional(z.string()),
    state: z.enum(['granted', 'withdrawn']),
    at: z.string(),
  }),
});
