/**
 * Scopes of the API: what a client may ask for at all. A token holds those of its client; of a client that signs, the
 * access policy lists them.
 * @module
 */

/** Scopes by what they are for. */
export const SCOPES = {
  readProfiles: 'c360/profile.read',
  search: 'c360/profile.search',
  explain: 'c360/profile.explain',
  consent: 'c360/consent.write',
  metrics: 'c360/metrics.read',
  export: 'c360/profile.export',
  erase: 'c360/profile.erase',
  correct: 'c360/profile.correct',
  extract: 'c360/extract',
} as const;

/** A scope. */
export type ApiScope = (typeof SCOPES)[keyof typeof SCOPES];
