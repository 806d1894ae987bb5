/**
 * `npm run resolve`: tries the identity rules on an extract of your own. `--help` says how.
 * @module
 */
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { unitKeyOf } from '#domain/extract/extract-row.ts';
import { type ClusterScores, scoreClusters } from '#domain/extract/score-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { draftFor, writeDraft } from './resolve/init.ts';
import { readExtractFolder } from './resolve/read-definitions.ts';
import { readExtract } from './resolve/read-extract.ts';
import { readTruth, type Truth } from './resolve/read-truth.ts';
import { defaultEngine, startEngine } from './resolve/resolve-engine.ts';
import { ResolveError } from './resolve/resolve-error.ts';
import { type Resolved, resolveRows } from './resolve/resolve-rows.ts';
import { makeOutFolder, writeOutputs } from './resolve/write-outputs.ts';

const HELP = `Usage: npm run resolve -- --definitions DIR --input FILE... --out DIR [--truth FILE] [--json]
       npm run resolve -- init FILE --out DIR/extract.yaml

Says which rows of your own files are one customer. Nothing leaves this machine.

  init FILE          drafts a mapping from the columns of a file into --out, which must not be there yet
  --definitions DIR  folder with extract.yaml, which says what the columns mean; rules.yaml and model.json in it
                     replace the default rules and the learning of a model
  --input FILE       CSV with a header line, or NDJSON (.ndjson, .jsonl); again for further files, or after one another
  --out DIR          gets clusters.csv (source, key, customerId), links.csv, held.csv, model.json
  --truth FILE       who is who, to score against: columns key and person (and source), or pairs of keys a, b
  --json             the summary as JSON on stdout; npm run resolve --silent -- ... keeps npm's own lines off it
  --memory           on a table in memory in place of the local DynamoDB engine: the same code and the same customers, sooner

Examples
  npm run resolve -- init customers.csv --out mine/extract.yaml
  npm run resolve -- --definitions mine --input customers.csv members.csv --out result
  npm run resolve -- --definitions extracts/example --input extracts/example/*.csv --out /tmp/example --truth extracts/example/truth/persons.csv

How to write a mapping: docs/how-to/resolve-an-extract.md
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  definitions: { type: 'string' },
  input: { type: 'string', multiple: true },
  out: { type: 'string' },
  truth: { type: 'string' },
  json: { type: 'boolean' },
  memory: { type: 'boolean' },
} as const;

const say = (line: string): void => console.error(line);

const main = async (): Promise<void> => {
  const { values, positionals } = readFlags();
  if (values.help || (positionals.length === 0 && Object.keys(values).length === 0)) {
    console.log(HELP);
    return;
  }
  const { definitions, out } = values;
  if (positionals[0] === 'init') return init(positionals.slice(1), out);
  const input = [...(values.input ?? []), ...positionals];
  if (definitions === undefined || out === undefined || input.length === 0) {
    throw new ResolveError(
      '--definitions, --input and --out are needed. See npm run resolve -- --help',
    );
  }
  const { truth, json = false, memory = false } = values;
  await resolve({ definitions, input, out, truth, json, memory });
};

const readFlags = () => {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new ResolveError(`${(error as Error).message}\nSee npm run resolve -- --help`);
  }
};

const init = async (paths: readonly string[], out: string | undefined): Promise<void> => {
  const draft = await draftFor(paths);
  if (out === undefined) return console.log(draft);
  writeDraft(out, draft);
  say(`${out} is a draft. Correct it, then:
npm run resolve -- --definitions ${dirname(out)} --input ${paths.join(' ')} --out result`);
};

interface Run {
  readonly definitions: string;
  readonly input: readonly string[];
  readonly out: string;
  readonly truth: string | undefined;
  readonly json: boolean;
  readonly memory: boolean;
}

const resolve = async ({ definitions, input, out, truth, json, memory }: Run): Promise<void> => {
  const folder = readExtractFolder(definitions);
  const rows = await readExtract(folder.definition, input, say);
  say(
    `${rows.length} rows read from ${input.length === 1 ? 'one file' : `${input.length} files`}.`,
  );
  const known = truth === undefined ? undefined : await readTruth(truth, rows);
  if (known) say(`The truth knows ${known.named} of ${rows.length} rows.`);
  makeOutFolder(out);
  const engine = await startEngine(memory ? 'memory' : defaultEngine());
  say(`Resolving on ${engine.name}.`);
  const startedAt = performance.now();
  const resolved = await resolveRows(folder, rows, engine, say).finally(() => engine.stop());
  const seconds = (performance.now() - startedAt) / 1000;
  writeOutputs(out, rows, resolved);
  const summary = summaryOf(rows.map(unitKeyOf), resolved, seconds, known);
  console.log(json ? JSON.stringify(summary) : asText(summary, out));
};

const summaryOf = (
  units: readonly UnitKey[],
  resolved: Resolved,
  seconds: number,
  truth: Truth | undefined,
) => ({
  rows: units.length,
  customers: resolved.groups.length,
  duplicates: units.length - resolved.groups.length,
  largestCustomer: resolved.groups.reduce((most, { length }) => Math.max(most, length), 0),
  links: resolved.accepted.length,
  held: resolved.held.length,
  model: resolved.model.version,
  rowsPerSecond: Math.round(units.length / seconds),
  ...(truth && { truthRows: truth.named, scores: scoresOf(truth, resolved) }),
});

const scoresOf = ({ persons }: Truth, { customerOf }: Resolved): ClusterScores =>
  scoreClusters([...persons].map(([unit, person]) => ({ customer: customerOf(unit), person })));

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const asText = (summary: ReturnType<typeof summaryOf>, out: string): string => {
  const { scores } = summary;
  return [
    `${summary.rows} rows are ${summary.customers} customers (${summary.duplicates} duplicates); the largest has ${summary.largestCustomer} rows.`,
    `${summary.links} links, ${summary.held} wait for review. ${summary.rowsPerSecond} rows a second.`,
    ...(scores === undefined
      ? []
      : [
          `The truth knows ${summary.truthRows} of ${summary.rows} rows.`,
          `Pairs:   precision ${percent(scores.precision)}, recall ${percent(scores.recall)}, F1 ${scores.f1.toFixed(4)}`,
          `B-cubed: precision ${percent(scores.bCubedPrecision)}, recall ${percent(scores.bCubedRecall)}, F1 ${scores.bCubedF1.toFixed(4)}`,
          `${percent(scores.duplicatesRemoved)} of the duplicates removed; largest customer ${scores.largestCustomer} rows, largest person ${scores.largestPerson}.`,
        ]),
    `clusters.csv, links.csv, held.csv and model.json are in ${out}.`,
  ].join('\n');
};

try {
  await main();
} catch (error) {
  if (!(error instanceof ResolveError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
