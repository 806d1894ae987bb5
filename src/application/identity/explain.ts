/**
 * Explain: why two rows are one customer, why they are not, and what a customer is made of.
 *
 * Everything is worked out from the scope as it is stored now. Values are shown masked.
 * @module
 */
import { type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import { bareScope } from '#domain/identity/bare-scope.ts';
import type { Link } from '#domain/identity/constrained-clusters.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import {
  linksWithin,
  type Obstacle,
  obstaclesBetween,
  shortestPath,
} from '#domain/identity/evidence-graph.ts';
import { corroborationOf, type Objection, type Sides } from '#domain/identity/evidence-grounds.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import type { Scope } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { describeScopes } from './compared-scopes.ts';
import {
  describeUnits,
  describeValues,
  type ExplainPorts,
  type ShownUnit,
  type ShownValue,
} from './describe-evidence.ts';
import { type ShownScore, scoreIn } from './describe-score.ts';
import { findUnit, type UnknownName } from './find-unit.ts';
import { readScopes } from './scope-store.ts';

/** The rules in force. */
export interface Rules {
  /** Their version: SHA-256 of the definitions. */
  readonly hash: string;
  readonly namespaces: MergePolicy;
}

/** One step of evidence: two units hold the same value, or are alike by all they say. */
export interface EvidenceStep {
  readonly from: ShownUnit;
  readonly to: ShownUnit;
  readonly value: ShownValue;
  /** What both say that bears the value out, where it is unverified or names differ; absent where nothing had to. */
  readonly corroboratedBy?: readonly ShownValue[];
  /** Of a scored link: what it rests on. */
  readonly score?: ShownScore;
}

/** Why two are one customer, or that they are not. */
export type WhyAnswer =
  | {
      readonly sameCustomer: true;
      readonly customerId: OneId;
      /** Version of the rules. */
      readonly rules: string;
      /** The shortest way; empty when both names mean one unit. */
      readonly path: readonly EvidenceStep[];
    }
  | { readonly sameCustomer: false; readonly customers: readonly (OneId | null)[] };

/** There is more evidence than is weighed for an explanation. */
export interface TooMuchEvidence {
  readonly code: 'too-much-evidence';
  readonly units: number;
}

/** Why nothing is explained. */
export type ExplainProblem = UnknownName | TooMuchEvidence;

/** Two named units with everything around them. */
interface Pair {
  readonly a: UnitKey;
  readonly b: UnitKey;
  readonly scope: Scope;
}

/** The shortest evidence that makes two rows (or customers, ids or units) one customer. */
export const why = async (
  ports: ExplainPorts,
  rules: Rules,
  nameA: string,
  nameB: string,
): Promise<Result<WhyAnswer, ExplainProblem>> => {
  const pair = await readPair(ports, rules.namespaces, nameA, nameB);
  if (!pair.ok) return pair;
  const { a, b, scope } = pair.value;
  const [ofA, ofB] = [customerWith(scope, a), customerWith(scope, b)];
  if (!ofA || ofA !== ofB)
    return success({ sameCustomer: false, customers: [ofA?.id ?? null, ofB?.id ?? null] });
  const path = pathIn(scope, rules.namespaces, ofA.units, a, b);
  return success({
    sameCustomer: true,
    customerId: ofA.id,
    rules: rules.hash,
    path: await describePath(ports, rules.namespaces, scope, path),
  });
};

const readPair = async (
  { table, maxUnits }: ExplainPorts,
  policy: MergePolicy,
  nameA: string,
  nameB: string,
): Promise<Result<Pair, ExplainProblem>> => {
  const [a, b] = [await findUnit(table, nameA), await findUnit(table, nameB)];
  if (!a.ok) return a;
  if (!b.ok) return b;
  const read = await scopeOfUnits(table, policy, [a.value, b.value], maxUnits);
  if (!read.ok) return read;
  const scope = read.value;
  const missing = [a, b].findIndex(({ value }) => !scope.units.has(value));
  if (missing < 0) return success({ a: a.value, b: b.value, scope });
  const name = missing === 0 ? nameA : nameB;
  return failure({ code: 'unknown-name', name, detail: 'has just gone' });
};

const scopeOfUnits = async (
  table: Table,
  policy: MergePolicy,
  units: readonly UnitKey[],
  most = Number.POSITIVE_INFINITY,
): Promise<Result<Scope, TooMuchEvidence>> => {
  const items = await table.getAll(units.map(unitItemKey));
  const pointers = items.flatMap((item) =>
    typeof item?.['scope'] === 'string' ? [item['scope'] as ScopeId] : [],
  );
  const scopes = await readScopes(table, pointers);
  const largest = Math.max(0, ...scopes.map(({ scope }) => scope.units.size));
  return largest > most
    ? failure({ code: 'too-much-evidence', units: largest })
    : success(await describeScopes(table, policy, scopes));
};

const customerWith = ({ customers }: Scope, unit: UnitKey) =>
  customers.find(({ units }) => units.includes(unit));

const unitsOf = (
  { units }: Pick<Scope, 'units'>,
  keys: readonly UnitKey[],
): readonly EvidenceUnit[] => keys.map((key) => must(units.get(key), 'unit of a customer'));

const evaluate = ({ units, shared }: Scope, policy: MergePolicy) =>
  partition([...units.values()], shared, policy);

const pathIn = (
  scope: Scope,
  policy: MergePolicy,
  customer: readonly UnitKey[],
  a: UnitKey,
  b: UnitKey,
) => {
  const links = linksWithin(
    unitsOf(scope, customer),
    scope.shared,
    policy,
    evaluate(scope, policy),
  );
  return shortestPath(links, a, b) ?? [];
};

/** Units with what is shared among them. */
type Evidence = Pick<Scope, 'units' | 'shared'>;

/** Describes links between units, each as a step. */
export const describePath = async (
  ports: ExplainPorts,
  namespaces: MergePolicy,
  scope: Evidence,
  path: readonly Link[],
): Promise<readonly EvidenceStep[]> => {
  const keys = [...new Set(path.flatMap(({ a, b }) => [a, b]))];
  const corroborations = path.map(({ a, b, identifier }) => {
    const [one, other] = unitsOf(scope, [a, b]);
    return one && other ? corroborationOf(identifier, one, other, namespaces) : [];
  });
  const identifiers = [...path.map(({ identifier }) => identifier), ...corroborations.flat()];
  const score = scoreIn(namespaces, scope);
  const units = await describeUnits(ports.table, unitsOf(scope, keys));
  const values = await describeValues(ports, namespaces, identifiers, [...scope.units.values()]);
  return path.map(({ a, b, identifier }, index) => {
    const corroboratedBy = shownAmong(values, corroborations[index] ?? []);
    return {
      from: must(units.get(a), 'unit of a path'),
      to: must(units.get(b), 'unit of a path'),
      value: must(values.get(identifier), 'value of a path'),
      ...(corroboratedBy.length > 0 ? { corroboratedBy } : {}),
      ...score(identifier),
    };
  });
};

const shownAmong = (
  values: ReadonlyMap<IdentifierKey, ShownValue>,
  identifiers: readonly IdentifierKey[],
): readonly ShownValue[] =>
  identifiers.map((identifier) => must(values.get(identifier), 'value that is shown'));

/** Values of the first name's side, and of the second's. */
export interface ShownSides {
  readonly a: readonly ShownValue[];
  readonly b: readonly ShownValue[];
}

/** An obstacle with its value. */
export interface ShownObstacle {
  readonly kind: Obstacle['kind'];
  /** Why a held link is held. */
  readonly reason?: string;
  readonly value?: ShownValue;
  /** Where what the two sides say otherwise (names) speaks against the value: what each says. */
  readonly opposedBy?: ShownSides;
  /** Where a limit holds the link: the values of the limited namespace, which are too many together. */
  readonly overLimit?: ShownSides;
  /** Where two rows are scored: what they weigh. */
  readonly score?: ShownScore;
}

/** What stands between two. */
export type WhyNotAnswer =
  | { readonly sameCustomer: true; readonly customerId: OneId }
  | {
      readonly sameCustomer: false;
      readonly customers: readonly (OneId | null)[];
      readonly rules: string;
      /** The strongest first; never empty. */
      readonly obstacles: readonly ShownObstacle[];
    };

/** Names what keeps two rows (or customers) from being one customer. */
export const whyNot = async (
  ports: ExplainPorts,
  rules: Rules,
  nameA: string,
  nameB: string,
): Promise<Result<WhyNotAnswer, ExplainProblem>> => {
  const pair = await readPair(ports, rules.namespaces, nameA, nameB);
  if (!pair.ok) return pair;
  const { a, b, scope } = pair.value;
  const [ofA, ofB] = [customerWith(scope, a), customerWith(scope, b)];
  if (ofA && ofA === ofB) return success({ sameCustomer: true, customerId: ofA.id });
  const { namespaces, hash } = rules;
  const obstacles = obstaclesBetween(
    unitsOf(scope, ofA?.units ?? [a]),
    unitsOf(scope, ofB?.units ?? [b]),
    evaluate(scope, namespaces).held,
    scope.shared,
    namespaces,
  );
  return success({
    sameCustomer: false,
    customers: [ofA?.id ?? null, ofB?.id ?? null],
    rules: hash,
    obstacles: await describeObstacles(ports, namespaces, scope, obstacles),
  });
};

/** Describes what stands between units. */
export const describeObstacles = async (
  ports: ExplainPorts,
  namespaces: MergePolicy,
  scope: Evidence,
  obstacles: readonly Obstacle[],
): Promise<readonly ShownObstacle[]> => {
  const identifiers = obstacles.flatMap((one) =>
    'identifier' in one ? [one.identifier, ...identifiersAgainst(one)] : [],
  );
  const units = [...scope.units.values()];
  const values = await describeValues(ports, namespaces, identifiers, units);
  const score = scoreIn(namespaces, scope);
  return obstacles.map((obstacle) => ({
    kind: obstacle.kind,
    ...('reason' in obstacle ? { reason: obstacle.reason } : {}),
    ...('identifier' in obstacle
      ? {
          value: must(values.get(obstacle.identifier), 'value of an obstacle'),
          ...shownObjection(values, obstacle),
          ...score(objectionIn(obstacle).weighed ?? obstacle.identifier),
        }
      : {}),
  }));
};

const objectionIn = (obstacle: Obstacle): Objection => (obstacle.kind === 'held' ? obstacle : {});

const identifiersAgainst = (obstacle: Obstacle): readonly IdentifierKey[] => {
  const { opposedBy, overLimit } = objectionIn(obstacle);
  return [opposedBy, overLimit].flatMap((sides) => (sides ? [...sides.a, ...sides.b] : []));
};

const shownObjection = (
  values: ReadonlyMap<IdentifierKey, ShownValue>,
  obstacle: Obstacle,
): Pick<ShownObstacle, 'opposedBy' | 'overLimit'> => {
  const { opposedBy, overLimit } = objectionIn(obstacle);
  const shown = ({ a, b }: Sides): ShownSides => ({
    a: shownAmong(values, a),
    b: shownAmong(values, b),
  });
  return {
    ...(opposedBy ? { opposedBy: shown(opposedBy) } : {}),
    ...(overLimit ? { overLimit: shown(overLimit) } : {}),
  };
};

/** A customer as nodes and edges: units and the values that they hold. */
export interface CustomerGraph {
  readonly customerId: OneId;
  readonly rules: string;
  readonly units: readonly ShownUnit[];
  readonly values: readonly ShownValue[];
  readonly edges: readonly {
    readonly unit: UnitKey;
    readonly value: IdentifierKey;
    readonly verified: boolean;
  }[];
  /** Values that would join it with other customers and may not. */
  readonly held: readonly { readonly value: IdentifierKey; readonly reasons: readonly string[] }[];
}

/** The identity graph of the customer behind a row, a unit or an id; without one, why. */
export const customerGraph = async (
  ports: ExplainPorts,
  { hash, namespaces }: Rules,
  name: string,
): Promise<Result<CustomerGraph, ExplainProblem>> => {
  const found = await findUnit(ports.table, name);
  if (!found.ok) return found;
  const read = await scopeOfUnits(ports.table, namespaces, [found.value], ports.maxUnits);
  if (!read.ok) return read;
  const scope = bareScope(read.value, namespaces);
  const customer = customerWith(scope, found.value);
  if (!customer) return failure({ code: 'unknown-name', name, detail: 'belongs to no customer' });
  const units = unitsOf(scope, customer.units);
  const claims = units.flatMap(({ key, claims: of }) =>
    of.map((claim) => ({ unit: key, ...claim })),
  );
  const identifiers = [...new Set(claims.map(({ identifier }) => identifier))];
  const [shownUnits, shownValues] = [
    await describeUnits(ports.table, units),
    await describeValues(ports, namespaces, identifiers, units, scope.shared),
  ];
  const waiting = new Set(identifiers);
  return success({
    customerId: customer.id,
    rules: hash,
    units: [...shownUnits.values()],
    values: [...shownValues.values()],
    edges: claims.map(({ unit, identifier, verified }) => ({ unit, value: identifier, verified })),
    held: scope.held
      .filter(({ identifier }) => waiting.has(identifier))
      .map(({ identifier, reasons }) => ({ value: identifier, reasons })),
  });
};
