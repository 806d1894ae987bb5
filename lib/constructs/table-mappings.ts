/**
 * Table mappings: which tables a replication reads, and what it does to their rows on the way.
 *
 * The rules keep the promises that the decoder builds on: the schema is the source id, the partition key is the row key, a
 * key column is text (JSON numbers lose digits above 2^53), and the load generation travels in `_c360_gen`.
 * Source: AWS DMS user guide, "Specifying table selection and transformations rules using JSON".
 * @module
 */
import type { CaptureSource } from '../config/capture-sources.ts';

/** Column that carries the load generation, four digits. */
export const GENERATION_COLUMN = '_c360_gen';

/** One rule, without the number that its place gives it. */
type Rule = Readonly<Record<string, unknown>>;

/** The `tableMappings` of one source's replication. */
export const tableMappings = (
  source: CaptureSource,
  schema: string,
): { readonly rules: readonly Rule[] } => {
  const tables = Object.entries(source.tables).sort(([a], [b]) => (a < b ? -1 : 1));
  const rules = [
    ...tables.map(([table]) => include(schema, table)),
    renameSchema(schema, source.source),
    addGeneration(schema, source.generation),
    ...tables.flatMap(([table, { key }]) => key.map((column) => asText(schema, table, column))),
    ...tables.map(([table]) => mapToRecord(schema, table)),
  ];
  return {
    rules: rules.map((rule, index) => ({
      'rule-id': `${index + 1}`,
      'rule-name': `${index + 1}`,
      ...rule,
    })),
  };
};

const include = (schema: string, table: string): Rule => ({
  'rule-type': 'selection',
  'rule-action': 'include',
  'object-locator': { 'schema-name': schema, 'table-name': table },
});

const renameSchema = (schema: string, source: string): Rule => ({
  'rule-type': 'transformation',
  'rule-action': 'rename',
  'rule-target': 'schema',
  'object-locator': { 'schema-name': schema },
  value: source,
});

/** The expression is SQLite: a literal in single quotes. */
const addGeneration = (schema: string, generation: number): Rule => ({
  'rule-type': 'transformation',
  'rule-action': 'add-column',
  'rule-target': 'column',
  'object-locator': { 'schema-name': schema, 'table-name': '%' },
  value: GENERATION_COLUMN,
  expression: `'${`${generation}`.padStart(4, '0')}'`,
  'data-type': { type: 'string', length: 4 },
});

const asText = (schema: string, table: string, column: string): Rule => ({
  'rule-type': 'transformation',
  'rule-action': 'change-data-type',
  'rule-target': 'column',
  'object-locator': { 'schema-name': schema, 'table-name': table, 'column-name': column },
  'data-type': { type: 'string', length: 255 },
});

const mapToRecord = (schema: string, table: string): Rule => ({
  'rule-type': 'object-mapping',
  'rule-action': 'map-record-to-record',
  'object-locator': { 'schema-name': schema, 'table-name': table },
  'mapping-parameters': { 'partition-key-type': 'primary-key' },
});
