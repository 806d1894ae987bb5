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
  /** Scopes whose limit gave way when its units were joined. */
  readonly yielded: readonly string[];
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
  let groups: readonly Group[] = units.map((unit) => ({ units: [unit], via: [], yielded: [] }));
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
    const yielded = [...ofA.yielded, ...ofB.yielded, ...broken(link, ofA, ofB, policy)];
    const joined = { units: [...ofA.units, ...ofB.units], via, yielded };
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
  return [
    ...doubts(link, ofA, ofB, policy),
    ...oppositions(link, policy),
    ...broken(link, ofA, ofB, policy)
      .filter((scope) => !givesWay(scope, link, policy))
      .map((scope) => `limit:${scope.split(':')[0]}`),
  ];
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

// Both hold values of what speaks against the link, and none that is the same.
const oppositions = ({ a, b, identifier }: Candidate, policy: MergePolicy): readonly string[] => {
  const { opposedBy = [] } = rulesOf(policy, identifier);
  if (isCorroborated(a, b, identifier, policy)) return [];
  const said = ({ claims }: EvidenceUnit) =>
    claims.filter((claim) => opposedBy.includes(namespaceOf(claim.identifier)));
  if (said(a).length === 0 || said(b).length === 0) return [];
  return said(a).some((claim) => claimOf(b, claim.identifier)) ? [] : ['contradicted'];
};

// Scopes of which the two together would hold too many values; the strongest namespace first.
const broken = (
  { identifier }: Candidate,
  ofA: Group,
  ofB: Group,
  policy: MergePolicy,
): readonly string[] => {
  if (isAlways(identifier)) return [];
  const scopes = new Set([ofA, ofB].flatMap(valuesOf).map(scopeOf));
  const rules = (scope: string) => rulesOf(policy, `${scope}#` as IdentifierKey);
  return [...scopes]
    .filter((scope) => !scope.startsWith('!') && exceeds(scope, ofA, ofB, rules(scope)))
    .toSorted((x, y) => rules(x).priority - rules(y).priority);
};

const exceeds = (
  scope: string,
  ofA: Group,
  ofB: Group,
  { limit = Number.POSITIVE_INFINITY }: NamespaceDefinition,
): boolean => {
  const values = (group: Group) => valuesOf(group).filter((one) => scopeOf(one) === scope);
  const [inA, inB] = [values(ofA), values(ofB)];
  const grown = [ofA, ofB].filter(
    ({ via, yielded }) => via.some(isAlways) || yielded.includes(scope),
  );
  const allowed = Math.max(limit, ...grown.map((group) => new Set(values(group)).size));
  return inA.length > 0 && inB.length > 0 && new Set([...inA, ...inB]).size > allowed;
};

// The two units say different values and agree in what the limit gives way to.
const givesWay = (scope: string, { a, b }: Candidate, policy: MergePolicy): boolean => {
  const { yieldsTo } = rulesOf(policy, `${scope}#` as IdentifierKey);
  const says = ({ claims }: EvidenceUnit) =>
    claims.some((one) => scopeOf(one.identifier) === scope);
  const agrees = a.claims.some(
    ({ identifier }) => claimOf(b, identifier) && yieldsTo?.includes(namespaceOf(identifier)),
  );
  return says(a) && says(b) && agrees;
};

const valuesOf = ({ units }: Pick<Group, 'units'>): readonly IdentifierKey[] =>
  units.flatMap((unit) => unit.claims.map((claim) => claim.identifier));
