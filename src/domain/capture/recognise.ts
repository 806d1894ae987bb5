/**
 * Recognition: which rows a captured record is about, and which identifiers it carries, whatever becomes of it.
 *
 * The archive notes it for every record, so that an erasure knows which objects to open; and an erasure asks it of every
 * record in them. What cannot be told is opaque and has to be searched as text.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { must } from '#domain/shared/assert.ts';
import type { ChangeRecord } from './change-record.ts';
import { decodeChange } from './decode-change.ts';
import type { IgnoredReason } from './decoded.ts';
import { mapIdentifiers } from './map-identifiers.ts';
import type { SourceRowKey } from './source-row.ts';

/** What a record is about. */
export interface Recognised {
  /** Its rows: one, or of a changed primary key the former and the new one, in this order. */
  readonly rows: readonly SourceRowKey[];
  /** Values that name somebody; neither guards nor what is composed of others. */
  readonly identifiers: readonly Identifier[];
  /** It may hold values that nothing here names: a record that was not understood, or of the capture tool's own tables. */
  readonly opaque: boolean;
}

const OPAQUE: Recognised = { rows: [], identifiers: [], opaque: true };
const NOTHING: Recognised = { rows: [], identifiers: [], opaque: false };

/**
 * Records about tables hold names of tables, and of a reference table its definition says that it is about nobody. Those
 * of the capture tool's own tables may quote any statement.
 */
const HARMLESS: ReadonlySet<IgnoredReason> = new Set(['empty', 'control', 'truncate', 'reference']);

/** Recognises the bytes of a stream record. Never throws on input. */
export const recognise = (bytes: Uint8Array, definitions: Definitions): Recognised => {
  const decoded = decodeChange(bytes, definitions);
  if (!decoded.ok) return OPAQUE;
  if (decoded.value.kind === 'ignored')
    return HARMLESS.has(decoded.value.reason) ? NOTHING : OPAQUE;
  const { records } = decoded.value;
  return {
    rows: [...new Set(records.map(({ rowKey }) => rowKey))],
    identifiers: records.flatMap((record) => identifiersIn(record, definitions)),
    opaque: false,
  };
};

const identifiersIn = (
  record: ChangeRecord,
  { sources, namespaces }: Definitions,
): readonly Identifier[] => {
  if (record.operation === 'delete') return [];
  const source = must(sources[record.source], 'source of a decoded record');
  const table = must(source.tables[record.table], 'table of a decoded record');
  // All that the row carries, also where only the strongest is evidence.
  const all = mapIdentifiers(record.row, source, { ...table, evidence: true }, namespaces, []);
  return all.filter(({ namespace }) => {
    const rules = namespaces[namespace];
    return rules?.links === true && rules.compose === undefined;
  });
};
