/**
 * Reading change: what of changed definitions decides which values a row has, rather than what is made of them.
 *
 * Priorities, limits, caps, weights and thresholds are applied to what is stored. For whatever else here the rows
 * themselves are read anew, from the archive.
 * @module
 */
import type {
  Definitions,
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { Json } from '#domain/shared/json.ts';
import type { MergePolicy } from './merge-policy.ts';

/** What a change of rules may differ in without the rows being read anew. */
const RULE_KEYS: readonly string[] = ['priority', 'limit', 'cap'];

/** The parts of definitions that decide what a row says of who it is about. */
type Read = Pick<Definitions, 'namespaces' | 'sources'>;

/** Names what cannot be applied over stored rows: it would leave claims that nobody keeps. A new namespace can. */
export const refusedChanges = (from: MergePolicy, to: MergePolicy): readonly string[] =>
  Object.keys(from)
    .sort()
    .flatMap((name) => {
      const now = to[name];
      if (!now) return [`namespace ${name} is gone: keep it, and let no table name it`];
      return now.links === from[name]?.links
        ? []
        : [`namespace ${name} ${now.links ? 'links now' : 'links no more'}: give it a new name`];
    });

/** Names the namespaces and tables whose rows say other values by the next definitions. */
export const readAnew = (from: Read, to: Read): readonly string[] => [
  ...changedNames(namesRead(from), namesRead(to)).map((name) => `namespace ${name}`),
  ...changedNames(tablesRead(from), tablesRead(to)).map((name) => `table ${name}`),
];

const changedNames = (
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly string[] =>
  [...new Set([...from.keys(), ...to.keys()])]
    .filter((name) => from.get(name) !== to.get(name))
    .sort();

const namesRead = ({ namespaces }: Read): ReadonlyMap<string, string> =>
  new Map(Object.entries(namespaces).map(([name, rules]) => [name, namespaceText(rules)]));

/** What of a namespace decides what a row says; of rules that score, the keys. */
const namespaceText = ({ candidates, ...rules }: NamespaceDefinition): string =>
  text({
    ...Object.fromEntries(Object.entries(rules).filter(([key]) => !RULE_KEYS.includes(key))),
    ...(candidates && { keys: candidates.keys, dates: candidates.model.placeholderDates }),
  });

const tablesRead = ({ sources }: Read): ReadonlyMap<string, string> =>
  new Map(
    Object.values(sources).flatMap((source) =>
      Object.values(source.tables).map(
        (table) => [`${source.source}.${table.table}`, tableText(source, table)] as const,
      ),
    ),
  );

const tableText = (
  { region, mayCreateCustomer }: SourceDefinition,
  { kind, evidence, identifiers, match }: TableDefinition,
): string => text({ region, mayCreateCustomer, kind, evidence, identifiers, match: match ?? null });

const text = (value: object): string => canonicalJson(value as unknown as Json);
