/**
 * Merge policy: the identity rules of a definition, as the partition asks for them.
 * @module
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import { type IdentifierKey, namespaceOf } from './evidence.ts';

/** Rules per namespace. */
export type MergePolicy = Readonly<Record<string, NamespaceDefinition>>;

/** Most units that one evaluation looks at together. ARCHITECTURE.md, Identity, bounds. */
export const MAX_COMPONENT_UNITS = 200;

/**
 * The rules of an identifier's namespace.
 * @throws InvariantError when the definitions do not know the namespace; they were checked when compiled
 */
export const rulesOf = (policy: MergePolicy, identifier: IdentifierKey): NamespaceDefinition =>
  must(policy[namespaceOf(identifier)], `namespace of ${namespaceOf(identifier)}`);

/** Whether values of this identifier's namespace link units at all. */
export const links = (policy: MergePolicy, identifier: IdentifierKey): boolean =>
  rulesOf(policy, identifier).links;
