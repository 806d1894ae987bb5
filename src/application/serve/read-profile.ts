/**
 * Read profile: what a caller may see of the customer behind an identifier, for a purpose.
 * @module
 */

import { brandsIn } from '#application/profile/summary.ts';
import type { AccessPolicy } from '#domain/definitions/access-file.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { NO_BRAND } from '#domain/profile/facts-partial.ts';
import { decideAccess, type Grant, seesPart, withoutConsent } from '#domain/serve/access.ts';
import {
  brandsNamed,
  type ConsentState,
  consentState,
  isPermitted,
  type Voice,
} from '#domain/serve/consent.ts';
import { pickFields } from '#domain/serve/pick-fields.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { redactProfile } from '#domain/serve/redact.ts';
import { shownKinds, shownShares } from '#domain/serve/shown-kinds.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { AuditLog } from './audit.ts';
import { type Audited, type AuditedRequest, auditRead, auditRefusal } from './audited-read.ts';
import { awaitVersion, type WaitPorts, type WantedVersion } from './await-version.ts';
import {
  canonicalId,
  type FoundProfile,
  getProfile,
  type ProfilePorts,
  type ProfileProblem,
} from './get-profile.ts';
import { limitedView } from './limited-view.ts';
import { type FieldDetail, presentProfile } from './present-profile.ts';
import { readVoices } from './read-voices.ts';

/** What reading needs. */
export interface ReadPorts extends ProfilePorts, WaitPorts {
  readonly audit: AuditLog;
}

/** What is asked, and by whom. */
export interface ProfileRequest extends WantedVersion, AuditedRequest {
  readonly identifier: string;
  readonly fields?: string | undefined;
}

/** A customer that the caller may see, and how. */
export interface SeenCustomer {
  readonly found: FoundProfile;
  readonly definitions: Definitions;
  /** As it is after consent. */
  readonly grant: Grant;
  /** What is kept back for want of a consent: everything that is personal, or the rows of some brands. */
  readonly withheld?: { readonly state: ConsentState; readonly brands?: readonly string[] };
  /** What the customer has said, by purpose. */
  readonly voices: Readonly<Record<string, readonly Voice[]>>;
}

/**
 * Finds the customer and what the caller may see of it, and records the read. The rows of its view are the ones that may
 * be seen. `fields` names what is shown at most, for the record.
 */
export const seeCustomer = async (
  ports: ReadPorts,
  request: ProfileRequest,
  fields: (grant: Grant, definitions: Definitions) => readonly string[] = shownFields,
): Promise<Result<SeenCustomer, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const granted = decideAccess(definitions.access, request.caller, request.purpose);
  if (!granted.ok) return failure(await auditRefusal(ports.audit, request, granted.error));
  const audited = auditRead(
    ports.audit,
    request,
    granted.value,
    fields(granted.value, definitions),
  );
  const found = await findOwn(
    { ...ports, ...noteIn(audited, granted.value) },
    request,
    granted.value,
  );
  const customer = found.ok ? await seen(ports, definitions, granted.value, found.value) : found;
  return audited.settle(customer, found.ok ? [found.value.customerId] : []);
};

// Whoever may read one customer only has not read another by naming it.
const noteIn = ({ note }: Audited, { customer }: Grant): Pick<ProfilePorts, 'onCustomer'> =>
  customer === undefined ? { onCustomer: note } : {};

/** Fields of the view that a grant shows, clear or masked. */
const shownFields = ({ treat }: Grant, { view, namespaces }: Definitions): readonly string[] =>
  [
    ...view.profile.map(({ field }) => field),
    ...view.measures.map(({ measure }) => measure),
    ...Object.keys(namespaces).map((namespace) => `identifiers.${namespace}`),
  ].filter((field) => treat(field) !== 'hidden');

const findOwn = async (
  ports: ReadPorts,
  request: ProfileRequest,
  grant: Grant,
): Promise<Result<FoundProfile, ApiProblem>> => {
  const found = await findCurrent(ports, request);
  return (await isOwn(ports, grant, found)) ? found : failure(OTHER_CUSTOMER);
};

const findCurrent = async (
  ports: ReadPorts,
  request: ProfileRequest,
): Promise<Result<FoundProfile, ApiProblem>> => {
  const read = () => getProfile(ports, request.identifier);
  const { found, isCurrent } = await awaitVersion(ports, request, read, ({ revision }) => revision);
  if (!found.ok) return failure(problemOf(found.error));
  return isCurrent ? found : failure(NOT_YET);
};

// A token of the member app learns nothing of others, not even whether they exist.
const isOwn = async (
  { table }: ReadPorts,
  { customer }: Grant,
  found: Result<FoundProfile, ApiProblem>,
): Promise<boolean> => {
  if (customer === undefined) return true;
  if (!found.ok) return false;
  const { customerId } = found.value;
  return customer === customerId || (await canonicalId(table, customer as OneId)) === customerId;
};

const seen = async (
  { table, clock }: ReadPorts,
  definitions: Definitions,
  grant: Grant,
  found: FoundProfile,
): Promise<Result<SeenCustomer, ApiProblem>> => {
  const voices = await voicesOf(table, definitions, found);
  const permitted = afterConsent(definitions, grant, found, voices[grant.purpose] ?? []);
  const view = seesPart(permitted.grant)
    ? await limitedView(table, definitions, found, permitted.grant, clock())
    : found.view;
  if (view === undefined) return failure(NOT_FOUND);
  return success({ ...permitted, found: { ...found, view }, definitions, voices });
};

const voicesOf = async (
  table: ReadPorts['table'],
  definitions: Definitions,
  found: FoundProfile,
): Promise<SeenCustomer['voices']> => {
  const rules = Object.entries(definitions.access?.purposes ?? {}).flatMap(
    ([purpose, { consent }]) => (consent ? [[purpose, consent] as const] : []),
  );
  const read = rules.map(async ([purpose, rule]) => [
    purpose,
    await readVoices(table, definitions, found, rule),
  ]);
  return Object.fromEntries(await Promise.all(read));
};

/** The grant as the customer's consent leaves it. */
const afterConsent = (
  { access }: Definitions,
  grant: Grant,
  { summary }: FoundProfile,
  voices: readonly Voice[],
): Pick<SeenCustomer, 'grant' | 'withheld'> => {
  const { consent: rule } = grant;
  if (!rule || !access) return { grant };
  const stateOf = (brand?: string) => consentState(rule, voices, brand);
  const isOfAll = brandsNamed(voices).length === 0;
  // Who decided for one brand is asked about each brand that there is anything of.
  const brands = isOfAll ? [NO_BRAND] : (grant.brands ?? [...brandsIn(summary)]);
  const kept = brands.filter((brand) => !isPermitted(stateOf(brand)));
  if (kept.length === 0) return { grant };
  const state = stateOf(kept[0]);
  if (kept.length === brands.length)
    return { grant: withoutConsent(access, grant), withheld: { state } };
  const permitted = brands.filter((brand) => !kept.includes(brand));
  return { grant: { ...grant, brands: permitted }, withheld: { state, brands: kept } };
};

/** Answers `GET /v1/profiles/{identifier}`. */
export const readProfile = async (
  ports: ReadPorts,
  request: ProfileRequest,
  detail?: FieldDetail,
): Promise<Result<Readonly<Record<string, unknown>>, ApiProblem>> => {
  const customer = await seeCustomer(ports, request);
  return customer.ok ? showProfile(customer.value, request.fields, detail) : customer;
};

/** A profile as its grant shows it. Fails with `bad-request` on an unknown field. */
export const showProfile = (
  customer: SeenCustomer,
  fields: string | undefined,
  detail?: FieldDetail,
): Result<Readonly<Record<string, unknown>>, ApiProblem> => {
  const { found, definitions, grant, voices } = customer;
  const { view, access } = definitions;
  const presented = presentProfile(found, view, detail);
  const sources = shownShares(presented.sources, shownKinds(definitions, grant));
  const shown = redactProfile({ ...presented, sources }, grant);
  const consents = presentConsents(access, voices);
  return pickFields(
    { ...shown, ...(consents.length > 0 ? { consents } : {}), ...presentWithheld(customer) },
    fields,
    view,
  );
};

/** That something is kept back for want of a consent, as every answer about a customer says it. */
export const presentWithheld = ({ grant, withheld }: SeenCustomer): object =>
  withheld ? { withheld: { reason: 'consent', purpose: grant.purpose, ...withheld } } : {};

const presentConsents = (
  access: AccessPolicy | undefined,
  voices: SeenCustomer['voices'],
): readonly object[] =>
  Object.entries(access?.purposes ?? {}).flatMap(([purpose, { consent: rule }]) => {
    const said = voices[purpose] ?? [];
    const brands = brandsNamed(said).map((brand) => ({
      brand,
      state: consentState(rule, said, brand),
    }));
    const byBrand = brands.length > 0 ? { brands } : {};
    return rule ? [{ purpose, state: consentState(rule, said), ...byBrand }] : [];
  });

const OTHER_CUSTOMER: ApiProblem = {
  code: 'other-customer',
  detail: 'This token reads the data of the customer that it was made for.',
};

const NOT_FOUND: ApiProblem = { code: 'not-found', detail: 'Nobody is known by this identifier.' };

const NOT_YET: ApiProblem = {
  code: 'not-yet-visible',
  detail: 'The view follows its changes within a second.',
  retryAfterSeconds: 1,
};

const problemOf = (problem: ProfileProblem): ApiProblem => {
  const { code } = problem;
  switch (code) {
    case 'bad-identifier':
      return { code, detail: problem.detail };
    case 'not-found':
      return NOT_FOUND;
    case 'at-rest':
      return {
        code,
        detail:
          'All rows of the customer are gone. The id answers again if the first of them comes back.',
      };
    case 'erased':
      return { code, detail: 'The customer was erased, and everything that was held of it.' };
    case 'not-yet-visible':
      return NOT_YET;
    case 'ambiguous':
      return {
        code,
        detail: problem.shared
          ? 'So many rows share this value that it names nobody.'
          : 'Several customers hold this value; the link between them waits for review.',
      };
    default:
      return assertNever(code);
  }
};
