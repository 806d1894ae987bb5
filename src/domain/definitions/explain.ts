/**
 * Definitions in sentences, for whoever must agree to them without reading YAML.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import type {
  Definitions,
  DerivedMeasure,
  FactCondition,
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
  const { links, limit: most, compose, corroboratedBy, opposedBy, yieldsTo } = namespace;
  const except = yieldsTo === undefined ? '' : ` unless they agree in ${yieldsTo.join(' or ')}`;
  const apart = most === undefined ? 'never links' : `never links, keeps people apart${except}`;
  const made = compose === undefined ? '' : ` made of ${compose.join(' and ')}`;
  const beside =
    corroboratedBy === undefined ? '' : ` (typed: with ${corroboratedBy.join(' or ')})`;
  const against = opposedBy === undefined ? '' : ` (not of another ${opposedBy.join(' and ')})`;
  const effect = `${links ? 'links rows' : apart}${made}${beside}${against}`;
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
  const conditions = [measure.where ?? []].flat().map(explainCondition);
  const only = conditions.length === 0 ? '' : `, only ${conditions.join(' and ')}`;
  return `${explainFold(measure)}${only}${days}.`;
};

const explainCondition = (condition: FactCondition): string => {
  const { field } = condition;
  if ('in' in condition) return `with ${field} ${condition.in.join(' or ')}`;
  if ('notIn' in condition) return `without ${field} ${condition.notIn.join(' or ')}`;
  return `${condition.present ? 'with' : 'without'} ${field}`;
};

const explainFold = (measure: MeasureDefinition): string => {
  switch (measure.fold) {
    case 'count':
      return `how many facts "${measure.of}"`;
    case 'sum':
      return `sum of ${measure.field} over facts "${measure.of}"`;
    case 'money':
      return (
        `sum of ${measure.field} per currency over facts "${measure.of}"` +
        `${measure.minus === undefined ? '' : `, less ${measure.minus.field} of facts "${measure.minus.of}"`}`
      );
    case 'latest':
    case 'earliest':
      return `${measure.fold} ${measure.field} of facts "${measure.of}"`;
    case 'average':
      return `mean ${measure.field} per currency of facts "${measure.of}", halves rounded away from zero`;
    case 'preferred':
      return `the ${measure.field} of most facts "${measure.of}", each weighing half after ${measure.halfLife} days`;
    case 'expiring':
    case 'expired':
      return explainEnding(measure);
    case 'repurchase':
    case 'stage':
    case 'rfm':
      return explainDerived(measure);
    default:
      return assertNever(measure);
  }
};

const explainEnding = (
  measure: Extract<MeasureDefinition, { fold: 'expiring' | 'expired' }>,
): string => {
  const what = measure.field === undefined ? 'how many' : `sum of ${measure.field} over`;
  const used = measure.field === undefined ? '' : ', less what is used up, of what ends first';
  const head = `${what} facts "${measure.of}" whose ${measure.until}`;
  if (measure.fold === 'expired') return `${head} is over${used}`;
  return measure.within === undefined
    ? `${head} is not over, or that have none${used}`
    : `${head} is today or within ${measure.within} days${used}`;
};

const explainDerived = (measure: DerivedMeasure): string => {
  switch (measure.fold) {
    case 'repurchase':
      return `share of ${measure.count} after the first, with four decimals`;
    case 'stage':
      return (
        `prospect without ${measure.last}; new up to ${measure.new} days after ${measure.first}; ` +
        `active, lapsing, dormant up to ${measure.active}, ${measure.lapsing}, ${measure.dormant} days after ` +
        `${measure.last}; lost from then on`
      );
    case 'rfm':
      return (
        `scores of 1 to 5: recency by days since ${measure.recency.of} (${measure.recency.steps.join(', ')}), ` +
        `frequency by ${measure.frequency.of} (${measure.frequency.steps.join(', ')}), monetary by ${measure.monetary.of}`
      );
    default:
      return assertNever(measure);
  }
};
