/**
 * Profile query: the identifier in a path, `phone:+85291234567`, `openid:wx1:oAbc`, `customerId:one_…`.
 * @module
 */
import type { Definitions, NamespaceDefinition } from '#domain/definitions/types.ts';
import { normaliseOpaque } from '#domain/identity/normalise-text.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** What to look up. */
export type ProfileQuery =
  | { readonly customerId: OneId }
  | { readonly namespace: string; readonly scope?: string; readonly value: string };

/** Why the text is no identifier. */
export type QueryProblem = { readonly code: 'bad-identifier'; readonly detail: string };

const ONE_ID = /^one_[a-z2-7]{26}$/;
/** Longest text looked at; longer is no identifier. */
const MAX_LENGTH = 512;

/** Reads an identifier from a path. */
export const parseProfileQuery = (
  text: string,
  definitions: Definitions,
): Result<ProfileQuery, QueryProblem> => {
  const { namespaces } = definitions;
  const colon = text.indexOf(':');
  if (text.length > MAX_LENGTH || colon < 1) {
    return problem('write it as namespace:value, such as phone:+85291234567');
  }
  const [name, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (name === 'customerId') {
    return ONE_ID.test(rest)
      ? success({ customerId: rest as OneId })
      : problem('a customerId is one_ and 26 characters');
  }
  const rules = Object.hasOwn(namespaces, name) ? namespaces[name] : undefined;
  if (!rules || !isAddressed(rules)) {
    const known = Object.values(namespaces).filter(isAddressed);
    return problem(`the namespaces are ${known.map(({ namespace }) => namespace).join(', ')}`);
  }
  return valueQuery(rules, rest, isScoped(definitions, name));
};

const valueQuery = (
  { namespace, normalise }: NamespaceDefinition,
  rest: string,
  scoped: boolean,
): Result<ProfileQuery, QueryProblem> => {
  const colon = scoped ? rest.indexOf(':') : -1;
  const scope = scoped ? normaliseOpaque(rest.slice(0, Math.max(0, colon))) : undefined;
  if (scoped && scope === undefined) return problem(`write it as ${namespace}:scope:value`);
  const value = normaliseValue(normalise, rest.slice(colon + 1));
  if (value === undefined) {
    return problem(`the value is no ${namespace}; a phone needs its country code`);
  }
  return success({ namespace, ...(scope === undefined ? {} : { scope }), value });
};

// Whether values of the namespace come in a scope is said where a table holds them.
const isScoped = ({ sources }: Definitions, namespace: string): boolean =>
  Object.values(sources)
    .flatMap(({ tables }) => Object.values(tables))
    .flatMap(({ identifiers }) => identifiers)
    .some((rule) => rule.namespace === namespace && rule.scope !== undefined);

/** A value that links and is one that a caller may know: not a guard, and not composed of others. */
const isAddressed = ({ links, compose }: NamespaceDefinition): boolean =>
  links && compose === undefined;

const problem = (detail: string) => failure({ code: 'bad-identifier', detail } as const);
