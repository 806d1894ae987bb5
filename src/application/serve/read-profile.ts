/**
 * Read profile: what a caller may see of the customer behind an identifier, for a purpose.
 * @module
 */
import type { AccessPolicy } from '#domain/definitions/access-file.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import {
  type ConsentState,
  consentState,
  decideAccess,
  type Grant,
  isPermitted,
  seesPart,
  withoutConsent,
} from '#domain/serve/access.ts';
import { pickFields } from '#domain/serve/pick-fields.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { redactProfile } from '#domain/serve/redact.ts';
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
  readonly consent: ConsentState;
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
  const consent = consentState(grant, found.view.measures);
  const view = seesPart(grant)
    ? await limitedView(table, definitions, found, grant, clock())
    : found.view;
  if (view === undefined) return failure(NOT_FOUND);
  const shown =
    isPermitted(consent) || !definitions.access ? grant : withoutConsent(definitions.access, grant);
  return success({ found: { ...found, view }, definitions, grant: shown, consent });
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
  { found, definitions, grant, consent }: SeenCustomer,
  fields: string | undefined,
  detail?: FieldDetail,
): Result<Readonly<Record<string, unknown>>, ApiProblem> => {
  const { view, access } = definitions;
  const shown = redactProfile(presentProfile(found, view, detail), grant);
  const consents = presentConsents(access, found.view.measures);
  const withheld = isPermitted(consent)
    ? {}
    : { withheld: { reason: 'consent', purpose: grant.purpose, state: consent } };
  return pickFields(
    { ...shown, ...(consents.length > 0 ? { consents } : {}), ...withheld },
    fields,
    view,
  );
};

const presentConsents = (
  access: AccessPolicy | undefined,
  measures: Readonly<Record<string, unknown>>,
): readonly { readonly purpose: string; readonly state: ConsentState }[] =>
  Object.entries(access?.purposes ?? {}).flatMap(([purpose, { consent }]) =>
    consent ? [{ purpose, state: consentState({ consent }, measures) }] : [],
  );

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
