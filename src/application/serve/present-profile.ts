/**
 * Presentation of a profile: the stored view in the terms of the API.
 *
 * Money as decimal text with its currency, instants as ISO 8601 UTC, every profile field with the row it came from.
 * @module
 */
import type { MeasureDefinition, ViewDefinition } from '#domain/definitions/types.ts';
import type { SourceShare } from '#domain/profile/facts-partial.ts';
import { type Figures, figureNames, type MeasureValue } from '#domain/profile/figure-values.ts';
import type { KnownIdentifier } from '#domain/profile/profile-view.ts';
import { type Candidate, explainLoss, type Survivor } from '#domain/profile/survivorship.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { formatMoney } from '#domain/shared/money.ts';
import type { FoundProfile } from './get-profile.ts';

/** Who an answer is about, and how fresh it is. */
export const aboutCustomer = (found: FoundProfile) => ({
  customerId: found.customerId,
  ...(found.askedFor === undefined ? {} : { redirectedFrom: found.askedFor }),
  asOf: found.freshness.asOf,
  lagMs: found.freshness.lagMs,
  positions: found.freshness.positions,
  version: found.revision,
});

/** How much is said of a field: its value and where it is from, or also by which rule, and what else was said. */
export type FieldDetail = 'values' | 'evidence';

/** Body of `GET /v1/profiles/{identifier}`. */
export const presentProfile = (
  found: FoundProfile,
  definition: ViewDefinition,
  detail: FieldDetail = 'values',
) => {
  const { view } = found;
  return {
    ...aboutCustomer(found),
    profile: Object.fromEntries(
      definition.profile.flatMap(({ field }) => {
        const known = view.profile[field];
        return known ? [[field, presentField(known, detail)]] : [];
      }),
    ),
    identifiers: view.identifiers.map(presentIdentifier),
    ...Object.fromEntries(
      definition.measures.flatMap((measure) => presentMeasure(measure, view.measures)),
    ),
    lastSeenAt: instant(view.lastSeenAt),
    sources: view.sources.map(presentSource),
  };
};

const presentMeasure = (
  definition: MeasureDefinition,
  figures: Figures,
): readonly (readonly [string, unknown])[] =>
  figureNames(definition).map((name) => [name, presentFigure(definition, figures[name] ?? null)]);

const presentFigure = ({ fold }: MeasureDefinition, value: MeasureValue): unknown => {
  switch (fold) {
    case 'count':
    case 'sum':
    case 'expiring':
    case 'expired':
    case 'repurchase':
      return value ?? 0;
    case 'latest':
    case 'earliest':
      return instant(typeof value === 'number' ? value : null);
    case 'money':
    case 'average':
      return Object.entries(value ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, amount]) => ({
          amount: formatMoney(Number(amount), currency),
          currency,
        }));
    case 'preferred':
    case 'stage':
    case 'rfm':
      return value;
    default:
      return assertNever(fold);
  }
};

// Members are named one by one: a stored map has no order of its own, and equal answers shall be equal as text.
const presentField = (survivor: Survivor, detail: FieldDetail) => {
  const { winner, rule, losers } = survivor;
  const { value, source, rowKey: row } = winner;
  if (detail === 'values') return { value, source, row };
  const others = losers.map((loser) => ({
    ...presentCandidate(loser),
    lostBy: loser.lostBy,
    why: explainLoss(loser, survivor),
  }));
  return { ...presentCandidate(winner), rule, others };
};

const presentCandidate = ({ value, source, rowKey, at }: Candidate) => ({
  value,
  source,
  row: rowKey,
  ...(at === undefined ? {} : { setAt: instant(at) }),
});

const presentIdentifier = ({ namespace, scope, value, verified, sources }: KnownIdentifier) => ({
  namespace,
  ...(scope === undefined ? {} : { scope }),
  value,
  verified,
  sources,
});

const presentSource = ({ source, rows, firstSeenAt, lastSeenAt }: SourceShare) => ({
  source,
  rows,
  firstSeenAt: instant(firstSeenAt),
  lastSeenAt: instant(lastSeenAt),
});

const instant = (epochMs: number | null): string | null =>
  epochMs === null ? null : new Date(epochMs).toISOString();
