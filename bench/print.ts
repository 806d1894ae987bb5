/**
 * Printing: the table for people, and the line for programs.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { Figure, Section } from './figure.ts';
import { isKept, sectionsOf, totalUnits, unitsOf, usdOf } from './figures.ts';
import type { Results } from './results.ts';

const NAME_WIDTH = 28;
const TEXT_WIDTH = 110;

/** The table: every figure with its budget, and below it how it came about. */
export const tableOf = (results: Results): string => tableOfSections(sectionsOf(results));

/** The table of some sections. */
export const tableOfSections = (sections: readonly Section[]): string =>
  [...sections.flatMap(sectionLines), '', ...missedLines(sections), ''].join('\n');

const sectionLines = ({ title, figures }: Section): readonly string[] => [
  '',
  title,
  ...figures.flatMap((figure) => [figureLine(figure), ...wrapped(figure.how)]),
];

const figureLine = (figure: Figure): string => {
  const value = `${rounded(figure.value)} ${figure.unit}`.trim();
  const kept = isKept(figure);
  const verdict = kept === undefined ? '' : `   ${boundOf(figure)}: ${kept ? 'kept' : 'MISSED'}`;
  return `  ${figure.name.padEnd(NAME_WIDTH)}${value}${verdict}`;
};

const boundOf = ({ budget, least }: Figure): string =>
  budget === undefined ? `promised ${least}` : `budget ${budget}`;

const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 3);

const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length > TEXT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `      ${line}`);
};

const missedLines = (sections: readonly Section[]): readonly string[] => {
  const judged = sections.flatMap(({ title, figures }) =>
    figures.filter((figure) => isKept(figure) !== undefined).map((figure) => ({ title, figure })),
  );
  const missed = judged.filter(({ figure }) => !isKept(figure));
  if (judged.length === 0) return [];
  return [
    `${judged.length - missed.length} of ${judged.length} budgets kept.`,
    ...missed.map(
      ({ title, figure }) =>
        `  missed: ${title}: ${figure.name} ${rounded(figure.value)}, ${boundOf(figure)}`,
    ),
  ];
};

/** The result as one JSON line. */
export const jsonOf = (results: Results): string => {
  const { costs, batches, whale, handlers, reads, bill } = results;
  const { kinds } = costs.all;
  return JSON.stringify({
    writeUnitsPerChange: totalUnits(costs.all),
    writeUnits: {
      known: unitsOf(kinds, 'known'),
      firstSight: unitsOf(kinds, 'firstSight'),
      structural: unitsOf(kinds, 'structural'),
      resolve: costs.all.resolve.writeUnits / costs.all.changes,
      stream: costs.all.view.writeUnits / costs.all.changes,
      load: totalUnits(costs.load),
      days: totalUnits(costs.day),
    },
    requestsPer100: batches.resolve.mean,
    stages: batches.resolveRounds.median,
    stagesMax: batches.resolveRounds.max,
    growthExponent: Math.max(results.baseGrowth.exponent, results.historyGrowth.exponent),
    growthExponents: {
      base: results.baseGrowth.exponent,
      histories: results.historyGrowth.exponent,
    },
    whaleRatio: whale.ratio,
    usdPerMillionChanges: usdOf(bill),
    handlerCpuMicros: handlers.withSdk.both,
    handlerCpuMicrosWithoutSdk: handlers.withoutSdk.both,
    jsonParseMicros: handlers.jsonParse,
    peerPostgresTriggerMicros: handlers.peer,
    readSequentialRequests: reads.rounds.most,
    readSequentialRequestsOverRedirect: reads.rounds.mostRedirected,
    readP95Ms: reads.api.p95,
    readRefused: reads.api.refused,
    readP95ToFloor: reads.api.p95 / reads.floor.p95,
    readP99ToPeer: reads.api.p99 / reads.peer.p99,
    resolving: results.resolving,
    changes: costs.all.changes,
    missed: sectionsOf(results).flatMap(({ title, figures }) =>
      figures.filter((figure) => isKept(figure) === false).map(({ name }) => `${title}: ${name}`),
    ),
    machine: machine(),
    commit: commit(),
  });
};

const machine = (): string => {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
};

const commit = (): string => {
  try {
    const cwd = new URL('.', import.meta.url).pathname;
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
};
