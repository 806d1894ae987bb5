/**
 * Small definitions for tests: a source `pos` with one table per thing worth showing, changed where a test says so.
 * @module
 */
import type {
  Definitions,
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';

/** A fact table `receipt`, key `receipt_no`. */
export const aTable = (parts: Partial<TableDefinition> = {}): TableDefinition => ({
  table: 'receipt',
  key: ['receipt_no'],
  kind: 'fact',
  as: 'order',
  evidence: true,
  identifiers: [],
  fields: {},
  ...parts,
});

/** A source `pos` in Hong Kong with the given tables, or {@link aTable}. */
export const aSource = (
  parts: Partial<SourceDefinition> = {},
  tables: readonly TableDefinition[] = [aTable()],
): SourceDefinition => ({
  source: 'pos',
  engine: 'postgresql',
  region: 'HK',
  timeZone: 'Asia/Hong_Kong',
  currency: 'HKD',
  generation: 1,
  party: '1st',
  mayCreateCustomer: true,
  tables: Object.fromEntries(tables.map((table) => [table.table, table])),
  ...parts,
});

/** A linking namespace of opaque values. */
export const aNamespace = (
  namespace: string,
  priority: number,
  parts: Partial<NamespaceDefinition> = {},
): NamespaceDefinition => ({
  namespace,
  priority,
  normalise: 'opaque',
  links: true,
  cap: 50,
  blocked: [],
  ...parts,
});

/** Definitions with the given sources and namespaces and an empty view. */
export const someDefinitions = (
  sources: readonly SourceDefinition[] = [aSource()],
  namespaces: readonly NamespaceDefinition[] = [],
): Definitions => ({
  sources: Object.fromEntries(sources.map((source) => [source.source, source])),
  namespaces: Object.fromEntries(namespaces.map((namespace) => [namespace.namespace, namespace])),
  view: { profile: [], measures: [] },
});
