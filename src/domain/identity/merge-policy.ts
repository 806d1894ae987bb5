/**
 * Merge policy: the identity rules of a definition, as the partition asks for them.
 * @module
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { type IdentifierKey, identifierKey, namespaceOf } from './evidence.ts';
import type { MatchRules } from './matching/match-model.ts';

/** Rules per namespace. */
export type MergePolicy = Readonly<Record<string, NamespaceDefinition>>;

/** Most units that one evaluation looks at together. ARCHITECTURE.md, Identity, bounds. */
export const MAX_COMPONENT_UNITS = 200;

const RULE = { priority: 0, normalise: 'opaque', blocked: [] } as const;

/** Namespaces of operators' decisions, each of which is an identifier of its own. No definition can name one. */
const DECISIONS: MergePolicy = {
  /** Two units hold it that an operator says are one customer. */
  '!always': { ...RULE, namespace: '!always', links: true, cap: 2 },
  /** Two units hold it that an operator says are never one customer. */
  '!never': { ...RULE, namespace: '!never', links: false, cap: 2 },
};

const marks = new WeakMap<MergePolicy, string>();

/** Names rules by what they say: the same rules have the same mark, others another (FNV-1a, 64 bits). */
export const policyMark = (policy: MergePolicy): string => {
  const known = marks.get(policy) ?? markOf(canonicalJson(policy));
  marks.set(policy, known);
  return known;
};

const markOf = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(36);
};

/** What a decision says of two units. */
export type DecisionKind = 'always' | 'never';

/** The identifier that both units of a decision hold. */
export const decisionIdentifier = (kind: DecisionKind, id: string): IdentifierKey =>
  identifierKey(`!${kind}`, undefined, id);

/** Whether an identifier stands for a decision. */
export const isDecision = (identifier: IdentifierKey): boolean => identifier.startsWith('!');

/** Whether an identifier stands for the decision that its holders are one customer. */
export const isAlways = (identifier: IdentifierKey): boolean => identifier.startsWith('!always#');

/** Whether an identifier stands for the decision that its holders are never one customer. */
export const isNever = (identifier: IdentifierKey): boolean => identifier.startsWith('!never#');

/**
 * The rules of an identifier's namespace.
 * @throws InvariantError when the definitions do not know the namespace; they were checked when compiled
 */
export const rulesOf = (policy: MergePolicy, identifier: IdentifierKey): NamespaceDefinition => {
  const namespace = namespaceOf(identifier);
  return must(policy[namespace] ?? DECISIONS[namespace], `namespace ${namespace}`);
};

/** Whether values of this identifier's namespace link units at all. */
export const links = (policy: MergePolicy, identifier: IdentifierKey): boolean =>
  rulesOf(policy, identifier).links;

/** Whether units that hold a value of this namespace are compared, because it links or is a blocking key. */
export const compares = (policy: MergePolicy, identifier: IdentifierKey): boolean => {
  const rules = rulesOf(policy, identifier);
  return rules.links || rules.candidates !== undefined;
};

/** Rules by which pairs are scored, with the namespace of their blocking keys; `undefined` when nothing is scored. */
export const scoringOf = (
  policy: MergePolicy,
): { readonly namespace: string; readonly rules: MatchRules } | undefined => {
  const found = Object.values(policy).find(({ candidates }) => candidates !== undefined);
  return found?.candidates && { namespace: found.namespace, rules: found.candidates };
};
