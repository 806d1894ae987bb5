/**
 * Access: what a caller may see of a customer, for a purpose.
 *
 * Role, brands, markets and the bound customer come from the token, never from the query. A field is shown only when the
 * role lists its class (allow-list), and a field that the policy does not know counts as direct: what is new is hidden
 * until somebody has thought about it.
 * @module
 */
import {
  type AccessPolicy,
  type AccessRole,
  type Act,
  classOf,
} from '#domain/definitions/access-file.ts';
import type { ApiScope } from '#domain/definitions/api-scopes.ts';
import { own } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { ConsentRule } from './consent.ts';
import type { ApiProblem } from './problems.ts';

/** What IAM says of a caller who signs. */
export interface Signature {
  /** `role/crm-desk`, as the policy names principals. */
  readonly principal: string;
  /** Name of the session of an assumed role. */
  readonly session?: string;
  /** What the route asks for; absent when the route is open. */
  readonly scope?: ApiScope;
}

/** What the token says of the caller, or the signature. */
export interface Credentials {
  readonly client: string;
  readonly role?: string;
  readonly brands?: readonly string[];
  readonly markets?: readonly string[];
  readonly customer?: string;
  readonly signature?: Signature;
}

/** Who calls, as one value: a role that signs under another session's name is the same caller. */
export const callerIdentity = ({ signature, ...caller }: Credentials): Credentials =>
  signature ? { ...caller, signature: { principal: signature.principal } } : caller;

/** What becomes of a field. */
export type Treatment = 'clear' | 'masked' | 'hidden';

/** What a caller was granted for one request. */
export interface Grant {
  readonly client: string;
  readonly role: string;
  readonly purpose: string;
  /** Treatment of a served field: `name`, `identifiers.phone`, `order.total`, `row`. */
  readonly treat: (field: string) => Treatment;
  /** Whether the role may do something besides reading. */
  readonly may: (act: Act) => boolean;
  /** Brands and markets whose rows may be seen; `undefined` is all. */
  readonly brands: readonly string[] | undefined;
  readonly markets: readonly string[] | undefined;
  /** Sources whose rows may not be used for this purpose. */
  readonly barredSources: readonly string[];
  /** Measures that hold the consent this purpose asks for; absent when it asks for none. */
  readonly consent?: ConsentRule;
  /** The one customer that the token is bound to. */
  readonly customer?: string;
}

/** Grant of a service without a policy: the scope is all that is asked. */
const unrestricted = ({ client, customer }: Credentials): Grant => ({
  client,
  role: 'unrestricted',
  purpose: 'unspecified',
  treat: () => 'clear',
  may: () => true,
  brands: undefined,
  markets: undefined,
  barredSources: [],
  ...(customer === undefined ? {} : { customer }),
});

/**
 * Decides what a caller may see. Fails with `not-permitted` to a blocked client, without a role, for a purpose that is not
 * the role's, and to who signs for no client of the policy or asks for more than that client's scopes.
 */
export const decideAccess = (
  policy: AccessPolicy | undefined,
  caller: Credentials,
  purpose: string | undefined,
): Result<Grant, ApiProblem> => {
  if (policy === undefined)
    return caller.signature ? refuse(NO_CLIENT) : success(unrestricted(caller));
  const known = clientOf(policy, caller);
  if (!known.ok) return known;
  // Before the role: a claim gives one to clients of which the policy knows nothing else.
  if (policy.blocked?.includes(known.value.id))
    return refuse('The access policy blocks this client.');
  return grantTo(policy, caller, known.value, purpose);
};

const grantTo = (
  policy: AccessPolicy,
  caller: Credentials,
  { id, client, customer }: KnownClient,
  purpose: string | undefined,
): Result<Grant, ApiProblem> => {
  const name = caller.role ?? client?.role ?? policy.default ?? '';
  const role = own(policy.roles, name);
  if (!role) return refuse('The token has no role of the access policy.');
  if (role.bound && customer === undefined) return refuse(UNBOUND);
  const wanted = purpose ?? role.purposes[0] ?? '';
  if (!role.purposes.includes(wanted))
    return refuse(`This role may ask for: ${role.purposes.join(', ')}.`);
  const rule = own(policy.purposes, wanted);
  const named = { ...policy.fields, ...role.fields };
  return success({
    client: id,
    role: name,
    purpose: wanted,
    treat: (field) => treatmentOf(policy, role, named, field),
    may: (act) => role.may?.includes(act) ?? false,
    brands: narrow(role.brands, client?.brands, caller.brands),
    markets: narrow(role.markets, client?.markets, caller.markets),
    barredSources: barred(policy, wanted),
    ...(rule?.consent ? { consent: rule.consent } : {}),
    ...(customer === undefined ? {} : { customer }),
  });
};

const UNBOUND = 'This role is for callers that are bound to one customer.';
const NO_CLIENT = 'The access policy has no client for this IAM principal.';

/** A client of the policy that somebody is, if any. */
interface KnownClient {
  readonly id: string;
  readonly client: AccessPolicy['clients'][string] | undefined;
  readonly customer: string | undefined;
}

const clientOf = (
  policy: AccessPolicy,
  { client, customer, signature }: Credentials,
): Result<KnownClient, ApiProblem> => {
  if (!signature) return success({ id: client, client: own(policy.clients, client), customer });
  // Nobody is let in by default here: IAM admits whoever an administrator gave a right to invoke.
  const { principal, session, scope } = signature;
  const signer = Object.entries(policy.clients).find(([, it]) => it.principal === principal);
  if (!signer) return refuse(NO_CLIENT);
  const [id, signing] = signer;
  if (scope !== undefined && !signing.scopes?.includes(scope))
    return refuse(`The access policy does not give this client the scope ${scope}.`);
  return success({
    id,
    client: signing,
    // A session without a name is one of nobody, and of nobody there is nothing.
    customer: signing.customer === 'session' ? (session ?? '') : undefined,
  });
};

const refuse = (detail: string) => failure({ code: 'not-permitted', detail } as const);

const treatmentOf = (
  policy: AccessPolicy,
  role: AccessRole,
  named: Readonly<Record<string, unknown>>,
  field: string,
): Treatment => {
  const name = namedAs(field, named);
  return own(role.fields ?? {}, name) ?? role.show[classOf(policy, name)] ?? 'hidden';
};

/** A window of a measure (`spend30d`) is what its measure is, unless it is named itself. */
const namedAs = (field: string, named: Readonly<Record<string, unknown>>): string =>
  Object.hasOwn(named, field) ? field : field.replace(/\d+d$/, '');

/** What all limits allow; a limit that is absent allows all. */
const narrow = (
  ...limits: readonly (readonly string[] | undefined)[]
): readonly string[] | undefined =>
  limits.reduce((allowed, limit) => {
    if (limit === undefined || allowed === undefined) return allowed ?? limit;
    return allowed.filter((each) => limit.includes(each));
  }, undefined);

const barred = ({ sources }: AccessPolicy, purpose: string): readonly string[] =>
  Object.entries(sources).flatMap(([source, { purposes }]) =>
    purposes.includes(purpose) ? [] : [source],
  );

/** Whether a grant sees less than all rows of a customer. */
export const seesPart = ({ brands, markets, barredSources }: Grant): boolean =>
  brands !== undefined || markets !== undefined || barredSources.length > 0;

/** Whether a row may be seen: by its source, the market of its source, and its brand, which is `none` when it names none. */
export const seesRow = (
  { brands, markets, barredSources }: Grant,
  row: { readonly source: string; readonly market: string | undefined; readonly brand: string },
): boolean =>
  !barredSources.includes(row.source) &&
  (brands === undefined || brands.includes(row.brand)) &&
  (markets === undefined || markets.includes(String(row.market)));

/** The same grant, as it is without the consent: only fields that are clear of any person remain. */
export const withoutConsent = (policy: AccessPolicy, grant: Grant): Grant => ({
  ...grant,
  treat: (field) =>
    classOf(policy, namedAs(field, policy.fields)) === 'plain' ? grant.treat(field) : 'hidden',
});
