/**
 * Chain audit: puts new audit entries into the hash chain of their lane, and tallies the reads of each client.
 *
 * Link, head and tallies are one transaction, conditioned on the head as it was read. So two workers cannot fork a chain,
 * and a redelivered entry, whose sequence number the head has passed, is neither chained nor tallied twice.
 * @module
 */
import type { Action, Item, Table } from '#application/shared/table.ts';
import {
  CHAIN_START,
  type ChainedEntry,
  digestOf,
  type Hash,
  isLater,
  linkHash,
} from '#domain/serve/audit-chain.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { AUDIT_PREFIX, headKey, linkKey, tallyKey } from './audit.ts';

/** An entry as the table's stream gives it. */
export interface NewAuditEntry {
  readonly sequence: string;
  readonly item: Item;
}

/** What chaining needs. */
export interface ChainPorts {
  readonly table: Table;
  readonly hash: Hash;
  /** Reads of one client in one hour at which it counts as a bulk reader. */
  readonly bulkReads: number;
}

/** What became of a batch. */
export interface ChainReport {
  readonly chained: number;
  /** Clients that became bulk readers with this batch. */
  readonly bulkReaders: readonly string[];
}

/** Entries of one link: with its tallies it stays within a transaction, and within 400 KB. */
const ENTRIES_AT_ONCE = 80;
const MAX_ATTEMPTS = 8;

/** Chains the entries of a batch. Safe to repeat. Throws when a chain moved on under every attempt. */
export const chainAudit = async (
  ports: ChainPorts,
  entries: readonly NewAuditEntry[],
): Promise<ChainReport> => {
  const own = entries.filter(({ item }) => item.pk.startsWith(AUDIT_PREFIX));
  const reports: ChainReport[] = [];
  for (const [partition, ofLane] of groupBy(own, ({ item }) => item.pk)) {
    const lane = partition.slice(AUDIT_PREFIX.length);
    for (let start = 0; start < ofLane.length; start += ENTRIES_AT_ONCE) {
      reports.push(await chainSome(ports, lane, ofLane.slice(start, start + ENTRIES_AT_ONCE)));
    }
  }
  return {
    chained: reports.reduce((sum, { chained }) => sum + chained, 0),
    bulkReaders: [...new Set(reports.flatMap(({ bulkReaders }) => bulkReaders))],
  };
};

interface Head {
  readonly number: number;
  readonly hash: string;
  readonly sequence: string;
}

const chainSome = async (
  ports: ChainPorts,
  lane: string,
  entries: readonly NewAuditEntry[],
): Promise<ChainReport> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const [stored] = await ports.table.getAll([headKey(lane)]);
    const head = headOf(stored);
    const fresh = entries.filter(({ sequence }) => isLater(sequence, head.sequence));
    if (fresh.length === 0) return { chained: 0, bulkReaders: [] };
    const tallies = talliesOf(fresh);
    const outcome = await ports.table.transact([
      ...linkActions(ports.hash, lane, head, fresh, stored !== undefined),
      ...tallyActions(tallies),
    ]);
    if (outcome.done)
      return { chained: fresh.length, bulkReaders: await bulkReaders(ports, tallies) };
  }
  throw new Error(`the audit chain of lane ${lane} moved on under ${MAX_ATTEMPTS} attempts`);
};

const headOf = (item: Item | undefined): Head =>
  item
    ? {
        number: Number(item['number']),
        hash: String(item['hash']),
        sequence: String(item['sequence']),
      }
    : { number: 0, hash: CHAIN_START, sequence: '' };

const linkActions = (
  hash: Hash,
  lane: string,
  head: Head,
  fresh: readonly NewAuditEntry[],
  exists: boolean,
): readonly Action[] => {
  const entries = fresh.map(
    ({ item }): ChainedEntry => ({ sk: item.sk, digest: digestOf(hash, item) }),
  );
  const number = head.number + 1;
  const value = linkHash(hash, head.hash, entries);
  const sequence = fresh.reduce(
    (last, it) => (isLater(it.sequence, last) ? it.sequence : last),
    '',
  );
  return [
    {
      kind: 'put',
      item: { ...headKey(lane), number, hash: value, sequence },
      when: exists ? { equals: [['number'], head.number] } : { missing: ['pk'] },
    },
    {
      kind: 'put',
      item: { ...linkKey(lane, number), hash: value, entries: entries.map((it) => ({ ...it })) },
      when: { missing: ['pk'] },
    },
  ];
};

/** Reads by client and hour; what was refused is no read, and a list that was asked for is meant to be many. */
type Tallies = ReadonlyMap<
  string,
  { readonly client: string; readonly hour: string; readonly reads: number }
>;

const talliesOf = (entries: readonly NewAuditEntry[]): Tallies => {
  const granted = entries.filter(
    ({ item }) => item['decision'] === 'granted' && item['operation'] !== EXTRACT_OPERATION,
  );
  const groups = groupBy(granted, ({ item }) => JSON.stringify([item['client'], hourOf(item)]));
  return new Map(
    [...groups].map(([name, { length: reads }]) => {
      const [client, hour] = JSON.parse(name) as [string, string];
      return [name, { client, hour, reads }];
    }),
  );
};

const EXTRACT_OPERATION = 'createExtract';

const hourOf = (item: Item): string => String(item['at']).slice(0, '2026-11-22T08'.length);

const tallyActions = (tallies: Tallies): readonly Action[] =>
  [...tallies.values()].map(({ client, hour, reads }) => ({
    kind: 'update',
    key: tallyKey(client, hour),
    add: { reads },
    set: { expiresAt: Math.floor(Date.parse(`${hour}:00:00Z`) / 1000) + 7 * 86_400 },
  }));

const bulkReaders = async (
  { table, bulkReads }: ChainPorts,
  tallies: Tallies,
): Promise<readonly string[]> => {
  const all = [...tallies.values()];
  const items = await table.getAll(all.map(({ client, hour }) => tallyKey(client, hour)));
  return all.flatMap(({ client, reads }, index) => {
    const total = Number(items[index]?.['reads'] ?? 0);
    return total >= bulkReads && total - reads < bulkReads ? [client] : [];
  });
};
