/**
 * Presentation of evidence: rows and values under names that mean something within one answer only.
 * @module
 */
import type { ShownUnit, ShownValue } from '#application/identity/describe-evidence.ts';
import type { ShownScore } from '#application/identity/describe-score.ts';
import type {
  CustomerGraph,
  EvidenceStep,
  ShownObstacle,
  ShownSides,
} from '#application/identity/explain.ts';
import type { Grant } from '#domain/serve/access.ts';
import { rowOf } from '#domain/serve/redact.ts';
import type { ShownKinds } from '#domain/serve/shown-kinds.ts';
import { must } from '#domain/shared/assert.ts';

type Body = Readonly<Record<string, unknown>>;

/** Who is shown evidence, as far as rows and values go. */
export interface Viewer {
  readonly treat: Grant['treat'];
  readonly kinds: ShownKinds;
}

/** A step of evidence. */
export const presentStep = (
  { from, to, value, corroboratedBy, score }: EvidenceStep,
  viewer: Viewer,
): Body => ({
  from: presentUnit(from, viewer),
  to: presentUnit(to, viewer),
  value: presentValue(value),
  ...(corroboratedBy ? { corroboratedBy: corroboratedBy.map(presentValue) } : {}),
  ...(score ? { score: presentScore(score) } : {}),
});

/** An obstacle. */
export const presentObstacle = ({
  kind,
  reason,
  value,
  opposedBy,
  overLimit,
  score,
}: ShownObstacle): Body => ({
  kind,
  ...(reason === undefined ? {} : { reason }),
  ...(value ? { value: presentValue(value) } : {}),
  ...(opposedBy ? { opposedBy: presentSides(opposedBy) } : {}),
  ...(overLimit ? { overLimit: presentSides(overLimit) } : {}),
  ...(score ? { score: presentScore(score) } : {}),
});

const presentSides = ({ a, b }: ShownSides): Body => ({
  a: a.map(presentValue),
  b: b.map(presentValue),
});

// What was compared and how it agrees, without the rows and what they say: roles see fields, and these are none.
const presentScore = ({ rows: _, findings, ...score }: ShownScore): Body => ({
  ...score,
  findings: findings.map(({ comparison, level, weight }) => ({ comparison, level, weight })),
});

/** A customer as nodes and edges. */
export const presentGraph = (
  { units, values, edges, held }: CustomerGraph,
  viewer: Viewer,
): Body => {
  const unitIds = new Map(units.map(({ unit }, index) => [unit, `u${index + 1}`]));
  const valueIds = new Map(values.map(({ identifier }, index) => [identifier, `v${index + 1}`]));
  return {
    units: units.map((unit) => ({ id: unitIds.get(unit.unit), ...presentUnit(unit, viewer) })),
    values: values.map((value) => ({ id: valueIds.get(value.identifier), ...presentValue(value) })),
    edges: edges.map(({ unit, value, verified }) => ({
      unit: must(unitIds.get(unit), 'unit of an edge'),
      value: must(valueIds.get(value), 'value of an edge'),
      verified,
    })),
    held: held.map(({ value, reasons }) => ({
      value: must(valueIds.get(value), 'held value'),
      reasons,
    })),
  };
};

// Facts of all kinds are counted together: who may not know of some is told no number.
const presentUnit = ({ kind, rows, samples }: ShownUnit, { treat, kinds }: Viewer): Body => ({
  kind,
  ...(kind === 'party' || kinds.showsAllOf() ? { rows } : {}),
  samples: samples
    .filter(({ row }) => kinds.showsRow(row))
    .map(({ row, at }) => {
      const [source, table] = row.split('.');
      return { source, table, ...rowOf(row, treat), at };
    }),
});

const presentValue = ({ namespace, priority, use, value, decision }: ShownValue): Body => ({
  namespace,
  priority,
  use,
  value,
  ...(decision ? { decision } : {}),
});
