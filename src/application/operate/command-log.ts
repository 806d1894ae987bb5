/**
 * Command log: what operators do by hand, in the same log as the reads of callers and in the same chain.
 *
 * Two entries of one request: `begun` before anything is read or changed, for what cannot be recorded is not done; then
 * how it ended. Entries are chained as they are written and none is changed, so one that is begun and has no end was
 * killed, or its end could not be written. Neither holds what a customer could be told by: options and ids only.
 * @module
 */
import { AUDIT_KEPT_MS, AUDIT_LANES, auditPartition } from '#application/serve/audit.ts';
import type { Table } from '#application/shared/table.ts';
import type { Hash } from '#domain/serve/audit-chain.ts';
import type { Clock } from '#domain/shared/clock.ts';

/** What is done, and by whom. */
export interface CommandEntry {
  /** Random; names the two entries. */
  readonly requestId: string;
  /** ARN of the caller, or the user of the machine. */
  readonly client: string;
  /** `ops sweep` */
  readonly operation: string;
  /** Whether it changes something, or reads customers. */
  readonly concern: 'changes' | 'reads';
  /** Options as they were given, such as `source=pos`; nothing that names a customer. */
  readonly options: readonly string[];
}

/** How a command ended. */
export interface CommandEnd {
  readonly state: 'done' | 'failed';
  /** Exit code; absent when it threw. */
  readonly exit?: number;
  /** What it threw: the name of the error, for its message may say more. */
  readonly error?: string;
  /** Ids of what it made or changed, such as `erasure:era_…`. */
  readonly objects: readonly string[];
}

/** What the log needs. */
export interface CommandLogPorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly hash: Hash;
}

/** Records that a command begins. Throws when it cannot; then the command must not run. */
export const recordBegun = (ports: CommandLogPorts, entry: CommandEntry): Promise<void> =>
  record(ports, entry, { state: 'begun' });

/** Records how a command ended. */
export const recordEnd = (
  ports: CommandLogPorts,
  entry: CommandEntry,
  end: CommandEnd,
): Promise<void> => record(ports, entry, { ...end });

const record = async (
  { table, clock, hash }: CommandLogPorts,
  entry: CommandEntry,
  said: { readonly state: string },
): Promise<void> => {
  const now = clock();
  const at = new Date(now).toISOString();
  const item = {
    pk: auditPartition(Number.parseInt(hash(entry.requestId).slice(0, 4), 16) % AUDIT_LANES),
    sk: `${at}#${entry.requestId}#${said.state}`,
    ...entry,
    ...said,
    role: 'operator',
    purpose: 'operations',
    at,
    expiresAt: Math.floor((now + AUDIT_KEPT_MS) / 1_000),
  };
  if (await table.write({ kind: 'put', item, when: { missing: ['pk'] } })) return;
  throw new Error(`request ${entry.requestId} is recorded already`);
};
