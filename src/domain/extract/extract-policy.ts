/**
 * Merge policy of an extract: every identifier links, and blocking keys give candidates that the model judges.
 *
 * No namespace has a limit: a mistyped document number must not keep two rows apart. That one person has a number once is
 * learned, and weighs against a pair that has two.
 * @module
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import { type EvidenceUnit, type IdentifierKey, namespaceOf } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { ExtractDefinition, ExtractRules } from './extract-definition.ts';
import { KEY_NAMESPACE } from './extract-row.ts';

const IDENTIFIER_PRIORITY = 1;
const KEY_PRIORITY = 99;

/**
 * The policy of an extract's rules with a model.
 * @param rows of the extract
 */
export const extractPolicy = (
  definition: ExtractDefinition,
  rules: ExtractRules,
  model: MatchModel,
  rows: number,
): MergePolicy => {
  const { cap, blocked: _blocked, reviewUpTo = rows, ...scores } = rules;
  const review = rows > reviewUpTo ? rules.link : rules.review;
  const names = [
    'phone',
    'email',
    ...definition.mappings.flatMap(({ columns }) => identifierNames(columns)),
  ];
  return {
    ...Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...namespace(name, IDENTIFIER_PRIORITY, true, cap.identifier),
          blocked: rules.blocked[name] ?? [],
        },
      ]),
    ),
    [KEY_NAMESPACE]: {
      ...namespace(KEY_NAMESPACE, KEY_PRIORITY, false, cap.key),
      candidates: { ...scores, review, model },
    },
  };
};

const identifierNames = (columns: ExtractDefinition['mappings'][number]['columns']) =>
  Object.values(columns).flatMap((role) =>
    role.kind === 'id' || role.kind === 'account' ? [role.name] : [],
  );

const namespace = (
  name: string,
  priority: number,
  links: boolean,
  cap: number,
): NamespaceDefinition => ({
  namespace: name,
  priority,
  normalise: 'opaque',
  links,
  cap,
  blocked: [],
});

/** Identifiers and blocking keys that more units hold than their cap allows. */
export const sharedIn = (
  units: readonly EvidenceUnit[],
  { cap }: ExtractRules,
): ReadonlySet<IdentifierKey> => {
  const holders = new Map<IdentifierKey, number>();
  for (const { claims } of units) {
    for (const { identifier } of claims)
      holders.set(identifier, (holders.get(identifier) ?? 0) + 1);
  }
  const capOf = (identifier: IdentifierKey) =>
    namespaceOf(identifier) === KEY_NAMESPACE ? cap.key : cap.identifier;
  return new Set(
    [...holders].flatMap(([identifier, count]) => (count > capOf(identifier) ? [identifier] : [])),
  );
};
