/**
 * Finding the evidence unit that a person names: by a row key, or by the id of a customer.
 * @module
 */
import {
  customerKey,
  parseCustomerItem,
  parseRowItem,
  parseUnitItem,
  rowItemKey,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** Why a name leads to no unit. */
export interface UnknownName {
  readonly code: 'unknown-name';
  readonly name: string;
  /** For a person. */
  readonly detail: string;
}

/**
 * Finds the unit behind `erp.member.7`, `one_…`, or a unit's own key. A customer stands for the anchor of its id; a row
 * that is a fact for the unit it lies under.
 */
export const findUnit = (table: Table, name: string): Promise<Result<UnitKey, UnknownName>> =>
  name.startsWith('one_') ? unitOfCustomer(table, name) : unitOfRow(table, name);

const unknown = (name: string, detail: string) =>
  failure({ code: 'unknown-name', name, detail } as const);

const unitOfCustomer = async (
  table: Table,
  name: string,
): Promise<Result<UnitKey, UnknownName>> => {
  const [item] = await table.getAll([customerKey(name as OneId)]);
  if (!item) return unknown(name, 'was never issued');
  const { anchor, rests } = parseCustomerItem(item);
  return rests ? unknown(name, 'rests: nothing of this customer is left') : success(anchor);
};

const unitOfRow = async (table: Table, name: string): Promise<Result<UnitKey, UnknownName>> => {
  const unit = name as UnitKey;
  const [row, own] = await table.getAll([rowItemKey(name as SourceRowKey), unitItemKey(unit)]);
  if (!row) return parseUnitItem(own) ? success(unit) : unknown(name, 'is no row that has arrived');
  const { evidence, unit: factUnit, deleted } = parseRowItem(row);
  if (evidence) return success(unit);
  if (factUnit !== undefined) return success(factUnit);
  return unknown(name, deleted ? 'is deleted' : 'names nobody');
};
