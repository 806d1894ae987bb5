/**
 * Text of evidence: why rows are one customer and why they are not, as lines for an operator.
 * @module
 */
import type { ShownUnit, ShownValue } from '#application/identity/describe-evidence.ts';
import type { ShownScore } from '#application/identity/describe-score.ts';
import type { EvidenceStep, ShownObstacle, ShownSides } from '#application/identity/explain.ts';

/** One step of a path: row, evidence, row. */
export const describeStep = (step: EvidenceStep): string =>
  [describeUnit(step.from), `  └ ${describeLink(step)}`, describeUnit(step.to)].join('\n');

/** The evidence of a step. */
export const describeLink = ({ value, corroboratedBy, score }: EvidenceStep): string =>
  [
    score ? describeScore(score) : describeValue(value),
    ...(corroboratedBy ? [`    borne out by ${corroboratedBy.map(shownAs).join(', ')}`] : []),
  ].join('\n');

const describeScore = ({ weight, thresholds, model, findings }: ShownScore): string =>
  [
    `score ${weight} (links from ${thresholds.link}, review from ${thresholds.review}), model ${model.slice(0, 12)}`,
    ...findings.map(({ comparison, level, weight: part, values }) => {
      const said = values.some((value) => value !== null)
        ? `: ${values.map((value) => value ?? '-').join(' / ')}`
        : '';
      return `      ${part < 0 ? '' : '+'}${part}  ${comparison} ${level}${said}`;
    }),
  ].join('\n');

const describeUnit = ({ unit, kind, rows, samples }: ShownUnit): string => {
  const rowsShown = samples.map(({ row, at }) => `${row}${at ? ` (${at})` : ''}`).join(', ');
  return kind === 'party' ? rowsShown : `${rows} rows ${unit}: ${rowsShown}`;
};

const describeValue = (shown: ShownValue): string => {
  const { use, decision } = shown;
  return decision
    ? `decided by ${decision.actor} at ${decision.at}: ${decision.reason}`
    : `${shownAs(shown)}${use === 'links' ? '' : `, ${use}`}`;
};

const shownAs = ({ namespace, value }: ShownValue): string =>
  `${namespace} ${value ?? '(no row keeps it)'}`;

/** What stands between two. */
export const describeObstacle = (obstacle: ShownObstacle): string => {
  const { kind, reason, value, opposedBy, overLimit, score } = obstacle;
  const shared = value?.use === 'score' ? undefined : value;
  const said = [kind, reason, shared && describeValue(shared), score && describeScore(score)];
  return [
    said.filter(Boolean).join('  '),
    ...(opposedBy ? [`  against it: ${describeSides(opposedBy)}`] : []),
    ...(overLimit ? [`  too many together: ${describeSides(overLimit)}`] : []),
  ].join('\n');
};

const describeSides = ({ a, b }: ShownSides): string =>
  [a, b].map((values) => values.map(shownAs).join(', ')).join(' / ');
