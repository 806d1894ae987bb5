/**
 * Definitions in sentences, for whoever must agree to them without reading YAML.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import type {
  Definitions,
  IdentifierRule,
  MeasureDefinition,
  NamespaceDefinition,
  ProfileFieldDefinition,
  SourceDefinition,
  TableDefinition,
} from './types.ts';

/** One line per statement, indented by what it belongs to. */
export const explainDefinitions = ({
  sources,
  namespaces,
  view,
}: Definitions): readonly string[] => [
  'Sources',
  ...Object.values(sources).flatMap(explainSource),
  'Identifiers, strongest first',
  ...Object.values(namespaces)
    .sort((a, b) => a.priority - b.priority)
    .map(explainNamespace),
  'Profile',
  ...view.profile.map((rule) => `  ${rule.field}: ${explainSurvivorship(rule)}`),
  'Measures',
  ...view.measures.map((measure) => `  ${measure.measure}: ${explainMeasure(measure)}`),
];

const explainSource = (source: SourceDefinition): readonly string[] => [
  `  ${source.source}: ${source.engine} in ${source.region}, ${source.party} party, generation ${source.generation}; ` +
    `times in ${source.timeZone} and amounts in ${source.currency} unless stated; ` +
    `${source.mayCreateCustomer ? 'its rows may make a customer' : 'its rows never make a customer alone'}.`,
  ...Object.values(source.tables).map(explainTable),
];

const explainTable = (table: TableDefinition): string => {
  const head = `    ${table.table} (key ${table.key.join(' + ')})`;
  switch (table.kind) {
    case 'party':
      return `${head} describes a customer, known by ${explainRules(table)}; ${explainFields(table)}.`;
    case 'fact':
    case 'event':
      return `${head} is one ${table.as} of a customer, known by ${explainRules(table)}; ${explainFields(table)}${explainRetention(table)}.`;
    case 'heartbeat':
      return `${head} only shows that the source is alive.`;
    case 'reference':
      return `${head} is archived and not read.`;
    default:
      return assertNever(table.kind);
  }
};

const explainRetention = ({ retention }: TableDefinition): string =>
  retention === undefined ? '' : `; absent ${retention.days} days after ${retention.received}`;

const explainRules = ({ identifiers, evidence }: TableDefinition): string =>
  identifiers.length === 0
    ? 'its own key alone'
    : identifiers.map(explainRule).join(', ') + (evidence ? '' : ' (the strongest one only)');

const explainRule = (rule: IdentifierRule): string => {
  const { namespace, column, verified, scope, region, validFrom, validTo } = rule;
  const parts = [
    verified ? '' : 'unverified',
    scope === undefined ? '' : `scope ${'value' in scope ? scope.value : scope.column}`,
    region === undefined ? '' : `region from ${region.column}`,
    validFrom === undefined ? '' : `valid from ${validFrom}`,
    validTo === undefined ? '' : `valid to ${validTo}`,
  ].filter((part) => part !== '');
  return `${namespace} in ${column}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
};

const explainFields = ({ fields }: TableDefinition): string => {
  const names = Object.entries(fields).map(
    ([field, { type, column }]) => `${field} (${type} in ${column})`,
  );
  return names.length === 0 ? 'no fields' : `gives ${names.join(', ')}`;
};

const explainNamespace = (namespace: NamespaceDefinition): string => {
  const { links, limit: most, compose, corroboratedBy } = namespace;
  const apart = most === undefined ? 'never links' : 'never links, keeps people apart';
  const made = compose === undefined ? '' : ` made of ${compose.join(' and ')}`;
  const beside =
    corroboratedBy === undefined ? '' : ` (typed: with ${corroboratedBy.join(' or ')})`;
  const effect = `${links ? 'links rows' : apart}${made}${beside}`;
  const limit = namespace.limit === undefined ? 'any number' : `at most ${namespace.limit}`;
  return (
    `  ${namespace.priority}. ${namespace.namespace} (${namespace.normalise}): ${effect}; ${limit} per customer; ` +
    `shared above ${namespace.cap} units; ${namespace.blocked.length} values blocked.`
  );
};

/** Which value of a profile field is shown, as a sentence. */
export const explainSurvivorship = ({ rule, sources }: ProfileFieldDefinition): string => {
  const order = sources.join(', else ');
  switch (rule) {
    case undefined:
    case 'source-priority':
      return `from ${order}.`;
    case 'most-recent':
      return `the latest, of ${order}.`;
    case 'most-frequent':
      return `what most rows say, of ${order}.`;
    case 'verified-first':
      return `what a source vouches for, of ${order}.`;
    default:
      return assertNever(rule);
  }
};

/** What a measure is, as a sentence. */
export const explainMeasure = (measure: MeasureDefinition): string => {
  const days =
    measure.windows === undefined ? '' : `; also of the last ${measure.windows.join(', ')} days`;
  switch (measure.fold) {
    case 'count':
      return `how many facts "${measure.of}"${days}.`;
    case 'sum':
      return `sum of ${measure.field} over facts "${measure.of}"${days}.`;
    case 'money':
      return (
        `sum of ${measure.field} per currency over facts "${measure.of}"` +
        `${measure.minus === undefined ? '' : `, less ${measure.minus.field} of facts "${measure.minus.of}"`}${days}.`
      );
    case 'latest':
      return `latest ${measure.field} of facts "${measure.of}".`;
    default:
      return assertNever(measure);
  }
};
