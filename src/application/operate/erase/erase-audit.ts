/**
 * Erase from the audit log: takes the customer's pseudonym and its salt out of every entry.
 *
 * That somebody was read, by whom and why, stays for as long as the law asks (PIPL article 56); of whom it was, nobody can
 * tell any more. The digest of an entry covers only the seal, so the chain stays whole.
 * @module
 */
import { AUDIT_LANES, auditPartition, auditPseudonym } from '#application/serve/audit.ts';
import type { Write } from '#application/shared/table.ts';
import type { ErasurePlan } from './plan.ts';
import type { ErasePorts } from './ports.ts';

/** How far a look through the log is. */
export interface AuditPart {
  /** `lane sort key` of the last entry looked at; absent when all have been. */
  readonly cursor?: string;
  /** Entries of this erasure among those looked at. */
  readonly entries: number;
}

/** Entries looked at in one go. */
const ENTRIES = 1_000;

/** Looks at the next page of the log. */
export const eraseFromAudit = async (
  { audit, pseudonymise }: ErasePorts,
  id: string,
  { ids }: ErasurePlan,
  cursor: string | undefined,
): Promise<AuditPart> => {
  const [lane, after] = placeOf(cursor);
  const pk = auditPartition(lane);
  const page = await audit.query({ pk, limit: ENTRIES, ...(after ? { after } : {}) });
  const own = new Set(ids.map((customer) => auditPseudonym(pseudonymise, customer)));
  const named = page.items.filter(({ customer }) => own.has(String(customer)));
  await audit.writeAll(
    named.map(
      ({ sk }): Write => ({
        kind: 'update',
        key: { pk, sk },
        set: { erased: id },
        remove: ['customer', 'salt'],
        when: { exists: ['pk'] },
      }),
    ),
  );
  // Counted by the mark, so that a page that is looked at again counts the same.
  const entries = named.length + page.items.filter(({ erased }) => erased === id).length;
  const next = page.next === undefined ? nextLane(lane) : `${lane} ${page.next}`;
  return { entries, ...(next === undefined ? {} : { cursor: next }) };
};

const placeOf = (cursor = '0 '): readonly [lane: number, after: string] => {
  const space = cursor.indexOf(' ');
  return [Number(cursor.slice(0, space)), cursor.slice(space + 1)];
};

const nextLane = (lane: number): string | undefined =>
  lane + 1 < AUDIT_LANES ? `${lane + 1} ` : undefined;
