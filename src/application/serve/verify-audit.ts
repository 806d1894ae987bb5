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
import { AUDIT_LANES, auditPartition, chainPartition, headKey, LINK_PREFIX } from './audit.ts';

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
  readonly faults: readonly AuditFault[];
}

interface VerifyPorts {
  readonly table: Table;
  readonly hash: Hash;
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
    faults: verdicts.flatMap(({ faults }) => faults),
  };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const verifyLane = async ({ table, hash }: VerifyPorts, lane: string): Promise<AuditVerdict> => {
  const faults: AuditFault[] = [];
  let previous = CHAIN_START;
  let chained = 0;
  for await (const link of itemsIn(table, { pk: chainPartition(lane), skPrefix: LINK_PREFIX })) {
    const entries = link['entries'] as unknown as readonly ChainedEntry[];
    if (linkHash(hash, previous, entries) !== link['hash'])
      faults.push({ kind: 'link', key: keyOf(link) });
    faults.push(...(await entryFaults({ table, hash }, lane, entries)));
    previous = String(link['hash']);
    chained += entries.length;
  }
  const [head] = await table.getAll([headKey(lane)]);
  if (previous !== (head?.['hash'] ?? CHAIN_START))
    faults.push({ kind: 'head', key: chainPartition(lane) });
  const missing = faults.filter(({ kind }) => kind === 'missing').length;
  const stored = await countOf(table, `A#${lane}`);
  return { chained, unchained: stored - (chained - missing), faults };
};

const entryFaults = async (
  { table, hash }: VerifyPorts,
  lane: string,
  entries: readonly ChainedEntry[],
): Promise<readonly AuditFault[]> => {
  const items = await table.getAll(entries.map(({ sk }) => ({ pk: `A#${lane}`, sk })));
  return entries.flatMap(({ sk, digest }, index): readonly AuditFault[] => {
    const item = items[index];
    const key = `A#${lane} ${sk}`;
    if (!item) return [{ kind: 'missing', key }];
    const isWhole = digestOf(hash, item) === digest && isSealed(hash, item);
    return isWhole ? [] : [{ kind: 'changed', key }];
  });
};

const keyOf = ({ pk, sk }: Item): string => `${pk} ${sk}`;

const countOf = async (table: Table, pk: string): Promise<number> => {
  let count = 0;
  for await (const _ of itemsIn(table, { pk })) count += 1;
  return count;
};
