/**
 * Evidence for tests: units written as `unit('a', 'card#1', 'phone#2?')`, where `?` marks a value that nobody verified.
 */
import fc from 'fast-check';
import {
  type EvidenceUnit,
  type IdentifierKey,
  orderedClaims,
  parseClaim,
  scopeOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { compares, type MergePolicy, rulesOf } from '#domain/identity/merge-policy.ts';
import type { Partition } from '#domain/identity/partition.ts';
import { aNamespace } from './definitions.ts';

/** One namespace for every rule; low caps, so that small worlds cross them. */
export const POLICY: MergePolicy = Object.fromEntries(
  [
    aNamespace('unionid', 1, { limit: 1, cap: 4 }),
    aNamespace('card', 2, { limit: 1, cap: 4 }),
    aNamespace('phone', 3, {
      limit: 2,
      cap: 3,
      corroboratedBy: ['born', 'name'],
      opposedBy: ['name'],
    }),
    aNamespace('email', 4, { cap: 4 }),
    aNamespace('openid', 5, { limit: 1, cap: 4 }),
    aNamespace('born', 6, { limit: 1, links: false, yieldsTo: ['name'] }),
    aNamespace('name', 7, { links: false }),
  ].map((rules) => [rules.namespace, rules]),
);

/** A name as a unit key. */
export const key = (name: string): UnitKey => name as UnitKey;

/** `phone#1` as an identifier. */
export const id = (text: string): IdentifierKey => text as IdentifierKey;

/** An evidence unit; a name that begins with `~` is a unit of facts. */
export const unit = (name: string, ...claims: readonly string[]): EvidenceUnit => ({
  key: key(name),
  party: !name.startsWith('~'),
  mayCreate: true,
  claims: orderedClaims(claims.map(parseClaim)),
});

/** A unit that alone makes no customer. */
export const visitor = (name: string, ...claims: readonly string[]): EvidenceUnit => ({
  ...unit(name, ...claims),
  mayCreate: false,
});

/** Groups as one line, `a b | c`. */
export const showGroups = (groups: readonly (readonly UnitKey[])[]): string =>
  groups.map((group) => group.join(' ')).join(' | ');

/** Held links as lines, `a-b card#1 limit:card`. */
export const showHeld = ({ held }: Pick<Partition, 'held'>): readonly string[] =>
  held.map(({ a, b, identifier, reason }) => `${a}-${b} ${identifier} ${reason}`);

/** Identifiers that more units hold than their cap allows: what `shared` is on the set of all units. */
export const sharedAmong = (
  units: readonly EvidenceUnit[],
  policy: MergePolicy = POLICY,
): ReadonlySet<IdentifierKey> => {
  const degree = new Map<IdentifierKey, number>();
  for (const { claims } of units) {
    for (const { identifier } of claims) degree.set(identifier, (degree.get(identifier) ?? 0) + 1);
  }
  const isShared = ([identifier, count]: readonly [IdentifierKey, number]) =>
    compares(policy, identifier) && count > rulesOf(policy, identifier).cap;
  return new Set([...degree].filter(isShared).map(([identifier]) => identifier));
};

const claimText = (scopes: readonly string[], values: number, doubt: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...scopes), fc.nat({ max: values - 1 }), fc.constantFrom(...doubt))
    .map(([scope, value, mark]) => `${scope}#${value}${mark}`);

const SCOPES = ['unionid', 'card', 'phone', 'phone', 'email', 'openid:x', 'openid:y', 'born'];

/** Small worlds: up to `size` units over few values, so that they meet, conflict and share. */
export const worldOf = (size: number): fc.Arbitrary<readonly EvidenceUnit[]> =>
  unitsOf(claimText(SCOPES, 6, ['', '', '', '?', '@..2019-12-31', '?@2020-01-01..']), size);

/** Worlds of typed phones and cards: what can bridge two customers, and may not. */
export const doubtfulWorldOf = (size: number): fc.Arbitrary<readonly EvidenceUnit[]> =>
  unitsOf(claimText(['phone', 'phone', 'phone', 'email'], 3, ['?', '?', '']), size);

/** Worlds of few names, and birth dates that contradict each other: where a limit gives way, and then grows no further. */
export const contradictingWorldOf = (size: number): fc.Arbitrary<readonly EvidenceUnit[]> =>
  unitsOf(claimText(['phone', 'email', 'born', 'born', 'name', 'name'], 3, ['', '', '?']), size, 5);

const unitsOf = (
  claim: fc.Arbitrary<string>,
  size: number,
  most = 4,
): fc.Arbitrary<readonly EvidenceUnit[]> =>
  fc
    .array(
      fc.record({
        claims: fc.array(claim, { maxLength: most }),
        fact: fc.boolean(),
        mayCreate: fc.boolean(),
      }),
      { maxLength: size, size: 'max' },
    )
    .map((drawn) =>
      drawn.map(({ claims, fact, mayCreate }, index) => ({
        ...unit(`${fact ? '~' : ''}u${String(index).padStart(2, '0')}`, ...claims),
        mayCreate,
      })),
    );

/** Gives every value another name within its namespace and scope, in reverse order: what a new pepper does. */
export const underAnotherPepper = (units: readonly EvidenceUnit[]): readonly EvidenceUnit[] =>
  units.map((one) => ({
    ...one,
    claims: orderedClaims(
      one.claims.map((claim) => ({ ...claim, identifier: renamed(claim.identifier) })),
    ),
  }));

const renamed = (identifier: IdentifierKey): IdentifierKey => {
  const scope = scopeOf(identifier);
  return id(`${scope}#${9 - Number(identifier.slice(scope.length + 1))}`);
};
