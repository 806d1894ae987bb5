/**
 * Batch of profiles: many identifiers in one request, each answered by itself, in the order asked.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import { type ApiProblem, problemDocument } from '#domain/serve/problems.ts';
import { type ProfileRequest, type ReadPorts, readProfile } from './read-profile.ts';

/** One answer of a batch: a profile, or the problem that a single request would have had. */
export type BatchEntry =
  | { readonly index: number; readonly profile: Readonly<Record<string, unknown>> }
  | { readonly index: number; readonly problem: ReturnType<typeof problemDocument> };

/** Reads the profiles of many identifiers. Each is recorded by itself. */
export const batchProfiles = async (
  ports: ReadPorts,
  request: Omit<ProfileRequest, 'identifier'>,
  identifiers: readonly string[],
): Promise<readonly BatchEntry[]> => {
  const read = await inParallel(identifiers, (identifier) =>
    readProfile(ports, { ...request, identifier }),
  );
  return read.map((answer, index) =>
    answer.ok
      ? { index, profile: answer.value }
      : { index, problem: problemDocument(answer.error satisfies ApiProblem, request.requestId) },
  );
};
