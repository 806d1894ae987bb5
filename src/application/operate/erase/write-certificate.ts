/**
 * Write certificate: the end of an erasure. The certificate is stored, then the plan is removed, then the erasure is done.
 * @module
 */
import { LOG_PREFIX, PLAN_PREFIX, runningKey } from '#application/shared/erasure-items.ts';
import { certificateKey, type Erasure } from '#application/shared/erasures.ts';
import type { Table } from '#application/shared/table.ts';
import { certify, type ErasureCertificate } from '#domain/operate/erasure-certificate.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { loggedObjects } from './log.ts';
import { type ErasurePlan, planItems } from './plan.ts';
import type { ErasePorts } from './ports.ts';

/** Stores the certificate and removes what the erasure kept. Safe to repeat. */
export const writeCertificate = async (
  ports: ErasePorts,
  erasure: Erasure,
  plan: ErasurePlan,
): Promise<Erasure> => {
  const { table, rights, hash, clock } = ports;
  const key = certificateKey(erasure.id);
  const known = await rights.get(key);
  // Once the plan is gone it could not be written again.
  const text = known
    ? new TextDecoder().decode(known)
    : canonicalJson(await describe(ports, erasure, plan, clock()));
  if (!known) await rights.put(key, new TextEncoder().encode(text), 'application/json');
  await forgetPlan(table, erasure.id);
  await table.write({ kind: 'delete', key: runningKey(erasure.id) });
  const { completedAt } = JSON.parse(text) as ErasureCertificate;
  return {
    ...erasure,
    step: 'done',
    certificate: hash(text),
    completedAt: Date.parse(completedAt),
  };
};

const describe = async (
  { table, mark }: ErasePorts,
  erasure: Erasure,
  plan: ErasurePlan,
  now: number,
): Promise<ErasureCertificate> =>
  certify(
    {
      erasure: erasure.id,
      customerIds: plan.ids,
      requestedBy: erasure.requestedBy,
      requestedAt: erasure.requestedAt,
      completedAt: now,
      items: countBy(plan.items.map(({ what }) => what)),
      auditEntries: erasure.auditEntries,
      objects: await loggedObjects(table, erasure.id),
      rows: countBy(plan.rows.map(({ rowKey }) => rowKey.split('.', 2).join('.'))),
    },
    (text) => mark('erasure', 'certificate', text),
  );

const countBy = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...groupBy(words, (word) => word)].map(([word, { length }]) => [word, length]),
  );

const forgetPlan = async (table: Table, id: string): Promise<void> => {
  for (const prefix of [PLAN_PREFIX, LOG_PREFIX])
    for await (const { pk, sk } of planItems(table, id, prefix))
      await table.write({ kind: 'delete', key: { pk, sk } });
};
