/**
 * The oracle of F: the rules of identity read aloud. All pairs, no cleverness, everything worked out anew for each link.
 */
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import {
  byText,
  type Claim,
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  scopeOf,
} from '#domain/identity/evidence.ts';
import {
  isAlways,
  isNever,
  links,
  type MergePolicy,
  rulesOf,
} from '#domain/identity/merge-policy.ts';

/** A customer in the making. */
interface Group {
  readonly units: readonly EvidenceUnit[];
  /** Values that joined its units. */
  readonly via: readonly IdentifierKey[];
}

interface Candidate {
  readonly a: EvidenceUnit;
  readonly b: EvidenceUnit;
  readonly identifier: IdentifierKey;
  readonly order: readonly (string | number)[];
}

/** What the rules say: groups of keys, and held links as `a-b card#1 limit:card`. */
export interface SlowPartition {
  readonly groups: readonly (readonly string[])[];
  readonly held: readonly string[];
}

/** Evaluates F on at most as many units as one evaluation may look at. */
export const slowPartition = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): SlowPartition => {
  let groups: readonly Group[] = units.map((unit) => ({ units: [unit], via: [] }));
  const held: string[] = [];
  for (const link of candidates(units, shared, policy)) {
    const [ofA, ofB] = [groupWith(groups, link.a), groupWith(groups, link.b)];
    if (ofA === ofB) continue;
    const [reason] = objections(link, ofA, ofB, policy);
    if (reason !== undefined) {
      held.push(`${link.a.key}-${link.b.key} ${link.identifier} ${reason}`);
      continue;
    }
    const via = [...ofA.via, ...ofB.via, link.identifier];
    const joined = { units: [...ofA.units, ...ofB.units], via };
    groups = [...groups.filter((group) => group !== ofA && group !== ofB), joined];
  }
  return { groups: groups.map(keysOf).sort((a, b) => byText(a[0] ?? '', b[0] ?? '')), held };
};

const keysOf = (group: Group): readonly string[] => group.units.map((unit) => unit.key).sort();

const groupWith = (groups: readonly Group[], unit: EvidenceUnit): Group =>
  groups.find((group) => group.units.includes(unit)) as Group;

const candidates = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly Candidate[] =>
  units
    .flatMap((a) =>
      units
        .filter((b) => a.key < b.key)
        .flatMap((b) =>
          a.claims
            .map((claim) => claim.identifier)
            .filter((one) => claimOf(b, one) && links(policy, one) && !shared.has(one))
            .filter((one) => shareADay(claimOf(a, one), claimOf(b, one)))
            .map((identifier) => candidate(units, policy, a, b, identifier)),
        ),
    )
    .sort((x, y) => compareAll(x.order, y.order));

// Some day from the first to the last that is written as text belongs to both.
const shareADay = (a: Claim | undefined, b: Claim | undefined): boolean => {
  const first = [a?.from, b?.from].map((day) => day ?? '0000').sort()[1] ?? '';
  const last = [a?.to, b?.to].map((day) => day ?? '9999-99').sort()[0] ?? '';
  return first <= last;
};

// Stronger namespaces first, then the less doubtful, then by unit. Two values that the same pair holds are told apart by
// who else holds them, never by the pseudonym, which is another one under another pepper.
const candidate = (
  units: readonly EvidenceUnit[],
  policy: MergePolicy,
  a: EvidenceUnit,
  b: EvidenceUnit,
  identifier: IdentifierKey,
): Candidate => {
  const doubt = isCorroborated(a, b, identifier, policy)
    ? 0
    : [a, b].filter((unit) => !claimOf(unit, identifier)?.verified).length;
  const holders = units
    .filter((unit) => claimOf(unit, identifier))
    .map((unit) => {
      const { verified, from, to } = claimOf(unit, identifier) ?? {};
      const days = from || to ? `@${from ?? ''}..${to ?? ''}` : '';
      return `${unit.key}#${verified ? 0 : 1}${days}`;
    })
    .sort();
  const { priority } = rulesOf(policy, identifier);
  const order = [priority, doubt, a.key, b.key, scopeOf(identifier), holders.join(' ')];
  return { a, b, identifier, order: [...order, identifier] };
};

// Both say more that is the same, of a namespace that bears this one out.
const isCorroborated = (
  a: EvidenceUnit,
  b: EvidenceUnit,
  identifier: IdentifierKey,
  policy: MergePolicy,
): boolean =>
  a.claims.some(
    ({ identifier: other }) =>
      claimOf(b, other) && rulesOf(policy, identifier).corroboratedBy?.includes(namespaceOf(other)),
  );

const compareAll = (x: readonly (string | number)[], y: readonly (string | number)[]): number => {
  const at = x.findIndex((part, index) => part !== y[index]);
  return at < 0 ? 0 : (x[at] as string | number) < (y[at] as string | number) ? -1 : 1;
};

const claimOf = (unit: EvidenceUnit, identifier: IdentifierKey) =>
  unit.claims.find((claim) => claim.identifier === identifier);

const objections = (link: Candidate, ofA: Group, ofB: Group, policy: MergePolicy) => {
  const decided = (group: Group) =>
    group.units.flatMap(({ claims }) => claims.map((claim) => claim.identifier).filter(isNever));
  if (decided(ofA).some((decision) => decided(ofB).includes(decision))) return ['never-link'];
  if (isAlways(link.identifier)) return [];
  return [...doubts(link, ofA, ofB, policy), ...brokenLimits(ofA, ofB, policy)];
};

const doubts = (
  { a, b, identifier }: Candidate,
  ofA: Group,
  ofB: Group,
  policy: MergePolicy,
): readonly string[] => {
  if (isCorroborated(a, b, identifier, policy)) return [];
  const bridges = (unit: EvidenceUnit, group: Group) =>
    !claimOf(unit, identifier)?.verified && group.via.some((other) => other !== identifier);
  return bridges(a, ofA) || bridges(b, ofB) ? ['unverified'] : [];
};

// The strongest first.
const brokenLimits = (ofA: Group, ofB: Group, policy: MergePolicy): readonly string[] =>
  Object.values(policy)
    .toSorted((x, y) => x.priority - y.priority)
    .filter((rules) => {
      const decided = [ofA, ofB].filter(({ via }) => via.some(isAlways));
      const values = decided.map((group) => valuesOf(group, rules));
      return breaksLimit(valuesOf(ofA, rules), valuesOf(ofB, rules), values, rules);
    })
    .map(({ namespace }) => `limit:${namespace}`);

const breaksLimit = (
  ofA: readonly IdentifierKey[],
  ofB: readonly IdentifierKey[],
  decided: readonly (readonly IdentifierKey[])[],
  { limit = Number.POSITIVE_INFINITY }: NamespaceDefinition,
): boolean =>
  ofA.some((one) => {
    const inScope = (other: IdentifierKey) => scopeOf(other) === scopeOf(one);
    const sizeOf = (values: readonly IdentifierKey[]) => new Set(values.filter(inScope)).size;
    const allowed = Math.max(limit, ...decided.map(sizeOf));
    return ofB.some(inScope) && sizeOf([...ofA, ...ofB]) > allowed;
  });

const valuesOf = (group: Group, { namespace }: NamespaceDefinition): readonly IdentifierKey[] =>
  group.units
    .flatMap((unit) => unit.claims.map((claim) => claim.identifier))
    .filter((identifier) => namespaceOf(identifier) === namespace);
