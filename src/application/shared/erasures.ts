/**
 * Erasures: requests to erase a customer, and how far each is. One per customer: a request that is repeated finds the first.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { erasureKey, type Mark, RUNNING_ERASURES, runningKey } from './erasure-items.ts';
import type { Item, Table } from './table.ts';

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

/** An erasure and the version in which it was read. */
export interface StoredErasure {
  readonly version: number;
  readonly erasure: Erasure;
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
  if (known) return known.erasure;
  await table.write({ kind: 'put', item: { ...runningKey(id) } });
  const begun = await table.write({
    kind: 'put',
    item: itemOf(erasure, 1),
    when: { missing: ['pk'] },
  });
  return begun ? erasure : ((await loadErasure(table, id))?.erasure ?? erasure);
};

/** Reads an erasure. */
export const loadErasure = async (table: Table, id: string): Promise<StoredErasure | undefined> => {
  const [item] = await table.getAll([erasureKey(id)]);
  if (typeof item?.['doc'] !== 'string') return undefined;
  return { version: Number(item['ver']), erasure: JSON.parse(item['doc']) as Erasure };
};

/** Keeps how far an erasure is; `false` when another worker was faster. */
export const saveErasure = (
  table: Table,
  { version }: StoredErasure,
  erasure: Erasure,
): Promise<boolean> =>
  table.write({
    kind: 'put',
    item: itemOf(erasure, version + 1),
    when: { equals: [['ver'], version] },
  });

const itemOf = (erasure: Erasure, version: number): Item => ({
  ...erasureKey(erasure.id),
  ver: version,
  doc: JSON.stringify(erasure),
});

/** Key of the certificate of an erasure. */
export const certificateKey = (id: string): string => `certificates/${id}.json`;

/** Ids of the erasures that are not done. */
export const runningErasures = async (table: Table): Promise<readonly string[]> => {
  const { items } = await table.query({ pk: RUNNING_ERASURES });
  return items.map(({ sk }) => sk);
};
