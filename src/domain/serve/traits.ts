/**
 * Traits: everything known of a customer under one name each; a field with its provenance, a measure with its rule.
 * @module
 */

type Body = Readonly<Record<string, unknown>>;

/** Members of a profile that are no traits. */
const ABOUT: ReadonlySet<string> = new Set([
  'customerId',
  'redirectedFrom',
  'asOf',
  'lagMs',
  'positions',
  'version',
  'withheld',
]);
const LISTS: ReadonlySet<string> = new Set(['profile', 'identifiers', 'sources', 'consents']);

/** A redacted profile as traits. */
export const asTraits = (profile: Body): Body => {
  const measures = Object.entries(profile).filter(([name]) => !ABOUT.has(name) && !LISTS.has(name));
  return {
    ...Object.fromEntries(Object.entries(profile).filter(([name]) => ABOUT.has(name))),
    traits: {
      ...((profile['profile'] ?? {}) as object),
      ...Object.fromEntries(
        measures.map(([name, value]) => [name, { value, rule: `measure ${name}` }]),
      ),
    },
  };
};
