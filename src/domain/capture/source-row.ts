/**
 * Source row: a row as its source identifies it, `source.table.primary key`.
 *
 * The same text is the Kinesis partition key, so all changes of one row travel through one shard. The parts of a
 * composite key are joined with a dot; a percent sign or dot inside a part is percent-encoded, so two different rows
 * never share a key.
 * @module
 */
import type { Brand } from '#domain/shared/brand.ts';

/** `pos.receipt.HK01-000123`: unique over all sources. Made only by {@link sourceRowKey}. */
export type SourceRowKey = Brand<string, 'SourceRowKey'>;

const escapePart = (part: string): string =>
  /[%.]/.test(part) ? part.replaceAll('%', '%25').replaceAll('.', '%2E') : part;

/**
 * Names a source row.
 * @param parts the primary key's values as text, in the order of the table's definition
 */
export const sourceRowKey = (
  source: string,
  table: string,
  parts: readonly string[],
): SourceRowKey => `${source}.${table}.${parts.map(escapePart).join('.')}` as SourceRowKey;

/** The primary key's values of a row key, as {@link sourceRowKey} took them. */
export const keyPartsOf = (rowKey: string): readonly string[] =>
  rowKey
    .split('.')
    .slice(2)
    .map((part) => part.replaceAll(/%(25|2E)/g, (_, code) => (code === '25' ? '%' : '.')));
