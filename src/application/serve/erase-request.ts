/**
 * Erase request: a caller asks that a customer be erased, and how far that is (PIPL article 47, GDPR article 17).
 *
 * Only who sees all of a customer may have it erased: an erasure takes everything, of all brands and markets.
 * @module
 */

import type { Mark } from '#application/shared/erasure-items.ts';
import {
  certificateKey,
  type Erasure,
  loadErasure,
  requestErasure,
} from '#application/shared/erasures.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import { decideAccess, seesPart } from '#domain/serve/access.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { type AuditedRequest, auditRead, auditRefusal } from './audited-read.ts';
import { type ProfileRequest, type ReadPorts, seeCustomer } from './read-profile.ts';

/** What asking for an erasure needs. */
export interface ErasePorts extends ReadPorts {
  readonly mark: Mark;
  /** Where certificates are. */
  readonly rights: Pick<ObjectStore, 'get'>;
}

/** How far an erasure is, for callers. */
export interface ErasureStatus {
  readonly erasureId: string;
  readonly state: 'running' | 'done';
  readonly step: string;
  readonly requestedAt: string;
  readonly completedAt?: string;
  readonly certificate?: JsonObject;
}

/** Asks that the customer behind an identifier be erased. Asking again finds the same erasure. */
export const eraseOnRequest = async (
  ports: ErasePorts,
  request: ProfileRequest,
): Promise<Result<ErasureStatus, ApiProblem>> => {
  const seen = await seeCustomer(ports, request, () => []);
  if (!seen.ok) return seen;
  const { found, grant } = seen.value;
  if (seesPart(grant)) return failure(await auditRefusal(ports.audit, request, SEES_PART));
  const erasure = await requestErasure(ports, found.customerId, {
    client: grant.client,
    role: grant.role,
    requestId: request.requestId,
  });
  return success(await statusOf(ports, erasure));
};

/** How far an erasure is; a token of one customer is told of its own only. */
export const readErasure = async (
  ports: ErasePorts,
  request: AuditedRequest,
  id: string,
): Promise<Result<ErasureStatus, ApiProblem>> => {
  const { definitions } = await ports.definitions();
  const granted = decideAccess(definitions.access, request.caller, request.purpose);
  if (!granted.ok) return failure(await auditRefusal(ports.audit, request, granted.error));
  const { customer } = granted.value;
  const stored = await loadErasure(ports.table, id);
  const isOwn = customer === undefined || stored?.doc.customer === customer;
  // Who was erased is nobody any more, in the record, too.
  const audited = auditRead(ports.audit, request, granted.value, ['certificate']);
  if (!stored || !isOwn) return audited.settle(failure(NO_SUCH), []);
  audited.noteNobody();
  return audited.settle(success(await statusOf(ports, stored.doc)), []);
};

const statusOf = async ({ rights }: ErasePorts, erasure: Erasure): Promise<ErasureStatus> => {
  const certificate = erasure.step === 'done' ? await certificateOf(rights, erasure.id) : undefined;
  return {
    erasureId: erasure.id,
    state: erasure.step === 'done' ? 'done' : 'running',
    step: erasure.step,
    requestedAt: new Date(erasure.requestedAt).toISOString(),
    ...(erasure.completedAt === undefined
      ? {}
      : { completedAt: new Date(erasure.completedAt).toISOString() }),
    ...(certificate ? { certificate } : {}),
  };
};

const certificateOf = async (
  rights: ErasePorts['rights'],
  id: string,
): Promise<JsonObject | undefined> => {
  const bytes = await rights.get(certificateKey(id));
  const value = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Json);
  return isJsonObject(value) ? value : undefined;
};

const SEES_PART: ApiProblem = {
  code: 'not-permitted',
  detail: 'This token sees a part of the customers’ rows, and an erasure takes all of them.',
};

const NO_SUCH: ApiProblem = { code: 'not-found', detail: 'There is no such erasure.' };
