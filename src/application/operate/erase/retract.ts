/**
 * Retract: takes the customer's rows out of the identity graph, by the same way as any deletion.
 *
 * Each row gets the version after all others, so whatever is still on its way is late. Claims, links, customers and what
 * other customers share with this one come out as if the sources had never had the rows.
 * @module
 */
import type { Applied } from '#application/identity/applied.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { lastBefore } from '#domain/capture/row-version.ts';
import type { PlannedRow } from './plan.ts';
import type { ErasePorts } from './ports.ts';

/** Later than every version that a source can give a row. */
const LAST = lastBefore(10_000);

/** Retracts rows. Safe to repeat. Throws when one of them could not be, as its race was lost too often. */
export const retractRows = async (
  ports: ErasePorts,
  rows: readonly PlannedRow[],
): Promise<void> => {
  const { namespaces } = (await ports.definitions()).definitions;
  const parties = rows.filter(({ kind }) => kind === 'party').map(partyGone);
  const facts = rows.filter(({ kind }) => kind === 'fact').map(factGone);
  rejectFailures(await applyRows(ports, namespaces, parties, facts));
};

const gone = ({ rowKey }: PlannedRow) => ({
  rowKey,
  source: rowKey.slice(0, rowKey.indexOf('.')),
  version: LAST,
  sequences: [],
});

const partyGone = (row: PlannedRow): PartyChange => ({ ...gone(row), kind: 'party' });
const factGone = (row: PlannedRow): FactChange => ({ ...gone(row), kind: 'fact' });

const rejectFailures = ({ failures: [first] }: Applied): void => {
  if (first) throw first.error;
};
