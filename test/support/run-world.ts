/**
 * Runs a world through the real use cases on a memory table, with crashes and any interleaving of workers, and compares
 * everything that is left with the batch oracle.
 */

import { MemoryTable } from '#adapters/memory/table.ts';
import { applyFacts } from '#application/identity/apply-facts.ts';
import { applyParties } from '#application/identity/apply-parties.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { type CommitLimits, ContentionError } from '#application/identity/restructure.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import { parseDecisionItem } from '#application/shared/review-items.ts';
import type { Item } from '#application/shared/table.ts';
import { type IdentityEvent, replayEvents } from '#domain/identity/identity-event.ts';
import { compares, type MergePolicy } from '#domain/identity/merge-policy.ts';
import { byIssue, type LedgerEntry, type OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import { customerGroups } from '#domain/identity/scope.ts';
import { audit } from './audit.ts';
import { sharedAmong } from './builders/evidence.ts';
import { drawWorld, liveRows, liveUnits, SMALL_POLICY, type World } from './identity-world.ts';
import { drawOperations, type Operation, operate, underDecisions } from './operations.ts';
import { recordingEvents } from './recording-events.ts';
import { Crash, type Faults, Scheduler, seededRandom, Throttle } from './scheduler.ts';
import { SCORED_SMALL_POLICY, withFeatures } from './scored-world.ts';

/** How a world is run. */
export interface RunOptions {
  readonly people: number;
  readonly events: number;
  readonly workers: number;
  readonly faults: Faults;
  /** Bounds of one commit, so small that ordinary ones go in steps. */
  readonly limits?: CommitLimits;
  /** Whether rows say names and dates, and rules score pairs. */
  readonly scored?: boolean;
}

const shuffled = <Entry>(random: () => number, entries: readonly Entry[]): Entry[] => {
  const result = [...entries];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other] as Entry, result[index] as Entry];
  }
  return result;
};

// What a stream delivers again: the worker died, or gave the batch back.
const comesAgain = (error: unknown): boolean =>
  error instanceof Crash || error instanceof Throttle || error instanceof ContentionError;

// Pairs of one key change travel in one record, so they stay together.
const deliveriesOf = (random: () => number, { changes }: World): RowChange[][] => {
  const records: RowChange[][] = [];
  for (const change of changes) {
    if (change.kind === 'party' && change.renamedFrom) records.at(-1)?.push(change);
    else records.push([change]);
  }
  const repeated = records.flatMap((record) => (random() < 0.25 ? [record, record] : [record]));
  const order = shuffled(random, repeated);
  const batches: RowChange[][] = [];
  while (order.length > 0) {
    batches.push(order.splice(0, 1 + Math.floor(random() * 4)).flat());
  }
  return batches;
};

type Delivery = RowChange[] | Operation;

/** Runs a world and returns what differs from the oracle; empty when nothing does. */
export const runWorld = async (seed: number, options: RunOptions): Promise<readonly string[]> => {
  const random = seededRandom(seed);
  const plain = drawWorld(seed, random, options.people, options.events);
  const world = options.scored ? withFeatures(plain, random) : plain;
  const policy = options.scored ? SCORED_SMALL_POLICY : SMALL_POLICY;
  const scheduler = new Scheduler(random, options.faults);
  const table = new MemoryTable({ turn: scheduler.turn });
  const events: IdentityEvent[] = [];
  const recorded = recordingEvents(table, events);
  let now = 0;
  const ports = {
    table: recorded,
    clock: () => ++now,
    random,
    sleep: async () => {},
    ...(options.limits ? { limits: options.limits } : {}),
    mint: (anchor: string, attempt: number) => `one_${anchor}/${attempt}` as OneId,
  };
  let redeliveries = 0;
  const queue: Delivery[] = shuffled(random, [
    ...deliveriesOf(random, world),
    ...drawOperations(random, world),
  ]);
  const deliver = async (batch: readonly RowChange[]) => {
    const latest = foldToLatest(batch);
    const parties = latest.filter((change) => change.kind === 'party');
    const facts = latest.filter((change) => change.kind === 'fact');
    const results = [
      await applyParties(ports, policy, parties),
      await applyFacts(ports, policy, facts),
    ];
    await closeScopes(ports, policy);
    const failed = results.flatMap(({ failures }) => failures);
    const defect = failed.find(({ error }) => !comesAgain(error));
    if (defect) throw defect.error;
    if (failed.length > 0) throw new Crash('rows failed');
  };
  const attempt = async (batch: Delivery) => {
    try {
      await scheduler.live(() =>
        'kind' in batch ? operate(ports, batch, policy) : deliver(batch),
      );
    } catch (error) {
      redeliveries += 1;
      if (!comesAgain(error) || redeliveries > 100 * options.events) throw error;
      queue.push(batch);
    }
  };
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) await attempt(batch);
  };
  await scheduler.run(() => Promise.all(Array.from({ length: options.workers }, work)));
  return [
    ...(await differences(table.dump(), world, policy)),
    ...eventProblems(table.dump(), events),
  ];
};

const differences = async (
  items: readonly Item[],
  world: World,
  policy: MergePolicy,
): Promise<readonly string[]> => {
  const rows = liveRows(world);
  const decisions = items.filter(({ pk }) => pk === 'DECISION').map(parseDecisionItem);
  const units = underDecisions(liveUnits(rows), decisions);
  return [
    ...compare('units', unitsStored(items), units.map((unit) => unit.key).sort()),
    ...compare('customers', customersStored(items), customersExpected(units, policy)),
    ...compare('claims', claimsStored(items), claimsExpected(units, policy)),
    ...compare('facts', factsStored(items), factsExpected(rows)),
    ...ledgerProblems(items),
    ...audit(items, policy),
  ];
};

// All events in order give the customers there are, and the values that are held.
const eventProblems = (items: readonly Item[], events: readonly IdentityEvent[]) => {
  const { customers, held } = replayEvents(events);
  const live = items.filter(
    (item) => item.sk === 'CUSTOMER' && (item['units'] as readonly string[]).length > 0,
  );
  const listed = items.filter(({ pk }) => pk.startsWith('HELD#')).map(({ sk }) => sk);
  return [
    ...compare(
      'customers of the events',
      [...customers].sort(),
      live.map(({ pk }) => pk.slice(2)).sort(),
    ),
    ...compare('held values of the events', [...held].sort(), listed.sort()),
  ];
};

const compare = (what: string, stored: unknown, expected: unknown): readonly string[] => {
  const [a, b] = [JSON.stringify(stored), JSON.stringify(expected)];
  return a === b ? [] : [`${what}:\n  stored   ${a}\n  expected ${b}`];
};

const customersExpected = (units: ReturnType<typeof liveUnits>, policy: MergePolicy) => {
  const shared = sharedAmong(units, policy);
  const { groups } = partition(units, shared, policy);
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  return customerGroups(groups, byKey, shared, policy)
    .map((group) => group.join())
    .sort();
};

const customersStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.sk === 'CUSTOMER' && (item['units'] as readonly string[]).length > 0)
    .map((item) => [...(item['units'] as readonly string[])].sort().join())
    .sort();

const unitsStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.sk === 'UNIT' || (item.sk === 'ROW' && item['claims'] !== undefined))
    .map((item) => item.pk.slice(2))
    .sort();

const claimsExpected = (units: ReturnType<typeof liveUnits>, policy: MergePolicy) =>
  units
    .flatMap((unit) => unit.claims.map(({ identifier }) => ({ identifier, unit: unit.key })))
    .filter(({ identifier }) => compares(policy, identifier))
    .map(({ identifier, unit }) => `${identifier} ${unit}`)
    .sort();

const claimsStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.pk.startsWith('I#'))
    .flatMap((item) =>
      (item.sk === 'CLAIM'
        ? (item['units'] as readonly string[])
        : [item.sk.slice('UNIT#'.length)]
      ).map((unit) => `${item.pk.slice(2)} ${unit}`),
    )
    .sort();

const factsExpected = (rows: readonly RowChange[]) =>
  rows
    .flatMap((row) =>
      row.kind === 'fact' && row.after?.unit
        ? [
            `${row.after.unit.key} ${row.rowKey} ${row.version} ${row.after.contribution.fields['total']}`,
          ]
        : [],
    )
    .sort();

const factsStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.sk === 'BUCKET')
    .flatMap((item) =>
      contributionsIn(item).flatMap(({ rowKey, version, fact }) => {
        const unit = item.pk.slice(2, item.pk.lastIndexOf('#'));
        return fact ? [`${unit} ${rowKey} ${version} ${fact.fields['total']}`] : [];
      }),
    )
    .sort();

/** Every id answers: with units, with a redirect to the customer that holds its anchor, or at rest. */
const ledgerProblems = (items: readonly Item[]): readonly string[] => {
  const entries = items.filter((item) => item.sk === 'CUSTOMER');
  const live = entries.filter((item) => (item['units'] as readonly string[]).length > 0);
  return entries.flatMap((item) => {
    const anchor = item['anchor'] as string;
    const holder = live.find((other) => (other['units'] as readonly string[]).includes(anchor));
    const id = item.pk.slice(2);
    const expected = holder ? canonicalOf(entries, holder) : undefined;
    const told = item['into'] ?? ((item['units'] as readonly string[]).length > 0 ? id : undefined);
    return told === expected
      ? []
      : [`ledger: ${id} anchored at ${anchor} leads to ${told}, not ${expected}`];
  });
};

const canonicalOf = (entries: readonly Item[], holder: Item): string | undefined => {
  const units = holder['units'] as readonly string[];
  const owned = entries
    .filter((item) => units.includes(item['anchor'] as string))
    .map((item) => ({
      id: item.pk.slice(2) as OneId,
      anchor: item['anchor'] as LedgerEntry['anchor'],
      issuedAt: item['issuedAt'] as number,
    }))
    .sort(byIssue);
  return owned[0]?.id;
};
