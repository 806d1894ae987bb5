/**
 * Record consent: a decision of a customer onto the change stream, as a row of source `consents`.
 *
 * It is written nowhere else, so it takes the way of every change and is in the view a moment later. The row refers to its
 * customer by one identifier that names nobody else: verified before typed, then by the priority of the namespace, so a
 * card before a phone number, which may be somebody else's next year.
 * @module
 */
import { readHolders } from '#application/identity/scope-holders.ts';
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import type { Publish } from '#application/shared/ports.ts';
import {
  CONSENT_SOURCE,
  CONSENT_TABLE,
  type ConsentDecision,
  type CustomerColumns,
  decisionRecord,
} from '#domain/capture/consent-decision.ts';
import type { Definitions, IdentifierRule } from '#domain/definitions/types.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { NO_BRAND } from '#domain/profile/facts-partial.ts';
import { decideAccess, type Grant } from '#domain/serve/access.ts';
import { brandsNamed, standOf } from '#domain/serve/consent.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { own } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { auditRefusal } from './audited-read.ts';
import type { FoundProfile } from './get-profile.ts';
import { type ProfileRequest, type ReadPorts, seeCustomer } from './read-profile.ts';
import { readNamedVoices } from './read-voices.ts';
import { keyInUse } from './value-keys.ts';

/** What recording needs. */
export interface ConsentPorts extends ReadPorts {
  readonly publish: Publish;
  /** 19 digits of a text, always the same. */
  readonly digits: (text: string) => string;
}

/** A decision as a caller hands it in. */
export interface SaidDecision
  extends Pick<ConsentDecision, 'purpose' | 'channel' | 'brand' | 'state' | 'notice' | 'evidence'> {
  /** ISO 8601; now when absent. */
  readonly at?: string | undefined;
  readonly actor?: string | undefined;
}

/** A decision of whom, under which id. */
export interface ConsentRequest extends ProfileRequest {
  readonly decisionId: string;
  readonly decision: SaidDecision;
}

type Body = Readonly<Record<string, unknown>>;

/** Clocks differ; a decision from further ahead would outlast those that follow it. */
const MAX_AHEAD_MS = 5 * 60_000;

/** Records a decision. Answered when the stream has it. */
export const recordConsent = async (
  ports: ConsentPorts,
  request: ConsentRequest,
): Promise<Result<Body, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const receivedAt = ports.clock();
  const decision = decisionOf(request, receivedAt);
  const refusal = refusalOf(definitions, request, decision, receivedAt);
  if (refusal) return failure(await auditRefusal(ports.audit, request, refusal));
  const { purpose, channel, brand, state, at, id } = decision;
  // A channel is any word; the row has it, the record says that there was one.
  const field = ['consent', purpose, ...(channel === undefined ? [] : ['channel']), state].join(
    '.',
  );
  const customer = await seeCustomer(ports, request, () => [field]);
  if (!customer.ok) return customer;
  const { found } = customer.value;
  const overruled = await overruledSubjects(ports, definitions, found, decision);
  const columns = await customerColumns(ports, definitions, found, overruled);
  if (columns.length === 0) return failure(NO_IDENTIFIER);
  const rows = columns.map((each, index) => {
    const one = index === 0 ? decision : { ...decision, id: `${id}-${index}` };
    const { key, record } = decisionRecord(one, each, receivedAt, ports.digits);
    return { partitionKey: key, bytes: new TextEncoder().encode(JSON.stringify(record)) };
  });
  await ports.publish(rows);
  const about = {
    ...(channel === undefined ? {} : { channel }),
    ...(brand === undefined ? {} : { brand }),
  };
  const said = { id, purpose, ...about, state };
  return success({
    customerId: found.customerId,
    decision: { ...said, at: new Date(at).toISOString() },
  });
};

// A grant after a merge is a decision anew: it is said under every name that stands withdrawn.
const overruledSubjects = async (
  { table }: ConsentPorts,
  definitions: Definitions,
  found: FoundProfile,
  { purpose, channel, brand, state }: ConsentDecision,
): Promise<ReadonlySet<string>> => {
  const rule = own(definitions.access?.purposes ?? {}, purpose)?.consent;
  if (!rule || state !== 'granted' || channel !== undefined) return new Set();
  const voices = await readNamedVoices(table, definitions, found, rule);
  const brands = brand === undefined ? [NO_BRAND, ...brandsNamed(voices)] : [brand];
  return new Set(
    voices
      .filter((voice) => brands.some((each) => standOf(voice, each) === 'withdrawn'))
      .map(({ subject }) => subject),
  );
};

const decisionOf = (request: ConsentRequest, receivedAt: number): ConsentDecision => {
  const { decision, decisionId, caller } = request;
  const { at, actor, ...said } = decision;
  return {
    ...said,
    id: decisionId,
    at: at === undefined ? receivedAt : Date.parse(at),
    actor: actor ?? caller.client,
    client: caller.client,
  };
};

const refusalOf = (
  definitions: Definitions,
  { caller, purpose }: ConsentRequest,
  decision: ConsentDecision,
  now: number,
): ApiProblem | undefined => {
  if (rulesOf(definitions).length === 0) return NOT_DEFINED;
  const granted = decideAccess(definitions.access, caller, purpose);
  if (!granted.ok) return granted.error;
  if (!granted.value.may('record-consent')) return NOT_THIS_ROLE;
  if (decision.state === 'granted' && !answersFor(granted.value, decision)) return LIMITED;
  if (!Number.isFinite(decision.at) || decision.at > now + MAX_AHEAD_MS) return BAD_TIME;
  if (!isBrand(definitions, decision)) return NO_BRAND_OF_OURS;
  return hasEffect(definitions, decision) ? undefined : NO_EFFECT;
};

const isBrand = ({ sources }: Definitions, { brand }: ConsentDecision): boolean =>
  brand === undefined || own(sources[CONSENT_SOURCE]?.brand?.map ?? {}, brand) !== undefined;

// A grant holds in all markets, for its brand or for all, and so asks for somebody who answers for them.
const answersFor = ({ brands, markets }: Grant, { brand }: ConsentDecision): boolean =>
  markets === undefined &&
  (brands === undefined || (brand !== undefined && brands.includes(brand)));

// One channel is the matter of whoever sends over it; a purpose as a whole decides what is read here.
const hasEffect = ({ access }: Definitions, { purpose, channel }: ConsentDecision): boolean => {
  const rule = own(access?.purposes ?? {}, purpose);
  return channel === undefined ? rule?.consent !== undefined : rule !== undefined;
};

const rulesOf = ({ sources }: Definitions): readonly IdentifierRule[] =>
  sources[CONSENT_SOURCE]?.tables[CONSENT_TABLE]?.identifiers ?? [];

/**
 * The columns that name the customer: by the identifier that says most, then by those that are to be said again. None when
 * no identifier names it alone.
 */
const customerColumns = async (
  { table, pseudonymise }: ConsentPorts,
  definitions: Definitions,
  { view, units }: FoundProfile,
  again: ReadonlySet<string>,
): Promise<readonly CustomerColumns[]> => {
  const { namespaces } = definitions;
  const priorityOf = ({ namespace }: Identifier) => namespaces[namespace]?.priority ?? 0;
  const candidates = view.identifiers
    .flatMap((known) => {
      const rule = rulesOf(definitions).find(({ namespace }) => namespace === known.namespace);
      return rule ? [{ known, rule }] : [];
    })
    .sort(
      (a, b) =>
        Number(b.known.verified) - Number(a.known.verified) ||
        priorityOf(a.known) - priorityOf(b.known),
    );
  const keys = await Promise.all(
    candidates.map(({ known }) => keyInUse(table, pseudonymise, known)),
  );
  const claims = await table.getAll(keys.map(claimKey));
  const theirs = await Promise.all(
    keys.map(async (key, index) => {
      const item = claims[index];
      const claim = item && parseClaimItem(item);
      if (!claim || claim.shared) return false;
      return (await readHolders(table, key, claim)).every((unit) => units.includes(unit));
    }),
  );
  const first = theirs.indexOf(true);
  return candidates
    .filter((_, index) => theirs[index] && (index === first || again.has(String(keys[index]))))
    .map(({ rule, known }) => columnsOf(rule, known));
};

const columnsOf = (
  { column, scope: rule }: IdentifierRule,
  { value, scope }: Identifier,
): CustomerColumns => ({
  [column]: value,
  ...(rule && 'column' in rule && scope !== undefined ? { [rule.column]: scope } : {}),
});

const NOT_DEFINED: ApiProblem = {
  code: 'not-permitted',
  detail: `The definitions in force have no source ${CONSENT_SOURCE}.`,
};
const NOT_THIS_ROLE: ApiProblem = {
  code: 'not-permitted',
  detail: 'The role of this token may not record consents.',
};
const LIMITED: ApiProblem = {
  code: 'not-permitted',
  detail:
    'A grant holds in all markets, for the brand that it names or for all; this caller answers for some. It may record a withdrawal.',
};
const bad = (pointer: string, detail: string): ApiProblem => ({
  code: 'bad-request',
  detail: 'Correct what errors names; /v1/docs shows what the route takes.',
  errors: [{ pointer, detail }],
});
const BAD_TIME = bad('#/at', 'is no time, or lies ahead');
const NO_BRAND_OF_OURS = bad('#/brand', `is no brand of source ${CONSENT_SOURCE}`);
const NO_EFFECT = bad('#/purpose', 'is no purpose of the access policy that asks for a consent');
const NO_IDENTIFIER: ApiProblem = {
  code: 'ambiguous',
  detail:
    'The customer has no identifier that names it alone, so a decision could not stay with it.',
};
