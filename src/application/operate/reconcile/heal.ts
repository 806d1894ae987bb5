/**
 * Heal: puts right what can be worked out from the stored rows.
 *
 * Items first, each in a transaction that holds only while its scope is as it was read; then views, which are computed
 * from what the table holds by then. Whatever changed meanwhile is left, and found again by the next pass if it is wrong.
 * @module
 */
import { recomputeViews, type ViewPorts } from '#application/profile/maintain-views.ts';
import { customerKey } from '#application/shared/items.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { Finding } from './finding.ts';

/** What became of a finding. */
export interface Healed {
  readonly finding: Finding;
  /** `changed`: somebody else wrote meanwhile. `hopeless`: the table does not hold what it takes. */
  readonly outcome: 'healed' | 'changed' | 'hopeless';
}

/** Heals findings, in an order in which what one needs of another is there. */
export const heal = async (
  ports: ViewPorts,
  findings: readonly Finding[],
): Promise<readonly Healed[]> => {
  const views = findings.filter(({ remedy }) => isView(remedy));
  const others = findings.filter(({ remedy }) => !isView(remedy));
  const healed: Healed[] = [];
  for (const finding of [...others, ...views]) {
    healed.push({ finding, outcome: await healOne(ports, finding) });
  }
  return healed;
};

const isView = (remedy: Finding['remedy']): boolean =>
  typeof remedy === 'object' && remedy.kind === 'recompute';

const healOne = async (ports: ViewPorts, { remedy }: Finding): Promise<Healed['outcome']> => {
  if (typeof remedy === 'string') return 'hopeless';
  if (remedy.kind === 'write') {
    return (await ports.table.transact(remedy.actions)).done ? 'healed' : 'changed';
  }
  await recompute(ports, remedy.customer);
  return 'healed';
};

const recompute = (ports: ViewPorts, id: OneId) =>
  recomputeViews(ports, [{ after: { ...customerKey(id) }, sequence: '0' }]);
