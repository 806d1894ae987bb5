/**
 * The operator commands for a change of identity rules: what it would do, and doing it.
 * @module
 */
import {
  currentDefinitions,
  publishDefinitions,
} from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { applyRules, previewRules, type TableScan } from '#application/identity/change-rules.ts';
import { describeChanges, type ShownChange } from '#application/identity/describe-change.ts';
import {
  previewReading,
  type ReadingChange,
  type ReadingPorts,
} from '#application/operate/preview-reading.ts';
import { replayArchive } from '#application/operate/replay-archive.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';
import { readAnew, refusedChanges } from '#domain/identity/reading-change.ts';
import type { RuleChange } from '#domain/identity/rule-change.ts';
import type { Command, CommandFlags } from './command.ts';
import { describeLink, describeObstacle } from './evidence-text.ts';
import { OpsError } from './ops-error.ts';
import { printable } from './printable.ts';
import { refuseWhileRekeying } from './rekey-command.ts';
import { settleMs } from './settle.ts';
import type { Target } from './target.ts';

/** Customers shown of each kind. */
const SAMPLES = 10;

/** Milliseconds until every function has new definitions: their cache holds 30 s. */
const UNTIL_FOLLOWED_MS = 45_000;

const readFolder = (folder: string): Definitions => {
  const read = readDefinitions(folder);
  if (!read.ok)
    throw new OpsError(
      `${read.error.length} to correct in ${folder}; see npm run definitions -- check.`,
    );
  return read.value.definitions;
};

const storesOn = (target: Target) => ({
  table: target.table(),
  objects: target.objects('definitions-bucket'),
});

const rulesOn = async (target: Target, { definitions: folder = 'definitions' }: CommandFlags) => {
  const stores = storesOn(target);
  const { definitions: current } = await currentDefinitions(stores, Date.now).current();
  return { current, next: readFolder(folder) };
};

const preview: Command = async (target, flags) => {
  const { current, next } = await rulesOn(target, flags);
  refuse(current, next);
  const read = readAnew(current, next);
  const change: RuleChange | ReadingChange =
    read.length > 0
      ? await previewReading(await readingOn(target), current, next)
      : await previewStored(target, current, next);
  const ports = { table: target.table(), pseudonymise: await target.pseudonymiser() };
  const samples = await describeChanges(ports, next.namespaces, change.samples);
  if (flags.json) console.log(JSON.stringify({ ...change, samples, readAnew: read }, undefined, 2));
  else tell(change, samples);
  if (isReading(change)) tellUnknown(change);
  return 0;
};

const isReading = (change: RuleChange | ReadingChange): change is ReadingChange =>
  'unknownRows' in change;

const previewStored = async (target: Target, from: Definitions, to: Definitions) =>
  previewRules(
    target.table(),
    target.scan(),
    from.namespaces,
    to.namespaces,
    await target.minter(),
  );

const readingOn = async (target: Target): Promise<ReadingPorts> => ({
  table: target.table(),
  scan: target.scan(),
  objects: target.objects('archive-bucket'),
  compression: gzipCompression,
  pseudonymise: await target.unitPseudonymiser(),
  mint: await target.minter(),
  now: Date.now(),
});

const tellUnknown = ({ reread, unknown, unknownRows, passing }: ReadingChange): void => {
  console.error(`${reread} rows read anew from the archive`);
  if (passing > 0)
    console.error(`${passing} ids pass on to other rows; where they come to depends on the order`);
  if (unknown === 0) return;
  console.error(
    `${unknown} rows are not in the archive as they are stored, and keep what they say:`,
  );
  for (const row of unknownRows) console.error(`  ${printable(row)}`);
};

const refuse = (from: Definitions, to: Definitions): void => {
  const refused = refusedChanges(from.namespaces, to.namespaces);
  if (refused.length > 0)
    throw new OpsError(`Not over rows that are stored:\n  ${refused.join('\n  ')}`);
};

const tell = (change: RuleChange, samples: readonly ShownChange[]): void => {
  const { events, unaffected, customers, newlyHeld, released, idChanges } = change;
  console.log(
    `${customers[0]} customers, afterwards ${customers[1]}; ${unaffected} stay as they are`,
  );
  const kinds: readonly IdentityEvent['type'][] = [
    'identity.merged',
    'identity.split',
    'identity.created',
    'identity.ended',
  ];
  for (const kind of kinds) {
    const of = events.filter(({ type }) => type === kind);
    console.log(`${of.length} ${kind}`);
    for (const event of of.slice(0, SAMPLES)) {
      console.log(`  ${describe(event)}`);
      for (const sample of samples.filter((one) => one.event === event))
        console.log(describeSample(sample));
    }
  }
  console.log(`${idChanges.length} ids change`);
  for (const { from, to, units } of idChanges.slice(0, SAMPLES))
    console.log(`  ${from} becomes ${to} for ${units} units`);
  console.log(`${newlyHeld.length} values newly held, ${released.length} no more`);
};

const describeSample = ({ parts, links, obstacles }: ShownChange): string =>
  [
    ...parts.map(
      ({ customerId, units, rows }) => `${customerId}, ${units} units: ${rows.join(', ')}`,
    ),
    ...links.map((step) => `linked by ${describeLink(step)}`),
    ...obstacles.map(describeObstacle),
  ]
    .flatMap((text) => text.split('\n'))
    .map((line) => `    ${line}`)
    .join('\n');

const describe = (event: IdentityEvent): string => {
  if (event.type === 'identity.merged') return `${event.from.join(' ')} into ${event.into}`;
  if (event.type === 'identity.split') return `${event.from} leaves ${event.into.join(' ')}`;
  return 'customerId' in event ? event.customerId : event.identifier;
};

const apply: Command = async (target, flags, note) => {
  const { current, next } = await rulesOn(target, flags);
  refuse(current, next);
  const read = readAnew(current, next);
  await refuseWhileRekeying(target.table());
  const hash = await publishDefinitions(storesOn(target), next);
  note(`definitions:${hash}`);
  console.log(`In force: ${hash}`);
  const wait = settleMs(flags, UNTIL_FOLLOWED_MS);
  console.error(`Waiting ${wait / 1000} s until every function follows.`);
  await sleep(wait);
  const { scopes, identifiers } = await applyRules(
    {
      table: target.table(),
      mint: await target.minter(),
      clock: Date.now,
      random: Math.random,
      sleep,
    },
    watched(target),
    next.namespaces,
  );
  console.log(`${scopes} scopes and ${identifiers} values brought to the new rules`);
  if (read.length > 0) await rereadRows(target, read);
  return 0;
};

// A record that is there already, delivered again, brings its row to the definitions in force.
const rereadRows = async (target: Target, read: readonly string[]): Promise<void> => {
  console.error(`Rows are read anew, for these say other values:\n  ${read.join('\n  ')}`);
  const ports = {
    objects: target.objects('archive-bucket'),
    compression: gzipCompression,
    publish: target.publish(),
  };
  let records = 0;
  for await (const { hour, published } of replayArchive(ports, { to: Date.now() })) {
    records = published;
    console.error(`${hour}  ${published} records so far`);
  }
  console.log(`${records} records of the archive are on the stream again; customers follow`);
};

/** The scan of the table; it ends when a rotation of the pepper begins, for which this would be in the way. */
const watched = (target: Target): TableScan =>
  async function* () {
    for await (const items of target.scan()()) {
      await refuseWhileRekeying(target.table());
      yield items;
    }
  };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The commands by name. */
export const RULES_COMMANDS: Readonly<Record<string, Command>> = { preview, apply };
