/**
 * Compared row: what a party row claims and says, as it stands in the row's own item, with the scope it points to.
 * @module
 */
import {
  FACT_UNIT_PREFIX,
  parseRowItem,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { isDecision, type MergePolicy, scoringOf } from '#domain/identity/merge-policy.ts';

/** What reading rows needs of the table. */
export type Reads = Pick<Table, 'getAll'>;

/** A party row as it is compared. */
export interface ComparedRow {
  readonly evidence: EvidenceUnit;
  readonly scope: ScopeId;
}

/** Rows by their units; units of facts and rows that are gone are left out. */
export const readRows = async (
  table: Reads,
  units: Iterable<UnitKey>,
): Promise<ReadonlyMap<UnitKey, ComparedRow>> => {
  const wanted = [...new Set(units)].filter((unit) => !unit.startsWith(FACT_UNIT_PREFIX));
  const items = await table.getAll(wanted.map(unitItemKey));
  return new Map(
    wanted.flatMap((unit, index) => {
      const item = items[index];
      const { evidence, scope } = item ? parseRowItem(item) : {};
      return evidence && scope !== undefined ? [[unit, { evidence, scope }] as const] : [];
    }),
  );
};

interface Claimed {
  readonly before?: EvidenceUnit;
  readonly after?: EvidenceUnit;
}

/** Whether a row says and claims what it did, decisions of operators apart. */
export const saysTheSame = ({ before, after }: Claimed): boolean => {
  const said = ({ features, claims }: EvidenceUnit) =>
    JSON.stringify([features, claims.filter(({ identifier }) => !isDecision(identifier))]);
  return before !== undefined && after !== undefined && said(before) === said(after);
};

/** Whether an identifier is a blocking key of the rules. */
export const isKeyOf = (policy: MergePolicy): ((identifier: IdentifierKey) => boolean) => {
  const namespace = scoringOf(policy)?.namespace;
  return (identifier) => namespace !== undefined && namespaceOf(identifier) === namespace;
};

/** Blocking keys that a unit claims. */
export const keysOf = ({ claims }: EvidenceUnit, policy: MergePolicy): readonly IdentifierKey[] =>
  claims.map(({ identifier }) => identifier).filter(isKeyOf(policy));
