/**
 * The operator commands for a change of identity rules: what it would do, and doing it.
 * @module
 */
import {
  currentDefinitions,
  publishDefinitions,
} from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import {
  applyRules,
  needsReplay,
  previewRules,
  type TableScan,
} from '#application/identity/change-rules.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';
import type { RuleChange } from '#domain/identity/rule-change.ts';
import type { Command, CommandFlags } from './command.ts';
import { OpsError } from './ops-error.ts';
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
  return { current: current.namespaces, next: readFolder(folder) };
};

const preview: Command = async (target, flags) => {
  const { current, next } = await rulesOn(target, flags);
  const scan = target.scan();
  const minter = await target.minter();
  const change = await previewRules(target.table(), scan, current, next.namespaces, minter);
  const replay = needsReplay(current, next.namespaces);
  if (flags.json) console.log(JSON.stringify({ ...change, needsReplay: replay }, undefined, 2));
  else tell(change);
  for (const name of replay) console.error(`Not in this preview: ${name}; that takes a replay.`);
  return 0;
};

const tell = ({ events, unaffected, customers, newlyHeld, released }: RuleChange): void => {
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
    for (const event of of.slice(0, SAMPLES)) console.log(`  ${describe(event)}`);
  }
  console.log(`${newlyHeld.length} values newly held, ${released.length} no more`);
};

const describe = (event: IdentityEvent): string => {
  if (event.type === 'identity.merged') return `${event.from.join(' ')} into ${event.into}`;
  if (event.type === 'identity.split') return `${event.from} leaves ${event.into.join(' ')}`;
  return 'customerId' in event ? event.customerId : event.identifier;
};

const apply: Command = async (target, flags) => {
  const { current, next } = await rulesOn(target, flags);
  const replay = needsReplay(current, next.namespaces);
  if (replay.length > 0)
    throw new OpsError(`Publish these and replay the archive instead:\n  ${replay.join('\n  ')}`);
  await refuseWhileRekeying(target.table());
  console.log(`In force: ${await publishDefinitions(storesOn(target), next)}`);
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
  return 0;
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
