/**
 * Founding fact units: a unit comes to life with the first rows that are live under it, in one write of its first bucket.
 *
 * That write is part of the commit, or follows it (commit-plans.ts); it is fenced as any write of those rows is, and by the
 * unit not being there.
 * @module
 */
import { inChains } from '#application/shared/in-parallel.ts';
import { bucketKey, evidenceAttributes, unitItemKey } from '#application/shared/items.ts';
import type { Action, Condition, Item, ValueMap } from '#application/shared/table.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { InvariantError, must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type DecidedFact, placeIn } from './decided-fact.ts';
import { LEAST_ACTIONS, relatedBy } from './related-groups.ts';
import { type IdentityPorts, restructure } from './restructure.ts';
import { rewriteActions } from './rewrite-facts.ts';
import type { StructuralChange } from './world.ts';
import { contributed, earlier, type FactStep, moveActions, notLater } from './write-facts.ts';

/** Most rows that a unit is founded with; others follow. */
const MAX_FOUNDERS = 30;

/** What founding came to. */
export interface UnitsFounded {
  /** Rows that are written, with their unit. */
  readonly written: ReadonlySet<DecidedFact>;
  /** Units that failed, which fails all rows that wait for them. */
  readonly failures: ReadonlyMap<UnitKey, unknown>;
  readonly held: number;
  readonly conflicts: number;
}

/** A unit, and the rows that it is founded with. */
interface Founding {
  readonly evidence: EvidenceUnit;
  readonly founders: readonly DecidedFact[];
}

/**
 * Founds the units that these rows name, each with some of its rows; those that are not among the written ones are to be
 * read again. A row that moves or is rewritten founds a unit by itself, and only where no other row does.
 */
export const foundUnits = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  rows: readonly DecidedFact[],
): Promise<UnitsFounded> => {
  const foundings = [...groupBy(rows, (row) => evidenceOf(row).key).values()].map(foundingOf);
  const chains = relatedBy(foundings, {
    touches: ({ evidence }) => evidence.claims.map(({ identifier }) => identifier),
    actions: ({ evidence }) => LEAST_ACTIONS / 2 + evidence.claims.length,
  });
  const results = await inChains(chains, (group) => foundGroup(ports, policy, group));
  return {
    written: new Set(results.flatMap(({ written }) => [...written])),
    failures: new Map(results.flatMap(({ failures }) => [...failures])),
    held: results.reduce((sum, { held }) => sum + held, 0),
    conflicts: results.reduce((sum, { conflicts }) => sum + conflicts, 0),
  };
};

const evidenceOf = ({ change }: DecidedFact): EvidenceUnit =>
  must(change.after?.unit, 'unit of a live row');

const foundingOf = (rows: readonly DecidedFact[]): Founding => {
  const first = must(rows[0], 'row of a unit');
  const plain = rows.filter(({ step }) => isPlain(step));
  const lead = plain.find((row) => placeIn(row).bucket === 0) ?? plain[0];
  const same = plain.filter((row) => placeIn(row).bucket === lead?.place?.bucket);
  const founders = lead ? same.slice(0, MAX_FOUNDERS) : [first];
  return { evidence: evidenceOf(first), founders };
};

const foundGroup = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly Founding[],
): Promise<UnitsFounded> => {
  try {
    const outcome = await restructure(ports, policy, group.map(creation));
    return {
      written: new Set(outcome.done ? group.flatMap(({ founders }) => founders) : []),
      failures: new Map(),
      held: outcome.done ? outcome.held.length : 0,
      conflicts: outcome.conflicts,
    };
  } catch (error) {
    const failures = new Map(group.map(({ evidence }) => [evidence.key, error]));
    return { written: new Set(), failures, held: 0, conflicts: 0 };
  }
};

const creation = ({ evidence: given, founders }: Founding): StructuralChange => ({
  key: given.key,
  after: given,
  ...(founders.every(({ step, place }) => isPlain(step) && place?.bucket === 0)
    ? { apart: 'after' }
    : {}),
  own: (scope, evidence = given) => {
    const first = must(founders[0], 'founder');
    const buckets = Math.max(...founders.map((row) => row.buckets));
    const says = { ...evidenceAttributes(evidence), scope, buckets };
    const arrival = arrivalOf(founders, says, isAbsent(first.unit));
    switch (first.step.step) {
      case 'move':
        return moveActions(first.change, first.step.row, placeIn(first), arrival);
      case 'rewrite':
        return rewriteActions(first.change, first.step.row, placeIn(first), arrival);
      case 'register':
      case 'contribute':
        return arrival;
      default:
        throw new InvariantError(`a row that is to ${first.step.step} founds no unit`);
    }
  },
});

const isPlain = ({ step }: FactStep): boolean => step === 'register' || step === 'contribute';

/** The unit's own items, with the rows that it is founded with. Buckets beyond the first are sealed since it went. */
const arrivalOf = (
  founders: readonly DecidedFact[],
  says: ValueMap,
  isAbsentYet: readonly Condition[],
): readonly Action[] => {
  const changes = founders.map(({ change }) => change);
  const { unit, bucket } = placeIn(must(founders[0], 'founder'));
  const fences = changes.map(founders.some(({ step }) => isPlain(step)) ? earlier : notLater);
  const rows = contributed(changes);
  const first = { kind: 'update', key: unitItemKey(unit) } as const;
  if (bucket === 0) {
    const when = { all: [...isAbsentYet, ...fences] };
    return [{ ...first, set: { ...says, ...rows }, remove: ['ended'], when }];
  }
  return [
    { ...first, set: says, remove: ['ended'], when: { all: isAbsentYet } },
    {
      kind: 'update',
      key: bucketKey(unit, bucket),
      set: rows,
      remove: ['dying'],
      when: { all: fences },
    },
  ];
};

// Buckets never become fewer: so every one that a row may ever have been placed in is sealed while there is no unit. Who
// comes late to write a unit that has come and gone since it was read finds another end.
const isAbsent = (item: Item | undefined): readonly Condition[] => [
  { missing: ['claims'] },
  asReadIn(item, 'buckets'),
  asReadIn(item, 'ended'),
];

const asReadIn = (item: Item | undefined, name: string): Condition => {
  const value = item?.[name];
  return typeof value === 'string' || typeof value === 'number'
    ? { equals: [[name], value] }
    : { missing: [name] };
};
