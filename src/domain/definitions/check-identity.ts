/**
 * Checks of the identity rules: one order of namespaces, and blocked values that can match.
 * @module
 */
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import type { DefinitionProblem } from './problem.ts';
import type { IdentityText } from './schema.ts';
import type { Normaliser } from './types.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Checks all namespaces. */
export const checkIdentity = (
  document: YamlDocument,
  { namespaces }: IdentityText,
): DefinitionProblem[] => [
  ...checkPriorities(document, namespaces),
  ...checkCompositions(document, namespaces),
  ...checkCorroboration(document, namespaces),
  ...Object.entries(namespaces).flatMap(([name, { normalise, blocked }]) =>
    blocked.flatMap((value, index) => {
      const wrong = checkBlocked(normalise, value);
      return wrong === undefined
        ? []
        : [document.problemAt(['namespaces', name, 'blocked', index], wrong)];
    }),
  ),
];

const checkPriorities = (
  document: YamlDocument,
  namespaces: IdentityText['namespaces'],
): DefinitionProblem[] => {
  const holders = new Map<number, string>();
  const free = Math.max(...Object.values(namespaces).map(({ priority }) => priority)) + 1;
  return Object.entries(namespaces).flatMap(([name, { priority }]) => {
    const holder = holders.get(priority);
    holders.set(priority, holder ?? name);
    return holder === undefined
      ? []
      : [
          document.problemAt(
            ['namespaces', name, 'priority'],
            `is ${priority} like that of ${holder}; give every namespace a priority of its own (${free} is free).`,
          ),
        ];
  });
};

/** A composite is made of values that columns give, so of no other composite. */
const checkCompositions = (
  document: YamlDocument,
  namespaces: IdentityText['namespaces'],
): DefinitionProblem[] =>
  Object.entries(namespaces).flatMap(([name, { compose = [] }]) =>
    compose.flatMap((part, index) => {
      const found = Object.hasOwn(namespaces, part) ? namespaces[part] : undefined;
      return found === undefined || found.compose !== undefined
        ? [
            document.problemAt(
              ['namespaces', name, 'compose', index],
              'must be a namespace of this file that is not composed itself.',
            ),
          ]
        : [];
    }),
  );

/** What bears a value out or speaks against it, or what a limit gives way to, is another namespace; only a limit can give way. */
const checkCorroboration = (
  document: YamlDocument,
  namespaces: IdentityText['namespaces'],
): DefinitionProblem[] =>
  Object.entries(namespaces).flatMap(([name, { corroboratedBy, opposedBy, yieldsTo, limit }]) => [
    ...checkOthers(document, namespaces, [name, 'corroboratedBy'], corroboratedBy),
    ...checkOthers(document, namespaces, [name, 'opposedBy'], opposedBy),
    ...checkOthers(document, namespaces, [name, 'yieldsTo'], yieldsTo),
    ...(yieldsTo !== undefined && limit === undefined
      ? [document.problemAt(['namespaces', name, 'yieldsTo'], 'needs a limit that can give way.')]
      : []),
  ]);

const checkOthers = (
  document: YamlDocument,
  namespaces: IdentityText['namespaces'],
  [name, option]: readonly [string, string],
  others: readonly string[] = [],
): DefinitionProblem[] =>
  others.flatMap((other, index) =>
    Object.hasOwn(namespaces, other) && other !== name
      ? []
      : [
          document.problemAt(
            ['namespaces', name, option, index],
            'must be another namespace of this file.',
          ),
        ],
  );

/** A blocked value is compared after normalising, so one in another form would never match. */
const checkBlocked = (normaliser: Normaliser, value: string): string | undefined => {
  const normalised = normaliseValue(normaliser, value);
  if (normalised !== undefined && normalised !== value)
    return `would never match; write it in its normal form, ${JSON.stringify(normalised)}.`;
  return normaliser === 'phone' && !/^\+\d{5,17}$/.test(value)
    ? 'would never match; write the number with + and its country code, in quotes.'
    : undefined;
};
