/**
 * Resolving an extract: a first pass learns a model from its rows, a second one evaluates F by it.
 * @module
 */
import type { EvidenceUnit } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { ExtractDefinition, ExtractRules } from './extract-definition.ts';
import { extractPolicy, sharedIn } from './extract-policy.ts';
import { type ExtractRow, evidenceOf, type Pseudonymise } from './extract-row.ts';
import { learnModel, placeholderDates, withoutPlaceholders } from './learn-model.ts';

/** An extract made ready: what its rows claim, and the policy that its model makes. */
export interface PreparedExtract {
  readonly units: readonly EvidenceUnit[];
  readonly policy: MergePolicy;
  readonly model: MatchModel;
}

/** What preparing needs of its surroundings. */
export interface PreparationPorts {
  readonly pseudonymise: Pseudonymise;
  /** Hash of a model without its version. */
  readonly versionOf: (model: Omit<MatchModel, 'version'>) => string;
}

/**
 * Learns a model from rows, or takes one that was learned before, and turns the rows into evidence.
 * @param known a model of an earlier run
 */
export const prepareExtract = (
  ports: PreparationPorts,
  definition: ExtractDefinition,
  rules: ExtractRules,
  rows: readonly ExtractRow[],
  known?: MatchModel,
): PreparedExtract => {
  const dates = known?.placeholderDates ?? placeholderDates(rows);
  const units = withoutPlaceholders(rows, dates).map((row) =>
    evidenceOf(row, rules, ports.pseudonymise),
  );
  const model = known ?? learned(ports, units, rules, dates);
  return { units, policy: extractPolicy(definition, rules, model, rows.length), model };
};

const learned = (
  { versionOf }: PreparationPorts,
  units: readonly EvidenceUnit[],
  rules: ExtractRules,
  dates: readonly string[],
): MatchModel => {
  const model = learnModel(units, sharedIn(units, rules), dates);
  return { version: versionOf(model), ...model };
};
