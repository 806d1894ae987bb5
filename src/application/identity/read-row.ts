/**
 * Reading rows: from the columns of a change record to what the row says about customers.
 * @module
 */
import { FACT_UNIT_PREFIX } from '#application/shared/items.ts';
import type { ValueMap } from '#application/shared/table.ts';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { columnsRead } from '#domain/capture/columns-read.ts';
import { MAX_TEXT_BYTES } from '#domain/capture/map-field.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import type { MappedRow, QualityNote } from '#domain/capture/mapped-row.ts';
import type { Rejection } from '#domain/capture/rejection.ts';
import { goneImage, partialImage, type RowImage, wholeImage } from '#domain/capture/row-image.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';
import {
  claimText,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { InvariantError } from '#domain/shared/assert.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { FactChange, PartyAfter, PartyChange } from './row-change.ts';

/** Keyed hash of a normalised value: 22 characters, the same for the same namespace, scope and value. */
export type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** Where a record belongs, and what reading it takes. */
export interface Reading {
  readonly source: SourceDefinition;
  readonly table: TableDefinition;
  readonly namespaces: MergePolicy;
  readonly pseudonymise: Pseudonymise;
  /** Takes what could not be mapped and was left out. */
  readonly note: (notes: readonly QualityNote[]) => void;
}

/** What a change of a row says. A deletion says nothing. */
export type Said = PartySaid | FactSaid;
type PartySaid = Pick<PartyChange, 'kind' | 'after' | 'columns'>;
type FactSaid = Pick<FactChange, 'kind' | 'after'>;

/** Reads a change of a party table. */
export const readPartyChange = (
  reading: Reading,
  record: ChangeRecord,
): Result<PartySaid, Rejection> => {
  const columns = partyColumns(reading, record);
  if (record.operation === 'delete') return success({ kind: 'party', ...columns });
  const after = readParty(reading, record.rowKey, columns.columns?.image.values ?? record.row);
  return success({ kind: 'party', after, ...columns });
};

/** Reads a change of a fact or event table. Fails with `unmappable`. */
export const readFactChange = (
  reading: Reading,
  record: ChangeRecord,
): Result<FactSaid, Rejection> => {
  if (record.operation === 'delete') return success({ kind: 'fact' });
  const { source, table, namespaces, pseudonymise } = reading;
  const mapped = mapRow(record, source, table, namespaces);
  if (!mapped.ok) return mapped;
  reading.note(mapped.value.notes);
  const { identifiers } = mapped.value;
  const contribution = { as: table.as, fields: saidBy(mapped.value) };
  if (identifiers.length === 0) return success({ kind: 'fact', after: { contribution } });
  const unit = factUnit(pseudonymise, source.mayCreateCustomer, identifiers);
  return success({ kind: 'fact', after: { unit, contribution } });
};

/** The columns behind a party row, of a source whose updates may carry some of them only. */
const partyColumns = (reading: Reading, record: ChangeRecord): Pick<PartyChange, 'columns'> => {
  if (reading.source.images === 'whole') return {};
  const again = { ...reading, note: () => {} };
  const read = (columns: JsonObject) => readParty(again, record.rowKey, columns);
  return { columns: { image: imageOf(reading, record), read } };
};

const imageOf = ({ source, table }: Reading, record: ChangeRecord): RowImage => {
  if (record.operation === 'delete') return goneImage(record.version);
  const carried = columnsRead(source, table).flatMap((column) => {
    const value = record.row[column];
    return value === undefined ? [] : [[column, keepable(value)] as const];
  });
  const values = Object.fromEntries(carried);
  return record.partial ? partialImage(record.version, values) : wholeImage(record.version, values);
};

/** Stands for a value that no field and no identifier can be read from: a list, an object, an endless text. */
const UNREADABLE: Json = [];

const keepable = (value: Json): Json => {
  if (typeof value === 'object' && value !== null) return UNREADABLE;
  if (typeof value !== 'string' || value.length <= MAX_TEXT_BYTES) return value;
  const text = value.trim();
  return text.length > MAX_TEXT_BYTES ? UNREADABLE : text;
};

const readParty = (reading: Reading, rowKey: SourceRowKey, row: JsonObject): PartyAfter => {
  const { source, table, namespaces, pseudonymise } = reading;
  const mapped = mapRow({ row }, source, table, namespaces);
  // Only amounts of facts can make a row unmappable.
  if (!mapped.ok) throw new InvariantError('a party row is always mappable');
  reading.note(mapped.value.notes);
  const { identifiers } = mapped.value;
  const key = rowKey as string as UnitKey;
  const evidence = unitOf(pseudonymise, key, true, source.mayCreateCustomer, identifiers);
  // Of composed values the parts are kept; the profile has no use for them.
  const plain = identifiers.filter(({ namespace }) => !namespaces[namespace]?.compose);
  return { evidence, fields: saidBy(mapped.value), identifiers: plain };
};

const saidBy = ({ fields, brand }: MappedRow): ValueMap => ({
  ...(fields as ValueMap),
  ...(brand === undefined ? {} : { brand }),
});

const unitOf = (
  pseudonymise: Pseudonymise,
  key: UnitKey,
  party: boolean,
  mayCreate: boolean,
  identifiers: readonly Identifier[],
): EvidenceUnit => ({
  key,
  party,
  mayCreate,
  claims: orderedClaims(
    identifiers.map(({ namespace, scope, value, ...said }) => ({
      identifier: identifierKey(namespace, scope, pseudonymise(namespace, scope, value)),
      ...said,
    })),
  ),
});

/** Namespace of the sets of identifiers that fact units are named after; its pseudonyms outlive every pepper. */
export const UNIT_NAMESPACE = '~unit';

/**
 * The unit of all facts that carry these identifiers. Its key is a pseudonym of the values themselves and not of their
 * pseudonyms, so that ids anchored at it do not change with the pepper.
 */
export const factUnit = (
  pseudonymise: Pseudonymise,
  mayCreate: boolean,
  identifiers: readonly Identifier[],
): EvidenceUnit => {
  const unit = unitOf(pseudonymise, '' as UnitKey, false, mayCreate, identifiers);
  const said = orderedClaims(
    identifiers.map(({ namespace, scope, value, ...more }) => ({
      identifier: identifierKey(namespace, scope, value),
      ...more,
    })),
  ).map(claimText);
  const name = JSON.stringify([mayCreate, ...said]);
  return {
    ...unit,
    key: `${FACT_UNIT_PREFIX}${pseudonymise(UNIT_NAMESPACE, undefined, name)}` as UnitKey,
  };
};
