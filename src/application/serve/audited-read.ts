/**
 * Audited read: no answer without its entry in the audit log.
 *
 * The entry of a customer is begun as soon as the customer is named and written beside the read of its data, so it costs
 * no further round trip. Before anything is answered all entries are waited for; one that failed turns the answer into a
 * problem.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import type { Credentials, Grant } from '#domain/serve/access.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { failure, type Result } from '#domain/shared/result.ts';
import type { AuditEntry, AuditLog } from './audit.ts';

/** Which request is recorded. */
export interface AuditedRequest {
  readonly requestId: string;
  readonly operation: string;
  readonly caller: Credentials;
  readonly purpose?: string | undefined;
}

/** Entries of one request. */
export interface Audited {
  /** Begins the entry of a customer, once. */
  readonly note: (id: OneId) => void;
  /** Begins an entry that names no customer. */
  readonly noteNobody: () => void;
  /** Gives the answer when everything is written, the refusal and the miss included. */
  readonly settle: <Value>(
    answer: Result<Value, ApiProblem>,
    customers: readonly OneId[],
  ) => Promise<Result<Value, ApiProblem>>;
}

/** Begins to record a request. `fields` are those that the grant shows at most. */
export const auditRead = (
  log: AuditLog,
  request: AuditedRequest,
  grant: Pick<Grant, 'role' | 'purpose'>,
  fields: readonly string[],
): Audited => {
  const written = new Map<OneId | undefined, Promise<boolean>>();
  const record = (said: Pick<AuditEntry, 'decision'> & Partial<AuditEntry>): Promise<boolean> =>
    log
      .record({
        requestId: request.requestId,
        operation: request.operation,
        client: request.caller.client,
        role: grant.role,
        purpose: grant.purpose,
        fields,
        ...said,
      })
      .then(
        () => true,
        () => false,
      );
  const note = (id: OneId): void => {
    if (!written.has(id)) written.set(id, record({ customer: id, decision: 'granted' }));
  };
  return {
    note,
    noteNobody: () => {
      written.set(undefined, record({ decision: 'granted' }));
    },
    settle: async (answer, customers) => {
      for (const customer of customers) note(customer);
      const miss = answer.ok ? [] : [record(missOf(answer.error))];
      const all = await Promise.all([...written.values(), ...miss]);
      return all.every(Boolean) ? answer : failure(UNAVAILABLE);
    },
  };
};

/** Records a request that was refused before anything was read. */
export const auditRefusal = async (
  log: AuditLog,
  request: AuditedRequest,
  problem: ApiProblem,
): Promise<ApiProblem> => {
  // A purpose is a header, and may be anything as long as nobody has granted it.
  const purpose = request.purpose === undefined ? 'unspecified' : 'not granted';
  const grant = { role: request.caller.role ?? 'none', purpose };
  const { settle } = auditRead(log, request, grant, []);
  const settled = await settle(failure(problem), []);
  return settled.ok ? problem : settled.error;
};

const missOf = ({ code }: ApiProblem): Pick<AuditEntry, 'decision' | 'reason' | 'fields'> => ({
  decision: code === 'not-permitted' || code === 'other-customer' ? 'refused' : 'nobody',
  reason: code,
  fields: [],
});

const UNAVAILABLE: ApiProblem = {
  code: 'audit-unavailable',
  detail: 'Nothing is answered that cannot be recorded. Try again.',
  retryAfterSeconds: 1,
};
