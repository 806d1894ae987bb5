/**
 * Audit: who read what of whom, and why, written before the answer leaves.
 *
 * In a table of its own, whose readers and writers are others than those of customers. An entry names the customer by a
 * pseudonym under the pepper, so the log by itself tells nobody's identity. Entries stand in 16 lanes, a partition each:
 * a partition's changes arrive in one order, which the hash chain needs.
 *
 * | item    | pk          | sk            | holds |
 * | ------- | ----------- | ------------- | ----- |
 * | entry   | `A#lane`    | `time#id#n`   | client, role, purpose, operation, customer pseudonym, fields, decision |
 * | link    | `CHAIN#lane`| `LINK#number` | digests of some entries, and the hash over all until here |
 * | head    | `CHAIN#lane`| `HEAD`        | number and hash of the last link, last sequence number |
 * | tally   | `T#client`  | `hour`        | reads of a client in an hour |
 * @module
 */
import type { Item, Key, Table, ValueMap } from '#application/shared/table.ts';
import { type Hash, sealOf } from '#domain/serve/audit-chain.ts';
import type { Clock } from '#domain/shared/clock.ts';

/** What became of a request. */
export type AuditDecision = 'granted' | 'refused' | 'nobody';

/** A read, or an attempt. */
export interface AuditEntry {
  readonly requestId: string;
  readonly client: string;
  readonly role: string;
  readonly purpose: string;
  /** Id of the operation. */
  readonly operation: string;
  /** OneID; stored as its pseudonym only. Absent when nobody was found. */
  readonly customer?: string;
  /** Names of the fields shown at most. */
  readonly fields: readonly string[];
  readonly decision: AuditDecision;
  /** Code of the problem, when refused. */
  readonly reason?: string;
  /** The list that was asked for or fetched, and the rows in it. */
  readonly extract?: string;
  readonly rows?: number;
}

/** Writes entries; throws when an entry could not be written, and then nothing may be answered. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
}

/** Lanes of the log. */
export const AUDIT_LANES = 16;
/** Entries are kept for three years (PIPL article 56). */
export const AUDIT_KEPT_MS = 3 * 366 * 24 * 3_600_000;

/** `A#07` */
export const auditPartition = (lane: number): string => `A#${lane.toString(16).padStart(2, '0')}`;
/** Prefix of all partitions that hold entries. */
export const AUDIT_PREFIX = 'A#';
/** Partition of a lane's chain. */
export const chainPartition = (lane: string): string => `CHAIN#${lane}`;
/** Key of the head of a lane's chain. */
export const headKey = (lane: string): Key => ({ pk: chainPartition(lane), sk: 'HEAD' });
/** Sort key prefix of the links. */
export const LINK_PREFIX = 'LINK#';
/** Key of one link. */
export const linkKey = (lane: string, number: number): Key => ({
  pk: chainPartition(lane),
  sk: `${LINK_PREFIX}${String(number).padStart(12, '0')}`,
});
/** Key of the tally of a client in an hour, `2026-11-22T08`. */
export const tallyKey = (client: string, hour: string): Key => ({ pk: `T#${client}`, sk: hour });

/** What the log needs. */
export interface AuditPorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly pseudonymise: (namespace: string, scope: string | undefined, value: string) => string;
  readonly hash: Hash;
  /** Random text that nobody can guess, each call another. */
  readonly salt: () => string;
}

/** Makes the log. Entries of one request are numbered, so a repeated request id overwrites nothing. */
export const makeAuditLog = (ports: AuditPorts): AuditLog => ({
  record: async (entry) => {
    const at = ports.clock();
    for (let number = 0; number < MAX_ENTRIES; number++) {
      const item = auditItem(ports, entry, at, number);
      if (await ports.table.write({ kind: 'put', item, when: { missing: ['pk'] } })) return;
    }
    throw new Error('a request wrote too many audit entries in one millisecond');
  },
});

/** Entries that one request may write within one millisecond. */
const MAX_ENTRIES = 200;

const auditItem = (ports: AuditPorts, entry: AuditEntry, at: number, number: number): Item => {
  const { customer, requestId, ...said } = entry;
  const stored: ValueMap = {
    ...said,
    requestId,
    at: new Date(at).toISOString(),
    ...(customer === undefined ? {} : sealed(ports, customer)),
  };
  return {
    pk: auditPartition(laneOf(requestId)),
    sk: `${new Date(at).toISOString()}#${requestId}#${number}`,
    ...stored,
    expiresAt: Math.floor((at + AUDIT_KEPT_MS) / 1000),
  };
};

const sealed = ({ pseudonymise, hash, salt }: AuditPorts, customer: string): ValueMap => {
  const [pseudonym, grain] = [auditPseudonym(pseudonymise, customer), salt()];
  return { customer: pseudonym, salt: grain, seal: sealOf(hash, grain, pseudonym) };
};

/** Namespace of the pseudonyms of customers in the log: entries are sealed, so they keep the first pepper's. */
export const AUDIT_NAMESPACE = 'audit';

/** What stands for a customer in the log. */
export const auditPseudonym = (
  pseudonymise: AuditPorts['pseudonymise'],
  customer: string,
): string => pseudonymise(AUDIT_NAMESPACE, undefined, customer);

const laneOf = (requestId: string): number => {
  let hash = 0;
  for (let index = 0; index < requestId.length; index++) {
    hash = (Math.imul(hash, 31) + requestId.charCodeAt(index)) >>> 0;
  }
  return hash % AUDIT_LANES;
};
