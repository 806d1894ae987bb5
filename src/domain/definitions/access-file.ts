/**
 * Access policy, as people write it: which class each served field has, and what each role may see for which purpose.
 *
 * It is a definition like the others, so a change is in force within 30 seconds of `npm run ops -- publish`, without a
 * deployment, and every answer can be traced to the hash of the policy that allowed it.
 * @module
 */
import * as z from 'zod/mini';
import { own } from '#domain/shared/json-safety.ts';
import { SCOPES } from './api-scopes.ts';
import type { DefinitionProblem } from './problem.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * How a field identifies: `direct` (a phone), `quasi` (a birth date, which identifies together with others), `sensitive`
 * (a complaint; PIPL article 28) or `plain`. Said here and nowhere else.
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
  /** Only for callers that are bound to one customer. */
  bound: z.optional(z.boolean()),
  brands: limits,
  markets: limits,
});

/** `role/crm-desk`, `user/bi`; with `account:` in front when it is of another account than the API. */
const principal = z
  .string()
  .check(
    z.regex(
      /^(\d{12}:)?(role|user|federated-user)\/[\w+=,.@/-]+$/,
      'must be role/NAME or user/NAME, as IAM calls it.',
    ),
  );

const client = z.strictObject({
  role: name,
  brands: limits,
  markets: limits,
  /** The IAM principal that signs for this client. */
  principal: z.optional(principal),
  /** What a client that signs may ask for; a token says it itself. */
  scopes: z.optional(z.array(z.enum(Object.values(SCOPES)))),
  /** The name of the role's session is the OneID of the one customer that may be read. */
  customer: z.optional(z.literal('session')),
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
  clients: z._default(z.record(z.string(), client), {}),
  /** Clients that are refused whatever their tokens claim, by the name under which reads are recorded. */
  blocked: z.optional(z.array(z.string().check(z.minLength(1)))),
  sources: z._default(z.record(z.string(), z.strictObject({ purposes: z.array(name) })), {}),
});

/** The policy, checked; it is compiled as it is written. */
export type AccessPolicy = Readonly<z.output<typeof AccessFile>>;
/** What a role may see. */
export type AccessRole = AccessPolicy['roles'][string];

/** Class of a field. */
export type FieldClass = AccessPolicy['fields'][string];

/** Class of a served field: `name`, `identifiers.phone`, `order.total`. One that the policy does not know is `direct`. */
export const classOf = ({ fields }: Pick<AccessPolicy, 'fields'>, field: string): FieldClass =>
  own(fields, field) ?? 'direct';

type Expect = (
  holds: boolean,
  path: readonly string[],
  message: string,
) => readonly DefinitionProblem[];

/** Checks that what the policy refers to exists. */
export const checkAccess = (
  document: YamlDocument,
  policy: AccessPolicy,
  known: { readonly sources: readonly string[]; readonly measures: readonly string[] },
): DefinitionProblem[] => {
  const { roles, purposes, clients, sources } = policy;
  const expect: Expect = (holds, path, message) =>
    holds ? [] : [document.problemAt([...path], message)];
  const isPurpose = (purpose: string) => Object.hasOwn(purposes, purpose);
  return [
    ...Object.entries(roles).flatMap(([id, it]) =>
      expect(
        it.purposes.every(isPurpose),
        ['roles', id, 'purposes'],
        'names no purpose of this file.',
      ),
    ),
    ...Object.keys(clients).flatMap((id) => checkClient(policy, id, expect)),
    ...Object.entries(sources).flatMap(([id, it]) => [
      ...expect(known.sources.includes(id), ['sources', id], 'is no source.'),
      ...expect(
        it.purposes.every(isPurpose),
        ['sources', id, 'purposes'],
        'names no purpose of this file.',
      ),
    ]),
    ...Object.entries(purposes).flatMap(([id, { consent }]) =>
      [consent?.granted, consent?.withdrawn].flatMap((measure) =>
        expect(
          measure === undefined || known.measures.includes(measure),
          ['purposes', id, 'consent'],
          `${measure} is no measure of the view.`,
        ),
      ),
    ),
    ...expect(
      policy.default === undefined || Object.hasOwn(roles, policy.default),
      ['default'],
      'is no role of this file.',
    ),
  ];
};

const checkClient = (
  { roles, clients }: AccessPolicy,
  id: string,
  expect: Expect,
): readonly DefinitionProblem[] => {
  const { role: given, principal: signer, scopes, customer } = clients[id] ?? { role: '' };
  const signers = Object.values(clients).filter((it) => it.principal === signer);
  return [
    ...expect(Object.hasOwn(roles, given), ['clients', id, 'role'], 'is no role of this file.'),
    ...expect(
      signer === undefined || signers.length === 1,
      ['clients', id, 'principal'],
      'signs for another client of this file, too.',
    ),
    ...expect(
      signer !== undefined || (scopes === undefined && customer === undefined),
      ['clients', id],
      'has no principal: scopes and customer of others stand in their tokens.',
    ),
  ];
};
