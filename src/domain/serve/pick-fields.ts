/**
 * Projection: only the members of a profile that `fields=` names, so that a caller takes no more than it needs.
 * @module
 */
import type { ViewDefinition } from '#domain/definitions/types.ts';
import { figureNames } from '#domain/profile/figure-values.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { ApiProblem } from './problems.ts';

/** Members that every answer keeps: who it is about, and how fresh. */
const ALWAYS: ReadonlySet<string> = new Set([
  'customerId',
  'redirectedFrom',
  'asOf',
  'lagMs',
  'positions',
  'version',
  'withheld',
]);
/** Members that are named as they are, besides the measures. */
const MEMBERS = ['identifiers', 'consents', 'lastSeenAt', 'sources'] as const;

/** Names that `fields=` may hold. */
export const knownFields = (view: ViewDefinition): readonly string[] => [
  ...view.profile.map(({ field }) => field),
  ...view.measures.flatMap(figureNames),
  ...MEMBERS,
];

/** Keeps the named members; everything when `fields` is absent. Fails with `bad-request` on an unknown name. */
export const pickFields = (
  body: Readonly<Record<string, unknown>>,
  fields: string | undefined,
  view: ViewDefinition,
): Result<Readonly<Record<string, unknown>>, ApiProblem> => {
  if (fields === undefined) return success(body);
  const named = new Set(fields.split(','));
  const known = knownFields(view);
  if ([...named].some((name) => !known.includes(name))) return failure(unknownField(known));
  const profile = Object.entries((body['profile'] ?? {}) as object);
  const kept = profile.filter(([field]) => named.has(field));
  return success({
    ...Object.fromEntries(
      Object.entries(body).filter(([name]) => ALWAYS.has(name) || named.has(name)),
    ),
    ...(view.profile.some(({ field }) => named.has(field))
      ? { profile: Object.fromEntries(kept) }
      : {}),
  });
};

const unknownField = (known: readonly string[]): ApiProblem => ({
  code: 'bad-request',
  detail: 'A name in fields is unknown.',
  errors: [{ pointer: 'query:fields', detail: `knows ${known.join(', ')}` }],
});
