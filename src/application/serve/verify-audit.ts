/**
 * Verify audit: reads the log again and says which entry is not what it was when it was chained.
 * @module
 */
import { itemsIn } from '#application/shared/partition-items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import {
  CHAIN_START,
  type ChainedEntry,
  digestOf,
  type Hash,
  isSealed,
  linkHash,
} from '#domain/serve/audit-chain.ts';
import type { Clock } from '#domain/shared/clock.ts';
import {
  AUDIT_KEPT_MS,
  AUDIT_LANES,
  auditPartition,
  chainPartition,
  headKey,
  LINK_PREFIX,
} from './audit.ts';

/** One thing that does not fit. */
export interface AuditFault {
  /** `changed` and `missing` name an entry, `link` a place in the chain, `head` its end. */
  readonly kind: 'changed' | 'missing' | 'link' | 'head';
  readonly key: string;
}

/** What was found. */
export interface AuditVerdict {
  readonly chained: number;
  /** Entries not in a chain: those of the last seconds, or put in by hand. */
  readonly unchained: number;
  /** Chained entries that are gone because their time was up. */
  readonly expired: number;
  readonly faults: readonly AuditFault[];
}

interface VerifyPorts {
  readonly table: Table;
  readonly hash: Hash;
  readonly clock: Clock;
}

/** Verifies every lane. Reads the whole log. */
export const verifyAudit = async (ports: VerifyPorts): Promise<AuditVerdict> => {
  const verdicts: AuditVerdict[] = [];
  for (let lane = 0; lane < AUDIT_LANES; lane++) {
    verdicts.push(await verifyLane(ports, auditPartition(lane).slice(2)));
  }
  return {
    chained: sum(verdicts.map(({ chained }) => chained)),
    unchained: sum(verdicts.map(({ unchained }) => unchained)),
    expired: sum(verdicts.map(({ expired }) => expired)),
    faults: verdicts.flatMap(({ faults }) => faults),
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const verifyLane = async (ports: VerifyPorts, lane: string): Promise<AuditVerdict> => {
  const { table, hash } = ports;
  const faults: AuditFault[] = [];
  let [previous, chained, gone, expired] = [CHAIN_START, 0, 0, 0];
  for await (const link of itemsIn(table, { pk: chainPartition(lane), skPrefix: LINK_PREFIX })) {
    const entries = link['entries'] as unknown as readonly ChainedEntry[];
    if (linkHash(hash, previous, entries) !== link['hash'])
      faults.push({ kind: 'link', key: keyOf(link) });
    const read = await readEntries(ports, lane, entries);
    faults.push(...read.faults);
    gone += read.gone;
    expired += read.expired;
    previous = String(link['hash']);
    chained += entries.length;
  }
  const [head] = await table.getAll([headKey(lane)]);
  if (previous !== (head?.['hash'] ?? CHAIN_START))
    faults.push({ kind: 'head', key: chainPartition(lane) });
  const stored = await countOf(table, `A#${lane}`);
  return { chained, unchained: stored - (chained - gone), expired, faults };
};

/** Entries of a link as they are now: how many are gone, of these expired, and what does not fit. */
const readEntries = async (
  { table, hash, clock }: VerifyPorts,
  lane: string,
  entries: readonly ChainedEntry[],
) => {
  const items = await table.getAll(entries.map(({ sk }) => ({ pk: `A#${lane}`, sk })));
  const gone = entries.filter((_, index) => items[index] === undefined);
  const missing = gone.filter(({ sk }) => !isExpired(sk, clock()));
  const changed = entries.filter(({ digest }, index) => {
    const item = items[index];
    return item !== undefined && !(digestOf(hash, item) === digest && isSealed(hash, item));
  });
  const as = (kind: AuditFault['kind']) => (entry: ChainedEntry) => ({
    kind,
    key: `A#${lane} ${entry.sk}`,
  });
  return {
    gone: gone.length,
    expired: gone.length - missing.length,
    faults: [...missing.map(as('missing')), ...changed.map(as('changed'))],
  };
};

/** Whether the table may have dropped an entry by now; its sort key begins with when it was written. */
const isExpired = (sk: string, now: number): boolean =>
  Date.parse(sk.slice(0, '2026-11-22T08:00:10.000Z'.length)) + AUDIT_KEPT_MS <= now;

const keyOf = ({ pk, sk }: Item): string => `${pk} ${sk}`;

const countOf = async (table: Table, pk: string): Promise<number> => {
  let count = 0;
  for await (const _ of itemsIn(table, { pk })) count += 1;
  return count;
};
