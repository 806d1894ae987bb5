/**
 * Plain identity: the demo's definitions with rules that a database trigger can keep, too.
 *
 * Rows that share a value are one customer, and no rule keeps them apart: no limits, no caps, no guards, everything
 * taken for verified; events do not age. Store numbers are blocked, as a person would who has only that to work with. Both sides of the
 * comparison use these rules, so that both must come to the same customers and figures.
 * @module
 */
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type {
  Definitions,
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';
import { STORE_PHONES } from '../../local/sources/shop/stores.ts';

/** Definitions under the plain rules. */
export const plainIdentity = ({ definitions }: CurrentDefinitions): CurrentDefinitions => ({
  hash: 'plain',
  definitions: {
    ...definitions,
    sources: mapped(definitions.sources, plainSource(definitions)),
    namespaces: mapped(definitions.namespaces, plainNamespace),
  },
});

const plainSource =
  ({ namespaces }: Definitions) =>
  (source: SourceDefinition): SourceDefinition => ({
    ...source,
    tables: mapped(source.tables, ({ retention: _, ...table }: TableDefinition) => ({
      ...table,
      identifiers: table.identifiers
        .filter(({ namespace }) => namespaces[namespace]?.links !== false)
        .map((rule) => ({ ...rule, verified: true })),
    })),
  });

const plainNamespace = ({ limit: _, ...rules }: NamespaceDefinition): NamespaceDefinition => ({
  ...rules,
  cap: 1_000_000,
  ...(rules.normalise === 'phone' ? { blocked: [...rules.blocked, ...STORE_PHONES] } : {}),
});

const mapped = <Value>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Value,
): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
