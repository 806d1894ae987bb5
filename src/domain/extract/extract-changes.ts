/**
 * Changes of an extract: its rows as the full load of a database, and the definitions that make the pipeline read them as
 * the mapping says. So rows of a file take the way of rows of a system, through the same code.
 *
 * Columns are the roles of the mapping. Identifiers have columns of their own, marked by an equals sign, with the value as
 * the mapping reads it, and so has the phone number that is compared: its region is that of its row.
 * @module
 */
import type { Definitions, IdentifierRule, SourceDefinition } from '#domain/definitions/types.ts';
import type { RawFeatures } from '#domain/identity/matching/match-features.ts';
import { type ColumnRoles, PLAIN_ROLES } from '#domain/identity/matching/roles.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import type { ExtractDefinition, ExtractRules } from './extract-definition.ts';
import {
  type ExtractRow,
  identifiersOf,
  ROW_TABLE,
  type RowIdentifier,
  saidFeatures,
  sourceId,
} from './extract-row.ts';

const KEY_COLUMN = '=key';

/** The definitions under which the pipeline reads these rows. */
export const extractDefinitions = (
  definition: ExtractDefinition,
  rules: ExtractRules,
  policy: MergePolicy,
  rows: readonly ExtractRow[],
): Definitions => {
  const sources = [...new Set(rows.map((row) => sourceId(row.source)))];
  const identifiers = identifierRules(rows, rules);
  const columns = { ...PLAIN_COLUMNS, ...namedColumns(rows) };
  const match = { columns, dateOrder: definition.dateOrder };
  const table = { ...TABLE, identifiers, match };
  return {
    sources: Object.fromEntries(
      sources.map((source) => [source, { ...SOURCE, source, tables: { [ROW_TABLE]: table } }]),
    ),
    namespaces: policy,
    view: { profile: [], measures: [] },
  };
};

const TABLE = {
  table: ROW_TABLE,
  key: [KEY_COLUMN],
  kind: 'party',
  as: 'party',
  evidence: true,
  fields: {},
} as const;

// Nothing is read by the market but what the mapping reads, and that has a region of its own.
const SOURCE: Omit<SourceDefinition, 'source' | 'tables'> = {
  engine: 'postgresql',
  region: 'CN',
  timeZone: 'UTC',
  currency: 'CNY',
  generation: 1,
  images: 'whole',
  party: '1st',
  mayCreateCustomer: true,
};

const PLAIN_COLUMNS: ColumnRoles = Object.fromEntries(
  PLAIN_ROLES.map((role) => [role, { kind: 'plain', role }]),
);

const namedColumns = (rows: readonly ExtractRow[]): ColumnRoles => {
  const named = (kind: 'id' | 'text', of: (raw: RawFeatures) => object | undefined) =>
    [...new Set(rows.flatMap(({ raw }) => Object.keys(of(raw) ?? {})))].map(
      (name) => [`${kind}.${name}`, { kind, name }] as const,
    );
  return Object.fromEntries([
    ...named('id', ({ ids }) => ids),
    ...named('text', ({ texts }) => texts),
  ]);
};

// The n-th value of a namespace, with or without a scope, has a column of its own.
const columnsOf = (
  identifiers: readonly RowIdentifier[],
): readonly (RowIdentifier & { readonly column: string })[] => {
  const counts = new Map<string, number>();
  return identifiers.map((one) => {
    const name = `=${one.scope === undefined ? '' : '='}${one.namespace}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { ...one, column: `${name} ${count}` };
  });
};

const scopeColumn = (column: string): string => `${column} scope`;

const identifierRules = (
  rows: readonly ExtractRow[],
  rules: ExtractRules,
): readonly IdentifierRule[] => {
  const found = new Map<string, IdentifierRule>();
  for (const row of rows) {
    for (const { column, namespace, scope } of columnsOf(
      identifiersOf(row, saidFeatures(row, rules)),
    )) {
      const scoped = scope === undefined ? {} : { scope: { column: scopeColumn(column) } };
      found.set(column, { namespace, column, verified: true, ...scoped });
    }
  }
  return [...found.values()];
};

/** A row as the record of a full load. */
export const loadRecord = (row: ExtractRow, rules: ExtractRules): JsonObject => ({
  data: {
    [KEY_COLUMN]: row.key,
    ...roleColumns(row),
    ...Object.fromEntries(
      columnsOf(identifiersOf(row, saidFeatures(row, rules))).flatMap(
        ({ column, value, scope }) => [
          [column, value],
          ...(scope === undefined ? [] : [[scopeColumn(column), scope]]),
        ],
      ),
    ),
  },
  metadata: {
    'record-type': 'data',
    operation: 'load',
    'partition-key-type': 'primary-key',
    'schema-name': sourceId(row.source),
    'table-name': ROW_TABLE,
  },
});

const roleColumns = ({ raw, features }: ExtractRow): Readonly<Record<string, string>> => {
  const { name = {}, address = {}, ids = {}, texts = {} } = raw;
  const said = {
    name: name.full,
    'name.given': name.given,
    'name.family': name.family,
    'birth-date': raw.birthDate,
    gender: raw.gender,
    phone: features.phone,
    email: raw.email,
    address: address.line,
    'address.number': address.number,
    'address.city': address.city,
    'address.state': address.state,
    'address.postcode': address.postcode,
    ...under('id', ids),
    ...under('text', texts),
  };
  return Object.fromEntries(
    Object.entries(said).flatMap(([column, text]) => (text === undefined ? [] : [[column, text]])),
  );
};

const under = (kind: string, named: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(named).map(([name, text]) => [`${kind}.${name}`, text]));
