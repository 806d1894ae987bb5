/**
 * Access policy, as people write it: which class each served field has, and what each role may see for which purpose.
 *
 * It is a definition like the others, so a change is in force within 30 seconds of `npm run ops -- publish`, without a
 * deployment, and every answer can be traced to the hash of the policy that allowed it.
 * @module
 */
import * as z from 'zod/mini';
import type { DefinitionProblem } from './problem.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * How a field identifies: `direct` (a phone), `quasi` (a birth date, which identifies together with others), `sensitive`
 * (a complaint; PIPL article 28) or `plain`.
 */
const fieldClass = z.enum(['direct', 'quasi', 'sensitive', 'plain']);
const name = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a lower-case name.'));
const limits = z.optional(z.array(z.string()));

/** What a role may do besides reading: ask why rows are one customer, record a consent. */
export const ACTS = ['explain', 'record-consent'] as const;
/** Something that a role may do besides reading. */
export type Act = (typeof ACTS)[number];

const role = z.strictObject({
  purposes: z.array(name).check(z.minLength(1, 'must name at least one purpose.')),
  show: z.partialRecord(fieldClass, z.enum(['clear', 'masked'])),
  fields: z.optional(z.record(z.string(), z.enum(['clear', 'masked', 'hidden']))),
  may: z.optional(z.array(z.enum(ACTS))),
  brands: limits,
  markets: limits,
});

/** The file `policies/access.yaml`. */
export const AccessFile = z.strictObject({
  fields: z.record(z.string(), fieldClass),
  purposes: z.record(
    name,
    z.strictObject({
      consent: z.optional(
        z.strictObject({
          granted: z.string(),
          withdrawn: z.string(),
          assumed: z.optional(z.boolean()),
        }),
      ),
    }),
  ),
  roles: z.record(name, role),
  default: z.optional(name),
  clients: z._default(
    z.record(z.string(), z.strictObject({ role: name, brands: limits, markets: limits })),
    {},
  ),
  sources: z._default(z.record(z.string(), z.strictObject({ purposes: z.array(name) })), {}),
});

/** The policy, checked; it is compiled as it is written. */
export type AccessPolicy = Readonly<z.output<typeof AccessFile>>;
/** What a role may see. */
export type AccessRole = AccessPolicy['roles'][string];

/** Checks that what the policy refers to exists. */
export const checkAccess = (
  document: YamlDocument,
  policy: AccessPolicy,
  known: { readonly sources: readonly string[]; readonly measures: readonly string[] },
): DefinitionProblem[] => {
  const { roles, purposes, clients, sources } = policy;
  const expect = (holds: boolean, path: readonly string[], message: string) =>
    holds ? [] : [document.problemAt([...path], message)];
  const isPurpose = (purpose: string) => Object.hasOwn(purposes, purpose);
  const isRole = (given: string) => Object.hasOwn(roles, given);
  return [
    ...Object.entries(roles).flatMap(([id, it]) =>
      expect(
        it.purposes.every(isPurpose),
        ['roles', id, 'purposes'],
        'names no purpose of this file.',
      ),
    ),
    ...Object.entries(clients).flatMap(([id, it]) =>
      expect(isRole(it.role), ['clients', id, 'role'], 'is no role of this file.'),
    ),
    ...Object.entries(sources).flatMap(([id, it]) => [
      ...expect(known.sources.includes(id), ['sources', id], 'is no source.'),
      ...expect(
        it.purposes.every(isPurpose),
        ['sources', id, 'purposes'],
        'names no purpose of this file.',
      ),
    ]),
    ...Object.entries(purposes).flatMap(([id, { consent }]) =>
      consent
        ? [consent.granted, consent.withdrawn].flatMap((measure) =>
            expect(
              known.measures.includes(measure),
              ['purposes', id, 'consent'],
              `${measure} is no measure of the view.`,
            ),
          )
        : [],
    ),
    ...expect(
      policy.default === undefined || isRole(policy.default),
      ['default'],
      'is no role of this file.',
    ),
  ];
};
