/**
 * Reading rows: from the columns of a change record to what the row says about customers.
 * @module
 */
import { FACT_UNIT_PREFIX } from '#application/shared/items.ts';
import type { ValueMap } from '#application/shared/table.ts';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { columnsRead, keepsColumns } from '#domain/capture/columns-read.ts';
import { MAX_TEXT_BYTES, mapField } from '#domain/capture/map-field.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import type { MappedRow, QualityNote } from '#domain/capture/mapped-row.ts';
import type { Rejection } from '#domain/capture/rejection.ts';
import {
  goneImage,
  isLive,
  partialImage,
  type RowImage,
  wholeImage,
} from '#domain/capture/row-image.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type {
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';
import {
  claimText,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { keysOfRow, withoutPlaceholders } from '#domain/identity/matching/features-of-row.ts';
import { readFeatures } from '#domain/identity/matching/match-features.ts';
import { rawFeatures } from '#domain/identity/matching/raw-features.ts';
import { type MergePolicy, scoringOf } from '#domain/identity/merge-policy.ts';
import { InvariantError } from '#domain/shared/assert.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { FactAfter, FactChange, PartyAfter, PartyChange } from './row-change.ts';

/** Keyed hash of a normalised value: 22 characters, the same for the same namespace, scope and value. */
export interface Pseudonymise {
  (namespace: string, scope: string | undefined, value: string): string;
  /** While the pepper is rotated: the pseudonyms of the next version, which some of what is stored has already. */
  readonly next?: Pseudonymise;
}

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
type FactSaid = Pick<FactChange, 'kind' | 'after' | 'columns'>;

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

/** Reads a change of a fact or event table. Fails with `unmappable`; of a part nothing is known before it is joined. */
export const readFactChange = (
  reading: Reading,
  record: ChangeRecord,
): Result<FactSaid, Rejection> => {
  const columns = factColumns(reading, record);
  if (record.operation === 'delete' || record.partial) return success({ kind: 'fact', ...columns });
  const after = readFact(reading, columns.columns?.image.values ?? record.row);
  return after.ok ? success({ kind: 'fact', after: after.value, ...columns }) : after;
};

const readFact = (reading: Reading, row: JsonObject): Result<FactAfter, Rejection> => {
  const { source, table, namespaces, pseudonymise } = reading;
  const mapped = mapRow({ row }, source, table, namespaces);
  if (!mapped.ok) return mapped;
  reading.note(mapped.value.notes);
  const { identifiers } = mapped.value;
  const contribution = { as: table.as, fields: saidBy(mapped.value) };
  if (identifiers.length === 0) return success({ contribution });
  return success({
    unit: factUnit(pseudonymise, source.mayCreateCustomer, identifiers),
    contribution,
  });
};

/** The columns behind a fact row, of a source that sends changed columns only. */
const factColumns = (reading: Reading, record: ChangeRecord): Pick<FactChange, 'columns'> => {
  if (!keepsColumns(reading.source, reading.table)) return {};
  const again = { ...reading, note: () => {} };
  const read = (image: RowImage) => {
    // Sums are kept over facts: one of which columns may be missing, or whose amount cannot be read, stays out.
    if (image.base === undefined || image.gone) return undefined;
    const after = readFact(again, image.values);
    if (after.ok) return after.value;
    reading.note(unreadable(reading, image.values));
    return undefined;
  };
  return { columns: { image: imageOf(reading, record), read } };
};

/** The columns behind a party row, of a source whose updates may carry some of them only. */
const partyColumns = (reading: Reading, record: ChangeRecord): Pick<PartyChange, 'columns'> => {
  if (!keepsColumns(reading.source, reading.table)) return {};
  const again = { ...reading, note: () => {} };
  const read = (image: RowImage) =>
    isLive(image) ? readParty(again, record.rowKey, image.values) : undefined;
  return { columns: { image: imageOf(reading, record), read } };
};

const unreadable = ({ source, table }: Reading, row: JsonObject): readonly QualityNote[] =>
  Object.values(table.fields).flatMap((mapping) => {
    const mapped = mapField(mapping, row, source.currency);
    return mapped.ok ? [] : [{ code: mapped.error, column: mapping.column }];
  });

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
  const unit = unitOf(pseudonymise, key, true, source.mayCreateCustomer, identifiers);
  const evidence = withMatch(reading, unit, row);
  const plain = identifiers.filter(({ namespace }) => isShown(namespaces[namespace]));
  return { evidence, fields: saidBy(mapped.value), identifiers: plain };
};

// The profile has no use for composed values, nor for those that only bear others out: it has what they are made of.
const isShown = (rules: NamespaceDefinition | undefined): boolean =>
  rules !== undefined && !rules.compose && (rules.links || rules.limit !== undefined);

// What a row says about the person beyond its identifiers, with the keys by which others are found to compare it with.
const withMatch = (
  { table, namespaces, pseudonymise }: Reading,
  unit: EvidenceUnit,
  row: JsonObject,
): EvidenceUnit => {
  const scoring = scoringOf(namespaces);
  if (scoring === undefined || table.match === undefined) return unit;
  const { namespace, rules } = scoring;
  const raw = rawFeatures(table.match.columns, (column) => saidIn(own(row, column)));
  const features = withoutPlaceholders(readFeatures(raw, table.match), {
    dates: rules.model.placeholderDates,
    ...blockedIn(namespaces),
  });
  const keys = keysOfRow(features, rules.keys).map((key) => ({
    identifier: identifierKey(namespace, undefined, pseudonymise(namespace, undefined, key)),
    verified: true,
  }));
  return { ...unit, features, claims: orderedClaims([...unit.claims, ...keys]) };
};

const saidIn = (value: Json | undefined): string | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  return text === '' ? undefined : text;
};

// Comparisons know the namespaces of phones and addresses by these names.
const blockedIn = ({ phone, email }: MergePolicy) => ({
  phones: new Set(phone?.blocked),
  emails: new Set(email?.blocked),
});

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
