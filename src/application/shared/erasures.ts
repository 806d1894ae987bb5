/**
 * Erasures: requests to erase a customer, and how far each is. One per customer: a request that is repeated finds the first.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { erasureKey, type Mark, RUNNING_ERASURES, runningKey } from './erasure-items.ts';
import { createDoc, loadDoc, type Stored, saveDoc } from './stored-doc.ts';
import type { Table } from './table.ts';

/** What an erasure does, one after the other. */
export const ERASURE_STEPS = [
  'announce',
  'plan',
  'retract',
  'remove',
  'settle',
  'archive',
  'quarantine',
  'failed-batches',
  'dropped-files',
  'extracts',
  'audit',
  'certify',
] as const;

/** A step, or that all are done. */
export type ErasureStep = (typeof ERASURE_STEPS)[number] | 'done';

/** Who asked for an erasure. */
export interface Requester {
  readonly client: string;
  readonly role: string;
  readonly requestId: string;
}

/** An erasure: all that has to be kept to go on with it. */
export interface Erasure {
  readonly id: string;
  /** The customer as it was asked for. */
  readonly customer: OneId;
  readonly requestedBy: Requester;
  /** Epoch milliseconds, as all times here. */
  readonly requestedAt: number;
  readonly step: ErasureStep;
  /** When the step began. */
  readonly since: number;
  /** Times that the customer was looked for: something of it may have arrived meanwhile. */
  readonly round: number;
  /** Place in a step that takes long. */
  readonly cursor?: string;
  /** The archive named rows that nobody knew of, and has to be read once more. */
  readonly learnt?: boolean;
  /** Audit entries whose pseudonym was taken out. */
  readonly auditEntries: number;
  readonly completedAt?: number;
  /** SHA-256 of the certificate. */
  readonly certificate?: string;
}

/** What requesting needs. */
export interface ErasureRequestPorts {
  readonly table: Table;
  readonly mark: Mark;
  readonly clock: Clock;
}

/** Notes that a customer is to be erased, or finds that it is already. */
export const requestErasure = async (
  { table, mark, clock }: ErasureRequestPorts,
  customer: OneId,
  requestedBy: Requester,
): Promise<Erasure> => {
  const id = `era_${mark('erasure', customer)}`;
  const now = clock();
  const erasure: Erasure = {
    id,
    customer,
    requestedBy,
    requestedAt: now,
    step: 'announce',
    since: now,
    round: 1,
    auditEntries: 0,
  };
  // The note first: an erasure that nobody goes on with would be worse than a note of none.
  const known = await loadErasure(table, id);
  if (known) return known.doc;
  await table.write({ kind: 'put', item: { ...runningKey(id) } });
  const begun = await createDoc(table, erasureKey(id), erasure);
  return begun ? erasure : ((await loadErasure(table, id))?.doc ?? erasure);
};

/** Reads an erasure. */
export const loadErasure = (table: Table, id: string): Promise<Stored<Erasure> | undefined> =>
  loadDoc<Erasure>(table, erasureKey(id));

/** Keeps how far an erasure is; `false` when another worker was faster. */
export const saveErasure = (
  table: Table,
  stored: Stored<Erasure>,
  erasure: Erasure,
): Promise<boolean> => saveDoc(table, erasureKey(erasure.id), stored, erasure);

/** Key of the certificate of an erasure. */
export const certificateKey = (id: string): string => `certificates/${id}.json`;

/** Ids of the erasures that are not done. */
export const runningErasures = async (table: Table): Promise<readonly string[]> => {
  const { items } = await table.query({ pk: RUNNING_ERASURES });
  return items.map(({ sk }) => sk);
};
