/**
 * Description of changes that other rules would make: the rows concerned, and the masked value that decides.
 * @module
 */
import type { ChangeSample, SampledEvent } from '#domain/identity/change-sample.ts';
import type { EvidenceUnit } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { describeUnits, type ExplainPorts } from './describe-evidence.ts';
import {
  describeObstacles,
  describePath,
  type EvidenceStep,
  type ShownObstacle,
} from './explain.ts';

/** A customer that merges or splits, with some of its rows. */
export interface ShownPart {
  readonly customerId: OneId;
  readonly units: number;
  readonly rows: readonly string[];
}

/** A merge or split as it is shown. */
export interface ShownChange {
  readonly event: SampledEvent;
  /** The customer that stays is the first. */
  readonly parts: readonly ShownPart[];
  /** Of a merge: what links each customer that ends. */
  readonly links: readonly EvidenceStep[];
  /** Of a split: what keeps each customer that leaves apart. */
  readonly obstacles: readonly ShownObstacle[];
}

/** Units of a part of which rows are shown. */
const UNITS_SHOWN = 3;

/** Describes samples of a change to these rules. */
export const describeChanges = async (
  ports: ExplainPorts,
  policy: MergePolicy,
  samples: readonly ChangeSample[],
): Promise<readonly ShownChange[]> => {
  const shown: ShownChange[] = [];
  for (const sample of samples) shown.push(await describeChange(ports, policy, sample));
  return shown;
};

const describeChange = async (
  ports: ExplainPorts,
  policy: MergePolicy,
  sample: ChangeSample,
): Promise<ShownChange> => {
  const { event, parts, links, obstacles, units } = sample;
  const some = parts.map((part) => part.units.slice(0, UNITS_SHOWN));
  const known = some.flat().flatMap((key): readonly EvidenceUnit[] => {
    const unit = units.get(key);
    return unit ? [unit] : [];
  });
  const shown = await describeUnits(ports.table, known);
  return {
    event,
    parts: parts.map(({ id, units: all }, index) => ({
      customerId: id,
      units: all.length,
      rows: (some[index] ?? [])
        .flatMap((key) => shown.get(key)?.samples.map(({ row }) => row) ?? [])
        .slice(0, UNITS_SHOWN),
    })),
    links: await describePath(ports, policy, sample, links),
    obstacles: await describeObstacles(ports, policy, sample, obstacles),
  };
};
