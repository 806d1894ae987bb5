/**
 * Audit failures: what a function that answers with personal data counts when it refused a request because the request
 * could not be recorded.
 * @module
 */
import type { ApiProblem } from '#domain/serve/problems.ts';
import type { Result } from '#domain/shared/result.ts';
import type { AnswerOperation } from './api.ts';
import type { Telemetry } from './telemetry.ts';

/** Counts the request when it was refused for want of a record; 0 otherwise. */
export const countAuditFailure = (
  telemetry: Telemetry,
  result: Result<unknown, ApiProblem>,
): void => {
  const isUnrecorded = !result.ok && result.error.code === 'audit-unavailable';
  telemetry.count('AuditFailures', isUnrecorded ? 1 : 0);
};

/** The answers of a function, with audit failures counted, and what else is to be counted of a result. */
export const countingAuditFailures = (
  answers: Readonly<Record<string, AnswerOperation>>,
  telemetry: Telemetry,
  alsoCount: (result: Result<unknown, ApiProblem>) => void = () => {},
): Readonly<Record<string, AnswerOperation>> =>
  Object.fromEntries(
    Object.entries(answers).map(([id, answer]): [string, AnswerOperation] => [
      id,
      async (request) => {
        const result = await answer(request);
        alsoCount(result);
        countAuditFailure(telemetry, result);
        return result;
      },
    ]),
  );
