/**
 * Explain customers: why two names are one customer, why they are not, and what a customer is made of, for a caller.
 *
 * The explanations are those of the stage identity; here they are found by identifier, recorded as reads, and shown as
 * the caller's role may see values and rows. They are made of all rows of a customer, so whoever may see a part of the
 * rows only is refused.
 * @module
 */

import { type ExplainPorts, showMasked } from '#application/identity/describe-evidence.ts';
import {
  customerGraph,
  type ExplainProblem,
  type Rules,
  why,
  whyNot,
} from '#application/identity/explain.ts';
import { readHolders } from '#application/identity/scope-holders.ts';
import {
  claimKey,
  customerKey,
  parseClaimItem,
  parseCustomerItem,
} from '#application/shared/items.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { byText, type UnitKey } from '#domain/identity/evidence.ts';
import { MAX_COMPONENT_UNITS } from '#domain/identity/merge-policy.ts';
import { decideAccess, type Grant, seesPart } from '#domain/serve/access.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { shownKinds } from '#domain/serve/shown-kinds.ts';
import { must } from '#domain/shared/assert.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { auditRefusal } from './audited-read.ts';
import { presentGraph, presentObstacle, presentStep, type Viewer } from './present-evidence.ts';
import { aboutCustomer } from './present-profile.ts';
import { parseProfileQuery } from './profile-query.ts';
import {
  type ProfileRequest,
  type ReadPorts,
  type SeenCustomer,
  seeCustomer,
} from './read-profile.ts';
import { keyInUse } from './value-keys.ts';

/** What explaining needs: besides reading, the hash of the rules. */
export interface ExplainingPorts extends ReadPorts {
  readonly definitions: () => Promise<CurrentDefinitions>;
}

/** Two names of customers. */
export interface PairRequest extends Omit<ProfileRequest, 'identifier'> {
  readonly a: string;
  readonly b: string;
}

type Body = Readonly<Record<string, unknown>>;
type Explained = Promise<Result<Body, ApiProblem>>;

/** Answers `GET /v1/why`. */
export const explainWhy = async (ports: ExplainingPorts, request: PairRequest): Explained => {
  const pair = await seePair(ports, request);
  if (!pair.ok) return pair;
  const { explain, rules, a, b, viewer, freshness } = pair.value;
  const answer = await why(explain, rules, a, b);
  if (!answer.ok) return failure(problemOf(answer.error));
  const { value } = answer;
  const said = value.sameCustomer
    ? { customerId: value.customerId, path: value.path.map((step) => presentStep(step, viewer)) }
    : { customers: value.customers };
  const { sameCustomer } = value;
  return success({ sameCustomer, ...said, rules: rules.hash, ...freshness });
};

/** Answers `GET /v1/why-not`. */
export const explainWhyNot = async (ports: ExplainingPorts, request: PairRequest): Explained => {
  const pair = await seePair(ports, request);
  if (!pair.ok) return pair;
  const { explain, rules, a, b, freshness } = pair.value;
  const answer = await whyNot(explain, rules, a, b);
  if (!answer.ok) return failure(problemOf(answer.error));
  const { value } = answer;
  const said = value.sameCustomer
    ? { customerId: value.customerId }
    : { customers: value.customers, obstacles: value.obstacles.map(presentObstacle) };
  const { sameCustomer } = value;
  return success({ sameCustomer, ...said, rules: rules.hash, ...freshness });
};

/** Answers `GET /v1/profiles/{identifier}/graph`. */
export const explainGraph = async (ports: ExplainingPorts, request: ProfileRequest): Explained => {
  const named = await seeNamed(ports, request);
  if (!named.ok) return named;
  const { customer, unit, rules } = named.value;
  const { definitions, grant, found } = customer;
  const graph = await customerGraph(explainPorts(ports, grant), rules, unit);
  if (!graph.ok) return failure(problemOf(graph.error));
  const shown = presentGraph(graph.value, viewerOf(definitions, grant));
  return success({ ...aboutCustomer(found), rules: rules.hash, ...shown });
};

interface Pair {
  readonly explain: ExplainPorts;
  readonly rules: Rules;
  readonly a: UnitKey;
  readonly b: UnitKey;
  readonly viewer: Viewer;
  readonly freshness: Body;
}

// Both are seen, one after the other, so each has its entry in the record, and a token of one customer sees no second.
const seePair = async (
  ports: ExplainingPorts,
  { a, b, ...request }: PairRequest,
): Promise<Result<Pair, ApiProblem>> => {
  const first = await seeNamed(ports, { ...request, identifier: a });
  if (!first.ok) return first;
  const second = await seeNamed(ports, { ...request, identifier: b });
  if (!second.ok) return second;
  const { rules, unit, customer } = first.value;
  // What either of the two withholds, for want of a consent, is withheld of both.
  const grant = stricter(customer.grant, second.value.customer.grant);
  return success({
    explain: explainPorts(ports, grant),
    rules,
    a: unit,
    b: second.value.unit,
    viewer: viewerOf(customer.definitions, grant),
    freshness: freshnessOf(customer),
  });
};

const viewerOf = (definitions: Definitions, grant: Grant): Viewer => ({
  treat: grant.treat,
  kinds: shownKinds(definitions, grant),
});

const stricter = (a: Grant, b: Grant): Grant => ({
  ...a,
  treat: (field) => {
    const both = [a.treat(field), b.treat(field)];
    if (both.includes('hidden')) return 'hidden';
    return both.includes('masked') ? 'masked' : 'clear';
  },
});

const freshnessOf = ({ found }: SeenCustomer): Body => {
  const { asOf, lagMs, positions } = found.freshness;
  return { asOf, lagMs, positions };
};

interface Named {
  readonly customer: SeenCustomer;
  /** The unit that the name means. */
  readonly unit: UnitKey;
  readonly rules: Rules;
}

const seeNamed = async (
  ports: ExplainingPorts,
  request: ProfileRequest,
): Promise<Result<Named, ApiProblem>> => {
  const { hash, definitions } = await ports.definitions();
  const refusal = refusalOf(definitions, request);
  if (refusal) return failure(await auditRefusal(ports.audit, request, refusal));
  const customer = await seeCustomer(ports, request, shownEvidence);
  if (!customer.ok) return customer;
  if (seesPart(customer.value.grant))
    return failure(await auditRefusal(ports.audit, request, PART_ONLY));
  const unit = await unitBehind(ports, definitions, request.identifier, customer.value);
  const rules = { hash, namespaces: definitions.namespaces };
  return success({ customer: customer.value, unit, rules });
};

const refusalOf = (
  { access }: Definitions,
  { caller, purpose }: ProfileRequest,
): ApiProblem | undefined => {
  const granted = decideAccess(access, caller, purpose);
  if (!granted.ok) return granted.error;
  if (!granted.value.may('explain')) return NOT_THIS_ROLE;
  return seesPart(granted.value) ? PART_ONLY : undefined;
};

/** What an explanation shows at most, for the record. */
const shownEvidence = ({ treat }: Grant, { namespaces }: Definitions): readonly string[] =>
  ['row', ...Object.keys(namespaces).map((namespace) => `identifiers.${namespace}`)].filter(
    (field) => treat(field) !== 'hidden',
  );

// An identifier means a row that holds it, an id the row that the id is anchored at.
const unitBehind = async (
  { table, pseudonymise }: ExplainingPorts,
  definitions: Definitions,
  identifier: string,
  { found: { customerId, units } }: SeenCustomer,
): Promise<UnitKey> => {
  const query = parseProfileQuery(identifier, definitions);
  const anchor = must([...units].sort(byText)[0], 'unit of a customer that is seen');
  if (!query.ok) return anchor;
  if ('customerId' in query.value) {
    const [item] = await table.getAll([customerKey(customerId)]);
    const own = item && parseCustomerItem(item).anchor;
    return own !== undefined && units.includes(own) ? own : anchor;
  }
  const key = await keyInUse(table, pseudonymise, query.value);
  const [claim] = await table.getAll([claimKey(key)]);
  const holders = claim ? await readHolders(table, key, parseClaimItem(claim)) : [];
  return [...holders].sort(byText).find((unit) => units.includes(unit)) ?? anchor;
};

const explainPorts = ({ table, pseudonymise }: ReadPorts, { treat }: Grant): ExplainPorts => ({
  table,
  pseudonymise,
  maxUnits: MAX_COMPONENT_UNITS,
  show: (rules, value) => {
    const treatment = treat(`identifiers.${rules.namespace}`);
    if (treatment === 'clear') return value;
    // By what the namespace holds: of a birth date the last four digits would be the day.
    return treatment === 'masked' && rules.compose === undefined ? showMasked(rules, value) : null;
  },
});

const problemOf = (problem: ExplainProblem): ApiProblem =>
  problem.code === 'too-much-evidence' ? TOO_MUCH : GONE;

const TOO_MUCH: ApiProblem = {
  code: 'too-much-evidence',
  detail: `More than ${MAX_COMPONENT_UNITS} rows and sets of identifiers are weighed together here; an operator can list them.`,
};

/** It was there when it was found, and went before it was explained. */
const GONE: ApiProblem = { code: 'not-found', detail: 'Nobody is known by this identifier.' };

const NOT_THIS_ROLE: ApiProblem = {
  code: 'not-permitted',
  detail: 'The role of this token may not ask for explanations.',
};

const PART_ONLY: ApiProblem = {
  code: 'not-permitted',
  detail: 'An explanation is made of all rows of a customer, and this caller may see some of them.',
};
