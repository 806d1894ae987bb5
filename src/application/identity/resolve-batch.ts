/**
 * Resolve: applies a batch of stream records to the identity graph and the contributions, exactly once in effect.
 *
 * Read once, decide per row, write; a row that lost a race is read again. Rows fail singly: what failed is reported by
 * sequence number and delivered again, and what was applied before is recognised by its version.
 * @module
 */

import { dropErased } from '#application/capture/drop-erased.ts';
import type { ErasedRows } from '#application/shared/erased-rows.ts';
import { defectKey } from '#application/shared/items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import { positionsKey } from '#application/shared/positions.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { Applied } from './applied.ts';
import { applyRows, rowKeys } from './apply-rows.ts';
import { dueDefects, lastDefects, recordDefects } from './defects.ts';
import { freshnessOf, notePositions, positionsWrite } from './freshness.ts';
import { type InterpretationPorts, interpretRecords } from './interpret-records.ts';
import { closeScopes, type OpenWatch } from './open-scopes.ts';
import type { IdentityPorts } from './restructure.ts';
import type { FactChange, PartyChange } from './row-change.ts';

/** What resolving needs of its surroundings. */
export interface ResolvePorts extends IdentityPorts, InterpretationPorts {
  readonly definitions: () => Promise<{ readonly definitions: Definitions }>;
  /** When to look for open scopes; with every batch when absent. */
  readonly openScopes?: OpenWatch;
  /** Rows that must not come back; none when absent. */
  readonly erasedRows?: ErasedRows;
}

/** What became of a batch. */
export interface BatchReport extends Omit<Applied, 'failures'> {
  readonly received: number;
  readonly ignored: number;
  readonly quarantined: number;
  /** Records of rows that were erased. */
  readonly erased: number;
  /** What data-quality rules and the mapping found. */
  readonly defects: readonly RowDefect[];
  /** Sequence numbers to deliver again. */
  readonly failed: readonly string[];
  /** Age of the latest commit applied, by source. */
  readonly lagMs: Readonly<Record<string, number>>;
  /** The first error, for the log. */
  readonly error?: unknown;
}

/**
 * Resolves one batch of one shard.
 * @throws when the definitions or the registry cannot be read: then the whole batch is delivered again
 */
export const resolveBatch = async (
  given: ResolvePorts,
  records: readonly StreamRecord[],
): Promise<BatchReport> => {
  const ports = given.openScopes ? { ...given, opened: given.openScopes.note } : given;
  const { definitions } = await ports.definitions();
  const { records: kept, dropped } = given.erasedRows
    ? await dropErased(given.erasedRows, definitions, records)
    : { records, dropped: 0 };
  const read = await interpretRecords(ports, definitions, kept);
  const byKind = groupBy(read.changes, (change) => change.kind);
  const parties = (byKind.get('party') ?? []) as readonly PartyChange[];
  const facts = (byKind.get('fact') ?? []) as readonly FactChange[];
  const keys = rowKeys(parties, facts);
  const defects = lastDefects(read.defects);
  const shards = records.slice(0, 1).map(({ shardId }) => shardId);
  const asked = [...keys, ...shards.map(positionsKey), ...defects.map(defectKey)];
  const items = await ports.table.getAll(asked, 'eventual');
  const { failures, ...rows } = await applyRows(
    ports,
    definitions.namespaces,
    parties,
    facts,
    items.slice(0, keys.length),
  );
  await closeOpen(ports, definitions);
  const failed = new Set([...read.failed, ...failures.flatMap(({ change }) => change.sequences)]);
  const now = ports.clock();
  const others = items.slice(keys.length);
  const { note, lagMs } = freshnessOf(now, records, read.changes, failed, others[0]);
  const due = dueDefects(defects, others.slice(shards.length), now);
  const noted = await recordDefects(ports.table, due, note && positionsWrite(note));
  if (note && !noted) await notePositions(ports.table, note);
  return {
    received: records.length,
    ignored: read.ignored,
    quarantined: read.quarantined,
    erased: dropped,
    defects: read.defects,
    ...rows,
    applied: rows.applied + (byKind.get('heartbeat')?.length ?? 0),
    failed: [...failed],
    lagMs,
    ...(failures[0] ? { error: failures[0].error } : {}),
  };
};

const closeOpen = async (ports: ResolvePorts, { namespaces }: Definitions): Promise<void> => {
  if (ports.openScopes?.due() === false) return;
  await closeScopes(ports, namespaces);
  ports.openScopes?.looked();
};
