/**
 * The operator commands that look after the table as a whole.
 * @module
 */
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { compareWithSource, type TableComparison } from '#application/operate/compare-source.ts';
import { continueFold } from '#application/operate/fold-metrics.ts';
import { continueRebuild, type Rebuild } from '#application/operate/rebuild-views.ts';
import { adviceFor, type Finding, showKey } from '#application/operate/reconcile/finding.ts';
import { type Healed, heal } from '#application/operate/reconcile/heal.ts';
import {
  continuePass,
  newPass,
  type Pass,
  type PassPart,
} from '#application/operate/reconcile/reconcile.ts';
import {
  type SweepRequest,
  surveyTable,
  sweepTable,
} from '#application/operate/sweep-generation.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import { formatChecksum } from '#domain/shared/checksum.ts';
import type { Command, CommandFlags } from './command.ts';
import { OpsError } from './ops-error.ts';
import { postgresRows } from './postgres-rows.ts';
import { printable } from './printable.ts';
import { progress } from './progress.ts';
import { refuseWhileRekeying } from './rekey-command.ts';
import { settleMs } from './settle.ts';
import type { Target } from './target.ts';

/** Segments that the table is scanned in at the same time. */
const SEGMENTS = 4;

/** Milliseconds before the second look, unless told: a stream that is not behind has passed long before. */
const SETTLE_MS = 5_000;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const upkeepOn = (target: Target) => {
  const table = target.table();
  const stores = { table, objects: target.objects('definitions-bucket') };
  const { current } = currentDefinitions(stores, Date.now);
  return { table, clock: Date.now, scan: target.pages(), definitions: current, sleep };
};

const reconcile: Command = async (target, flags, note) => {
  if (flags.against !== undefined) return reconcileAgainst(target, flags);
  const ports = upkeepOn(target);
  await refuseWhileRekeying(ports.table);
  const { source } = flags;
  const { definitions } = await ports.definitions();
  if (source !== undefined && !definitions.sources[source])
    throw new OpsError(`The definitions in force know no source ${source}.`);
  const tell = progress();
  const part = await continuePass(ports, newPass(SEGMENTS), {
    settleMs: settleOf(flags),
    onPage: (pass) => tell(() => `${pass.items} items read`),
    ...(source === undefined ? {} : { source }),
  });
  const healed = flags.heal ? await heal(ports, part.differences) : [];
  if (flags.heal) note(`${healed.filter(isHealed).length} healed`);
  const open = part.differences.length - healed.filter(isHealed).length;
  if (flags.json) console.log(JSON.stringify(asJson(part, healed), undefined, 2));
  else tellPass(part, healed);
  return open === 0 ? 0 : 1;
};

const reconcileAgainst = async (target: Target, flags: CommandFlags): Promise<number> => {
  if (flags.against !== 'postgres')
    throw new OpsError(`--against takes postgres, not ${flags.against}.`);
  const ports = upkeepOn(target);
  const { definitions } = await ports.definitions();
  const source = postgresRows(target.postgres(), definitions, flags.source);
  try {
    const compared = await compareWithSource(ports, source, () => sleep(settleOf(flags)));
    if (flags.json) console.log(JSON.stringify(compared, undefined, 2));
    else for (const one of compared) tellComparison(one);
    return compared.every(({ missing, surplus }) => missing.length + surplus.length === 0) ? 0 : 1;
  } finally {
    await source.close();
  }
};

const tellComparison = ({ table, source, stored, missing, surplus }: TableComparison): void => {
  const sums = `${formatChecksum(source.checksum)} ${formatChecksum(stored.checksum)}`;
  console.log(`${table.padEnd(28)} ${source.rows} in the source, ${stored.rows} stored  ${sums}`);
  for (const key of missing) console.log(`  missing  ${printable(key)}`);
  for (const key of surplus) console.log(`  surplus  ${printable(key)}`);
};

const isHealed = ({ outcome }: Healed): boolean => outcome === 'healed';

const settleOf = (flags: CommandFlags): number => settleMs(flags, SETTLE_MS);

const outcomeOf = (healed: readonly Healed[], finding: Finding): string | undefined =>
  healed.find((one) => one.finding === finding)?.outcome;

const asJson = ({ pass, differences }: PassPart, healed: readonly Healed[]) => ({
  items: pass.items,
  tables: Object.fromEntries(
    Object.entries(pass.counts).map(([table, { stored, shown, unowned }]) => [
      table,
      {
        stored: { rows: stored.rows, checksum: formatChecksum(stored.checksum) },
        shown: { rows: shown.rows, checksum: formatChecksum(shown.checksum) },
        unowned,
      },
    ]),
  ),
  outdated: pass.outdated,
  unsettled: pass.unsettled,
  differences: differences.map((finding) => ({
    key: showKey(finding.key),
    problem: finding.problem,
    what: finding.what,
    outcome: outcomeOf(healed, finding) ?? 'named',
    ...(typeof finding.remedy === 'string' ? { advice: adviceFor(finding.remedy) } : {}),
  })),
});

const tellPass = ({ pass, differences }: PassPart, healed: readonly Healed[]): void => {
  tellTables(pass);
  for (const finding of differences) {
    const outcome = outcomeOf(healed, finding);
    const { problem, what, remedy } = finding;
    console.log(`${showKey(finding.key)}  ${problem}: ${what}${outcome ? ` · ${outcome}` : ''}`);
    if (typeof remedy === 'string') console.log(`  ${adviceFor(remedy)}`);
  }
  if (pass.outdated > 0)
    console.log(`${pass.outdated} views are of older definitions: npm run ops -- rebuild`);
  if (pass.unsettled > 0) console.log(`${pass.unsettled} items changed at every look`);
  console.log(`${pass.items} items read, ${differences.length} differences`);
};

const tellTables = ({ counts }: Pass): void => {
  for (const [table, { stored, shown, unowned }] of Object.entries(counts)) {
    const state = stored.checksum === shown.checksum ? 'equal' : 'DIFFERENT';
    const sums = `${formatChecksum(stored.checksum)} ${formatChecksum(shown.checksum)}`;
    console.log(
      `${table.padEnd(28)} ${stored.rows} stored, ${shown.rows} shown, ${unowned} of nobody  ${sums}  ${state}`,
    );
  }
};

/** Functions keep definitions for 30 seconds; a view that one writes meanwhile may be an old one again. */
const DEFINITIONS_KEPT_MS = 31_000;

const rebuild: Command = async (target, _flags, note) => {
  const ports = upkeepOn(target);
  const tell = progress();
  const onPage = (now: Rebuild) => tell(() => `${now.views} views read, ${now.rebuilt} rebuilt`);
  let now = await continueRebuild(ports, undefined, { onPage });
  while (!now.complete) {
    console.error(`${now.rebuilt} views rebuilt; one more pass when functions have followed`);
    await sleep(DEFINITIONS_KEPT_MS);
    now = await continueRebuild(ports, now, { onPage });
  }
  note(`definitions:${now.definitions}`);
  console.log(`${now.total} views rebuilt; all are of definitions ${now.definitions}`);
  return 0;
};

/** Share of a table's rows that a sweep takes without being told to. */
const MODEST_SHARE = 0.2;

const sweep: Command = async (target, flags, note) => {
  const upkeep = upkeepOn(target);
  const request = await sweepRequest(await upkeep.definitions(), flags);
  const name = `${request.source}.${request.table.table}`;
  const { current, old } = await surveyTable(upkeep, request);
  console.error(
    `${name}: ${current} rows of generation ${request.generation}, ${old} of older ones`,
  );
  if (!flags.all && !flags['dry-run']) refuseLargeSweep(current, old);
  const publish = flags['dry-run'] ? async () => {} : target.publish();
  let swept = 0;
  const tell = progress();
  for await (const rows of sweepTable(upkeep, publish, request)) {
    swept += rows.length;
    if (flags['dry-run']) for (const row of rows) console.log(printable(row));
    tell(() => `${swept} of ${old} rows`);
  }
  note(`${swept} rows of ${name}`);
  console.log(`${swept} rows of ${name} ${flags['dry-run'] ? 'would be' : 'are'} tombstoned`);
  return 0;
};

const sweepRequest = async (
  { definitions }: CurrentDefinitions,
  { source = '', table = '', generation = '' }: CommandFlags,
): Promise<SweepRequest> => {
  const defined = definitions.sources[source];
  const swept = defined?.tables[table];
  if (!defined || !swept)
    throw new OpsError(`The definitions in force know no ${source}.${table}.`);
  if (Number(generation) !== defined.generation)
    throw new OpsError(
      `--generation is ${generation || 'missing'}; generation ${defined.generation} of ${source} is in force.`,
    );
  return { source, table: swept, generation: defined.generation };
};

const refuseLargeSweep = (current: number, old: number): void => {
  if (old <= MODEST_SHARE * (current + old)) return;
  throw new OpsError(
    'That is more than a fifth of the table: is the load complete? Look with --dry-run, then add --all.',
  );
};

const metrics: Command = async (target) => {
  const { definitions, ...stores } = upkeepOn(target);
  const pass = await continueFold({ ...stores, definitions, clock: Date.now }, undefined);
  console.log(`Metrics folded from ${pass.items} items; GET /v1/metrics/… shows them.`);
  return 0;
};

/** The commands by name. */
export const UPKEEP_COMMANDS: Readonly<Record<string, Command>> = {
  reconcile,
  rebuild,
  sweep,
  metrics,
};
