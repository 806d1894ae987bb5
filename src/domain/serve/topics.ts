/**
 * Topics: how the routes are grouped for whoever reads about them, on the docs page and as tags of the OpenAPI document.
 * @module
 */
import type { Operation } from './operation.ts';

/** A group of routes, with what its readers are about to do. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Paths of its routes. */
  readonly paths: RegExp;
}

/** All topics, in the order of the docs page. */
export const TOPICS: readonly Topic[] = [
  {
    name: 'A customer',
    summary: 'Everything that is known of one customer, by any identifier.',
    paths: /^\/v1\/profiles\/\{identifier\}(\/(identifiers|traits|sources))?$/,
  },
  {
    name: 'What a customer did',
    summary: 'Lists, newest first, in pages; each entry names its source row.',
    paths: /^\/v1\/profiles\/\{identifier\}\/(timeline|orders|points|coupons|cases)$/,
  },
  {
    name: 'Finding customers',
    summary:
      'For service desks and counters. What is asked by goes in the body and so in no log of addresses.',
    paths: /^\/v1\/(profiles\/batch|search|pickup)$/,
  },
  {
    name: 'Consents and rights',
    summary: 'What customers decide about their data, and what they may ask for.',
    paths: /^\/v1\/(erasures\/|profiles\/\{identifier\}\/(consents|export|erasure|corrections)$)/,
  },
  {
    name: 'Lists of customers',
    summary:
      'A filter and columns become a file, masked as the caller’s role says, behind a link that expires.',
    paths: /^\/v1\/extracts/,
  },
  {
    name: 'Why',
    summary: 'What makes rows one customer, and what keeps them apart.',
    paths: /^\/v1\/(why|why-not|profiles\/\{identifier\}\/graph)$/,
  },
  {
    name: 'Freshness, fields and figures',
    summary:
      'How current every source is, which fields there are, and figures over all customers by the definitions of the view.',
    paths: /^\/v1\/(sources|schema|metrics\/.+)$/,
  },
  {
    name: 'Sending events',
    summary: 'Segment’s HTTP Tracking API: its Node library works with this host and a write key.',
    paths: /^\/v1\/(identify|track|page|screen|group|alias|batch)$/,
  },
  {
    name: 'Reading as Segment',
    summary: 'The read routes of Segment’s Profile API, with a read key.',
    paths: /^\/v1\/spaces\//,
  },
  {
    name: 'This description',
    summary: 'Open to anybody.',
    paths: /^\/v1\/(openapi\.json|docs)$/,
  },
];

/** Topics of these operations, each with its own; an operation of no topic is in none. */
export const byTopic = (
  operations: readonly Operation[],
): readonly (readonly [Topic, readonly Operation[]])[] =>
  TOPICS.map((topic) => [topic, operations.filter(({ path }) => topic.paths.test(path))] as const);

/** Names of the topics of an operation: one. */
export const topicsOf = ({ path }: Operation): readonly string[] =>
  TOPICS.filter(({ paths }) => paths.test(path)).map(({ name }) => name);
