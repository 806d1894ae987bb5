/**
 * Answers of the routes that read customers: a checked request to a use case, and what it gives to a body.
 * @module
 */
import { batchProfiles } from '#application/serve/batch-profiles.ts';
import {
  type ExplainingPorts,
  explainGraph,
  explainWhy,
  explainWhyNot,
} from '#application/serve/explain-customers.ts';
import { exportCustomer } from '#application/serve/export-customer.ts';
import {
  findBySearch,
  findPickup,
  type SearchBy,
  type ShownAtCounter,
} from '#application/serve/find-customers.ts';
import { type ActivityPorts, listActivity } from '#application/serve/list-activity.ts';
import type { FieldDetail } from '#application/serve/present-profile.ts';
import { type ProfileRequest, readProfile } from '#application/serve/read-profile.ts';
import { CONSENT_KIND } from '#domain/capture/consent-decision.ts';
import type { ActivityFilter } from '#domain/serve/activity.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { asTraits } from '#domain/serve/traits.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { ApiAnswer } from '../../shared/answer.ts';
import type { AnswerOperation, ApiRequest } from '../../shared/api.ts';
import { segmentAnswers } from './segment-answers.ts';

/** What the routes that read customers need. */
export type CustomerPorts = ActivityPorts & ExplainingPorts;

type Ports = () => Promise<CustomerPorts>;
type Body = Readonly<Record<string, unknown>>;

/** Default length of a page. */
const PAGE = 20;

/** The answer of every operation of the group. */
export const customerAnswers = (ports: Ports): Readonly<Record<string, AnswerOperation>> => ({
  getProfile: profilePart(ports, (profile) => profile),
  getIdentifiers: profilePart(ports, keep('identifiers')),
  getCustomerSources: profilePart(ports, keep('sources')),
  getTraits: profilePart(ports, asTraits, 'evidence'),
  exportCustomer: async (request) =>
    bodyOf(await exportCustomer(await ports(), profileRequest(request))),
  getTimeline: list(ports, (query) => ({ kinds: listOf(query['kinds']) })),
  getOrders: list(ports, () => ({ kinds: ['order', 'return'] })),
  getPoints: list(ports, () => ({ kinds: ['points'] })),
  getCases: list(ports, () => ({ kinds: ['case'] })),
  getCoupons: list(ports, (query) => ({
    kinds: ['coupon'],
    redeemableAt: query['redeemableAt'] as string | undefined,
  })),
  getGraph: async (request) => bodyOf(await explainGraph(await ports(), profileRequest(request))),
  why: async (request) => bodyOf(await explainWhy(await ports(), pairRequest(request))),
  whyNot: async (request) => bodyOf(await explainWhyNot(await ports(), pairRequest(request))),
  getConsents: list(ports, () => ({ kinds: ['consent', CONSENT_KIND] })),
  ...segmentAnswers(ports),
  batchProfiles: async (request) => {
    const { identifiers, fields } = request.body as { identifiers: string[]; fields?: string };
    const asked = { ...profileRequest(request), fields };
    return success({ body: { data: await batchProfiles(await ports(), asked, identifiers) } });
  },
  searchCustomers: async (request) =>
    bodyOf(await findBySearch(await ports(), profileRequest(request), request.body as SearchBy)),
  findPickup: async (request) =>
    bodyOf(
      await findPickup(await ports(), profileRequest(request), request.body as ShownAtCounter),
    ),
});

const bodyOf = (result: Result<object, ApiProblem>): Result<ApiAnswer, ApiProblem> =>
  result.ok ? success({ body: result.value }) : result;

const profilePart =
  (ports: Ports, part: (profile: Body) => Body, detail?: FieldDetail): AnswerOperation =>
  async (request) => {
    const read = await readProfile(await ports(), profileRequest(request), detail);
    return read.ok ? success({ body: part(read.value) }) : read;
  };

const ABOUT = ['customerId', 'redirectedFrom', 'asOf', 'lagMs', 'positions', 'version', 'withheld'];

const keep =
  (member: string) =>
  (profile: Body): Body =>
    Object.fromEntries(
      Object.entries(profile).filter(([name]) => name === member || ABOUT.includes(name)),
    );

const list =
  (ports: Ports, filterOf: (query: ApiRequest['query']) => ActivityFilter): AnswerOperation =>
  async (request) => {
    const bound = await ports();
    const { query } = request;
    const listed = await listActivity(bound, {
      ...profileRequest(request),
      filter: { ...commonFilter(query), ...filterOf(query) },
      limit: Number(query['limit'] ?? PAGE),
      cursor: query['cursor'] as string | undefined,
    });
    return bodyOf(listed);
  };

const commonFilter = (query: ApiRequest['query']): ActivityFilter => ({
  sources: listOf(query['sources']),
  from: instantOf(query['from']),
  until: instantOf(query['until']),
});

const listOf = (value: string | number | undefined): readonly string[] | undefined =>
  typeof value === 'string' ? value.split(',') : undefined;

const instantOf = (value: string | number | undefined): number | undefined =>
  typeof value === 'string' ? Date.parse(value) : undefined;

const pairRequest = (request: ApiRequest) => ({
  ...profileRequest(request),
  a: String(request.query['a']),
  b: String(request.query['b']),
});

const profileRequest = (request: ApiRequest): ProfileRequest => {
  const { parameters, query, caller, headers, requestId, operation } = request;
  return {
    requestId,
    operation: operation.id,
    identifier: parameters['identifier'] ?? '',
    caller,
    purpose: headers['x-purpose'],
    fields: query['fields'] as string | undefined,
    minVersion: query['minVersion'] as number | undefined,
    timeoutMs: query['timeoutMs'] as number | undefined,
  };
};
