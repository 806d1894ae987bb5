/**
 * Change sample: a merge or split that other rules would make, with who is concerned and what decides it.
 * @module
 */

import type { HeldLink, Link } from './constrained-clusters.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from './evidence.ts';
import { linksWithin, type Obstacle, obstaclesBetween } from './evidence-graph.ts';
import type { CustomerState, IdentityEvent } from './identity-event.ts';
import type { MergePolicy } from './merge-policy.ts';
import type { OneId } from './one-id.ts';

/** A merge or a split. */
export type SampledEvent = Extract<
  IdentityEvent,
  { readonly type: 'identity.merged' | 'identity.split' }
>;

/** What rules made of units, with the links behind it. */
export interface Evaluated {
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly customers: ReadonlyMap<OneId, CustomerState>;
  readonly heldLinks: readonly HeldLink[];
  readonly shared: ReadonlySet<IdentifierKey>;
  readonly policy: MergePolicy;
}

/** A customer that becomes part of another, or leaves it. */
export interface SampledPart {
  readonly id: OneId;
  readonly units: readonly UnitKey[];
}

/** A merge or split with its evidence. */
export interface ChangeSample {
  readonly event: SampledEvent;
  /** Of a merge the customers before it, of a split those after; the one that stays is the first. */
  readonly parts: readonly SampledPart[];
  /** Of a merge: for each customer that ends, the strongest link to the others. */
  readonly links: readonly Link[];
  /** Of a split: for each customer that leaves, what stands between it and the one that stays. */
  readonly obstacles: readonly Obstacle[];
  /** The units that the links and obstacles are about. */
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  /** Those of their identifiers that are shared. */
  readonly shared: ReadonlySet<IdentifierKey>;
}

/** Samples of each kind, and customers of each that are looked at beside the one that stays. */
const [SAMPLES, OTHERS] = [10, 3];

/** Some of the merges and splits among events that lead from one evaluation to another, with what decides them. */
export const changeSamples = (
  events: readonly IdentityEvent[],
  before: Evaluated,
  after: Evaluated,
): readonly ChangeSample[] => {
  const merged = events.filter((event) => event.type === 'identity.merged').slice(0, SAMPLES);
  const split = events.filter((event) => event.type === 'identity.split').slice(0, SAMPLES);
  return [
    ...merged.map((event) => mergeSample(event, before, after)),
    ...split.map((event) => splitSample(event, after)),
  ];
};

const mergeSample = (
  event: Extract<SampledEvent, { readonly type: 'identity.merged' }>,
  before: Evaluated,
  after: Evaluated,
): ChangeSample => {
  const together = after.customers.get(event.into)?.units ?? [];
  const among = new Set(together);
  const units = unitsOf(after, together);
  const held = after.heldLinks.filter(({ a, b }) => among.has(a) && among.has(b));
  const all = linksWithin(units, after.shared, after.policy, { groups: [together], held });
  const parts = [event.into, ...event.from.slice(0, OTHERS)].map((id) => partOf(before, id));
  const links = parts.slice(1).flatMap(({ units: own }): readonly Link[] => {
    const link = all.find(({ a, b }) => own.includes(a) !== own.includes(b));
    return link ? [link] : [];
  });
  return { event, parts, links, obstacles: [], ...aboutUnits(after, units) };
};

const splitSample = (
  event: Extract<SampledEvent, { readonly type: 'identity.split' }>,
  after: Evaluated,
): ChangeSample => {
  const parts = [event.from, ...event.into.slice(0, OTHERS)].map((id) => partOf(after, id));
  const [staying = [], ...leaving] = parts.map((part) => unitsOf(after, part.units));
  const obstacles = leaving.flatMap((others): readonly Obstacle[] => {
    const { heldLinks, shared, policy } = after;
    const [strongest] = obstaclesBetween(staying, others, heldLinks, shared, policy);
    return strongest && staying.length > 0 ? [strongest] : [];
  });
  const units = [...staying, ...leaving.flat()];
  return { event, parts, links: [], obstacles, ...aboutUnits(after, units) };
};

const partOf = ({ customers }: Evaluated, id: OneId): SampledPart => ({
  id,
  units: customers.get(id)?.units ?? [],
});

const unitsOf = ({ units }: Evaluated, keys: readonly UnitKey[]): readonly EvidenceUnit[] =>
  keys.flatMap((key) => units.get(key) ?? []);

const aboutUnits = (
  { shared }: Evaluated,
  units: readonly EvidenceUnit[],
): Pick<ChangeSample, 'units' | 'shared'> => ({
  units: new Map(units.map((unit) => [unit.key, unit])),
  shared: new Set(
    units.flatMap(({ claims }) =>
      claims.flatMap(({ identifier }) => (shared.has(identifier) ? [identifier] : [])),
    ),
  ),
});
