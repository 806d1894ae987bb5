/**
 * Mapping: a captured row through its table's definition.
 *
 * It depends on the row and the definitions alone, so a replay maps to the same. A value that cannot be read is left
 * out with a note, save one case: an amount or a count of a fact. Sums are kept over those, and a sum that silently
 * lacks one is worse than a row in quarantine.
 * @module
 */
import type { SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { UpsertRecord } from './change-record.ts';
import { mapField, readCode } from './map-field.ts';
import { mapIdentifiers, type Namespaces } from './map-identifiers.ts';
import type { FieldValue, MappedRow, NoteCode, QualityNote } from './mapped-row.ts';
import { type Rejection, reject } from './rejection.ts';

/**
 * Maps a row of a known table.
 * Fails with `unmappable` when an amount (`money`, `integer`) of a fact or event cannot be read exactly.
 */
export const mapRow = (
  record: Pick<UpsertRecord, 'row'>,
  source: SourceDefinition,
  table: TableDefinition,
  namespaces: Namespaces,
): Result<MappedRow, Rejection> => {
  const notes: QualityNote[] = [];
  const fields = mapFields(record.row, source, table, notes);
  if (!fields.ok) return fields;
  const identifiers = mapIdentifiers(record.row, source, table, namespaces, notes);
  const brand = readBrand(record.row, source, notes);
  return success({
    identifiers,
    fields: fields.value,
    ...(brand === undefined ? {} : { brand }),
    notes: withoutDuplicates(notes),
  });
};

/** A column may be both an identifier and a field; what is wrong with it is wrong once. */
const withoutDuplicates = (notes: readonly QualityNote[]): readonly QualityNote[] =>
  notes.filter(
    ({ code, column }, index) =>
      notes.findIndex((other) => other.code === code && other.column === column) === index,
  );

const mapFields = (
  row: JsonObject,
  source: SourceDefinition,
  table: TableDefinition,
  notes: QualityNote[],
): Result<Readonly<Record<string, FieldValue>>, Rejection> => {
  const fields: Record<string, FieldValue> = {};
  for (const [field, mapping] of Object.entries(table.fields)) {
    const mapped = mapField(mapping, row, source.currency);
    if (!mapped.ok) {
      if (isFoldInput(table, mapping.type))
        return unmappable(table, field, mapping.column, mapped.error);
      notes.push({ code: mapped.error, column: mapping.column });
    } else if (mapped.value !== undefined) fields[field] = mapped.value;
  }
  return success(fields);
};

/** Fields over which measures sum. */
const isFoldInput = (table: TableDefinition, type: string): boolean =>
  (table.kind === 'fact' || table.kind === 'event') && (type === 'money' || type === 'integer');

const unmappable = (table: TableDefinition, field: string, column: string, code: NoteCode) =>
  reject(
    'unmappable',
    `Field "${field}" of table "${table.table}" cannot be read from column "${column}" (${code}).`,
  );

const readBrand = (
  row: JsonObject,
  { brand }: SourceDefinition,
  notes: QualityNote[],
): string | undefined => {
  const value = brand === undefined ? undefined : own(row, brand.column);
  if (brand === undefined || value === undefined || value === null) return undefined;
  const mapped = readCode(value, brand.map);
  if (mapped.ok) return mapped.value as string | undefined;
  notes.push({ code: 'unknown-brand', column: brand.column });
  return undefined;
};
