/**
 * An audit log on a memory table, and its entries as its stream would give them.
 */
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { type AuditLog, makeAuditLog } from '#application/serve/audit.ts';
import type { NewAuditEntry } from '#application/serve/chain-audit.ts';
import type { Item } from '#application/shared/table.ts';
import { NOW } from './pipeline.ts';

/** A log with its table. Salts are numbered and the clock ticks with every entry, so a run can be repeated. */
export const anAuditLog = () => {
  const table = new MemoryTable();
  let salts = 0;
  let elapsedMs = 0;
  const log: AuditLog = makeAuditLog({
    table,
    clock: () => NOW + elapsedMs++,
    pseudonymise: makePseudonymiser('a pepper that nobody could guess at all'),
    hash: sha256,
    salt: () => `salt-${++salts}`,
  });
  const entries = (): readonly Item[] => table.dump().filter(({ pk }) => pk.startsWith('A#'));
  return { table, log, entries };
};

/** Entries with growing sequence numbers. */
export const asStream = (items: readonly Item[], from = 1): readonly NewAuditEntry[] =>
  items.map((item, index) => ({ sequence: String(from + index), item }));
