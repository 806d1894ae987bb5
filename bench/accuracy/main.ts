/**
 * `npm run bench:accuracy`: scores the default person rules on public data sets, beside what others reach.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRules } from '#domain/extract/extract-definition.ts';
import { type ExtractRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { type ClusterScores, scoreClusters } from '#domain/extract/score-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { readOptions } from '../../tools/read-options.ts';
import {
  type ExtractFolder,
  PERSON_RULES,
  readExtractFolder,
  readYaml,
} from '../../tools/resolve/read-definitions.ts';
import { readExtract } from '../../tools/resolve/read-extract.ts';
import { readTruth } from '../../tools/resolve/read-truth.ts';
import { startEngine } from '../../tools/resolve/resolve-engine.ts';
import { resolveInMemory, resolveRows } from '../../tools/resolve/resolve-rows.ts';
import { liveRows } from './live-rows.ts';
import { DATA_SETS, type DataSet, type PeerScore } from './sets.ts';

const HELP = `Usage: npm run bench:accuracy -- --data DIR [--only TEXT] [--engine] [--json]

  --data DIR   folder with the public sets splink_fake_1000/fake_1000.csv, splink_fake_20000/fake_20000.csv,
               splink_historical_50k/historical_figures_with_errors_50k.csv, febrl/dataset{1,2,3,4a,4b}.csv,
               dqbench_er/tier{1,2,3,4}.csv, cn_retail_synth/{records_final.csv,events.jsonl,truth.csv} and
               senzing_truthset/{customers,watchlist,reference,actual_truthset_key}.csv; sets that are not there are left out
  --only TEXT  only the sets whose name contains this
  --engine     through the pipeline on the local DynamoDB engine, as npm run resolve does, in place of all rows at once
               in memory; fails when the customers are not the same, and shows the rate of the pipeline
  --json       one JSON object per line instead of a table

Rules: default are the person rules that everybody gets, own those that a set has in bench/accuracy/definitions; where it has none
(both) the default ones are all there is.
Ends with 1 when a score lies below its floor, and with 2 when no set was found.
`;

const { values } = readOptions(HELP, {
  data: { type: 'string' },
  only: { type: 'string' },
  engine: { type: 'boolean' },
  json: { type: 'boolean' },
});

interface Line {
  readonly set: string;
  /** `both`: the set has no rules of its own. */
  readonly rules: 'default' | 'own' | 'both';
  readonly scores: ClusterScores;
  readonly rowsPerSecond: number;
  readonly others: readonly PeerScore[];
  readonly note?: string;
  /** What lies below the floor, or is not as it must be. */
  readonly below: readonly string[];
}

const DEFINITIONS = fileURLToPath(new URL('definitions/', import.meta.url));

const measure = async (set: DataSet, data: string): Promise<readonly Line[]> => {
  const folder = readExtractFolder(join(DEFINITIONS, set.definitions));
  const paths = set.files.map((file) => join(data, file));
  const rows = set.isStream
    ? await liveRows(folder.definition, paths[0] ?? '')
    : await readExtract(folder.definition, paths);
  const persons = await personsOf(set, data, rows);
  const standard = { ...folder, rules: readYaml(PERSON_RULES, readRules) };
  const hasOwn = existsSync(join(DEFINITIONS, set.definitions, 'rules.yaml'));
  if (!hasOwn) return [await score(set, standard, 'both', rows, persons)];
  return [
    await score(set, standard, 'default', rows, persons),
    await score(set, folder, 'own', rows, persons),
  ];
};

const personsOf = async (
  set: DataSet,
  data: string,
  rows: readonly ExtractRow[],
): Promise<ReadonlyMap<UnitKey, string>> => {
  const { truth, personIn } = set;
  if (truth !== undefined) return (await readTruth(join(data, truth), rows)).persons;
  return new Map(
    rows.map((row) => [unitKeyOf(row), personIn?.exec(row.key)?.[1] ?? row.key] as const),
  );
};

/** Customers: F of all rows at once, or what the pipeline makes of them on the engine, which is the same. */
const groupsOf = async (folder: ExtractFolder, rows: readonly ExtractRow[]) => {
  if (!values.engine) return resolveInMemory(folder, rows).groups;
  const engine = await startEngine('engine');
  const resolved = await resolveRows(folder, rows, engine, () => undefined).finally(engine.stop);
  return resolved.groups;
};

const isSame = (a: Groups, b: Groups): boolean => shown(a) === shown(b);

type Groups = readonly (readonly UnitKey[])[];

const shown = (groups: Groups): string =>
  groups
    .map((units) => units.toSorted().join(' '))
    .sort()
    .join('\n');

const score = async (
  set: DataSet,
  folder: ExtractFolder,
  rules: Line['rules'],
  rows: readonly ExtractRow[],
  persons: ReadonlyMap<UnitKey, string>,
): Promise<Line> => {
  const startedAt = performance.now();
  const groups = await groupsOf(folder, rows);
  const seconds = (performance.now() - startedAt) / 1000;
  const differs = values.engine && !isSame(groups, resolveInMemory(folder, rows).groups);
  const customers = new Map(groups.flatMap((units, at) => units.map((unit) => [unit, `${at}`])));
  const scores = scoreClusters(
    [...persons].map(([unit, person]) => ({ customer: customers.get(unit) ?? unit, person })),
  );
  return {
    set: set.name,
    rules,
    scores,
    rowsPerSecond: Math.round(rows.length / seconds),
    others: set.others,
    ...(set.note === undefined ? {} : { note: set.note }),
    below: [
      ...(rules === 'own' ? [] : belowFloor(set, scores)),
      ...(differs ? ['the engine came to other customers than all rows at once'] : []),
    ],
  };
};

const belowFloor = ({ floor }: DataSet, scores: ClusterScores): readonly string[] => {
  const least = (['f1', 'precision', 'recall'] as const).flatMap((name) => {
    const bar = floor[name];
    return bar !== undefined && scores[name] < bar ? [`${name} ${scores[name]} < ${bar}`] : [];
  });
  const most = floor.largestCustomer ?? Number.POSITIVE_INFINITY;
  return scores.largestCustomer > most
    ? [...least, `largest customer ${scores.largestCustomer} > ${most}`]
    : least;
};

const COLUMNS = ['rules', 'P', 'R', 'F1', 'B³ P', 'B³ R', 'B³ F1', 'removed', 'largest', 'rows/s'];
const WIDTH = 9;

const header = (): string =>
  `${'set'.padEnd(20)}${COLUMNS.map((name) => name.padStart(WIDTH)).join('')}  others: F1, B³ F1; * published`;

const peerText = ({ peer, f1, bCubedF1, from }: PeerScore): string => {
  const scores = [f1, ...(bCubedF1 === undefined ? [] : [bCubedF1])].map((one) => one.toFixed(4));
  return `${peer}${from === 'published' ? '*' : ''} ${scores.join(', ')}`;
};

const asText = ({ set, rules, scores, rowsPerSecond, others, note, below }: Line): string => {
  const share = (value: number) => value.toFixed(4);
  const cells = [
    rules,
    ...[scores.precision, scores.recall, scores.f1].map(share),
    ...[scores.bCubedPrecision, scores.bCubedRecall, scores.bCubedF1].map(share),
    `${(100 * scores.duplicatesRemoved).toFixed(1)} %`,
    `${scores.largestCustomer}/${scores.largestPerson}`,
    String(rowsPerSecond),
  ];
  const line = `${set.padEnd(20)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}  ${[...others.map(peerText), ...(note === undefined ? [] : [note])].join('; ')}`;
  return below.length === 0 ? line : `${line}\n  NOT GOOD ENOUGH: ${below.join(', ')}`;
};

const main = async (data: string): Promise<void> => {
  const isThere = ({ files }: DataSet) => files.every((file) => existsSync(join(data, file)));
  const wanted = DATA_SETS.filter(({ name }) => name.includes(values.only ?? ''));
  for (const { name } of wanted.filter((set) => !isThere(set))) {
    console.error(`${name}: not in ${data}, left out.`);
  }
  const found = wanted.filter(isThere);
  if (found.length === 0) {
    console.error(`No set was scored: none of those that are wanted is in ${data}.`);
    process.exitCode = 2;
    return;
  }
  if (!values.json) console.log(header());
  for (const set of found) {
    console.error(`${set.name} …`);
    for (const line of await measure(set, data)) show(line);
  }
};

const show = (line: Line): void => {
  console.log(values.json ? JSON.stringify(line) : asText(line));
  if (line.below.length > 0) process.exitCode = 1;
};

if (values.data === undefined) {
  console.error(
    'Say with --data DIR where the public sets are: splink_fake_1000, splink_fake_20000, splink_historical_50k, febrl (1 to 4), ' +
      'dqbench_er (tiers 1 to 4), cn_retail_synth and senzing_truthset, as npm run bench:accuracy -- --help lists their files.',
  );
  process.exitCode = 2;
} else await main(values.data);
