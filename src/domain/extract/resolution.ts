/**
 * Resolution: what an extract came to, in the terms of its rows.
 * @module
 */
import type { HeldLink, Link } from '#domain/identity/constrained-clusters.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { namespaceOf } from '#domain/identity/evidence.ts';
import type { MatchModel } from '#domain/identity/matching/match-model.ts';
import { matchSubject } from '#domain/identity/matching/match-subject.ts';
import { weigher } from '#domain/identity/matching/weigh-pair.ts';
import { must } from '#domain/shared/assert.ts';

/** Customers of an extract, and the links behind them. */
export interface Resolution {
  readonly groups: readonly (readonly UnitKey[])[];
  readonly accepted: readonly Link[];
  readonly held: readonly HeldLink[];
}

/** Says what speaks for and against a link, strongest first: `name same +5.1; birth-date slip -0.4`. */
export const evidenceTeller = (
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey>,
  model: MatchModel,
): ((link: Link) => string) => {
  const weigh = weigher(model);
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const subject = (key: UnitKey) => {
    const unit = byKey.get(key);
    return must(unit && matchSubject(unit, shared), 'row of a link');
  };
  return ({ a, b }) => {
    const { findings } = weigh(subject(a), subject(b));
    return findings
      .toSorted((x, y) => Math.abs(y.weight) - Math.abs(x.weight))
      .map(({ comparison, level, weight }) => `${comparison} ${level} ${signed(weight)}`)
      .join('; ');
  };
};

const signed = (weight: number): string => `${weight < 0 ? '' : '+'}${weight.toFixed(1)}`;

/** What a link rests on: a shared identifier's namespace, or the score. */
export const basisOf = ({ identifier }: Link): string => namespaceOf(identifier);
