/**
 * Partitions of the tables that grants are limited to, as patterns of partition keys.
 *
 * What there is stands in `src/application/shared/items.ts`; a grant names what a function touches, and nothing beside it.
 * @module
 */
import { DEFINITIONS_PARTITION } from '#adapters/definitions/current-definitions.ts';
import { QUARANTINE_PREFIX } from '#adapters/quarantine/quarantine.ts';
import { METRICS_PARTITION } from '#application/profile/metrics-store.ts';
import { ONCE_PREFIX } from '#application/serve/answer-once.ts';
import { AUDIT_PREFIX, chainPartition, tallyKey } from '#application/serve/audit.ts';
import { KEY_PREFIX } from '#application/serve/client-keys.ts';
import { CORRECTION_PREFIX } from '#application/shared/corrections.ts';
import {
  ERASED_HEAD,
  ERASED_ROW_PREFIX,
  ERASURE_PREFIX,
  RUNNING_ERASURES,
} from '#application/shared/erasure-items.ts';
import { EXTRACT_PREFIX, RUNNING_EXTRACTS } from '#application/shared/extracts.ts';
import {
  bucketKey,
  claimKey,
  customerKey,
  DEFECT_PREFIX,
  FRESHNESS_PARTITION,
  LOOKUP_PREFIX,
  noteKey,
  OPEN_PARTITION,
  rowItemKey,
  scopeKey,
  scopePartKey,
  servableKey,
  UPKEEP_PARTITION,
} from '#application/shared/items.ts';
import { DECISION_PARTITION, HELD_PREFIX } from '#application/shared/review-items.ts';
import type { Key } from '#application/shared/table.ts';

const all = (prefix: string): string => `${prefix}*`;

/** The partitions of items whose keys begin as this one's, up to its first `#`. */
const like = ({ pk }: Key): string => all(pk.slice(0, pk.indexOf('#') + 1));

/** Keys are typed by what they name; here nothing is named. */
const any = '' as never;

/** Source rows. */
export const ROWS = like(rowItemKey(any));
/** Buckets of contributions. */
export const BUCKETS = like(bucketKey(any, 0));
/** Customers with their summaries. */
export const CUSTOMERS = like(customerKey(any));

/** Who is whom and what is said of them: rows, buckets, claims, scopes, their parts, notes on units, customers. */
export const GRAPH: readonly string[] = [
  ROWS,
  BUCKETS,
  CUSTOMERS,
  like(noteKey(any)),
  like(claimKey(any)),
  like(scopeKey(any)),
  like(scopePartKey(any)),
];

/** What service desks search by. */
export const LOOKUPS = all(LOOKUP_PREFIX);
/** Values that wait for review. */
export const HELD = all(HELD_PREFIX);
/** Records that were set aside. */
export const QUARANTINE = all(QUARANTINE_PREFIX);
/** Rows that break a data-quality rule. */
export const DEFECTS = all(DEFECT_PREFIX);
/** Keys of clients. */
export const CLIENT_KEYS = all(KEY_PREFIX);
/** Answers to requests that may be repeated. */
export const ONCE = all(ONCE_PREFIX);
/** Marks of rows that must not come back. */
export const ERASED_ROWS = all(ERASED_ROW_PREFIX);
/** Erasures, extracts and corrections that were asked for. */
export const REQUESTS: readonly string[] = [
  all(ERASURE_PREFIX),
  all(EXTRACT_PREFIX),
  all(CORRECTION_PREFIX),
];
/** Extracts that were asked for. */
export const EXTRACT_REQUESTS = all(EXTRACT_PREFIX);
/** That there have been erasures at all. */
export const ERASED = ERASED_HEAD.pk;
/** How long changes take until they are servable. */
export const SERVABLE = servableKey(any).pk;

/** Partitions that are one. */
export {
  DECISION_PARTITION as DECISIONS,
  DEFINITIONS_PARTITION as DEFINITIONS_IN_FORCE,
  FRESHNESS_PARTITION as FRESHNESS,
  METRICS_PARTITION as METRICS,
  OPEN_PARTITION as OPEN,
  RUNNING_ERASURES,
  RUNNING_EXTRACTS,
  UPKEEP_PARTITION as UPKEEP,
};

/** Of the audit table: entries. */
export const AUDIT_ENTRIES = all(AUDIT_PREFIX);
/** Of the audit table: the chains of all lanes. */
export const AUDIT_CHAINS = all(chainPartition(''));
/** Of the audit table: reads by client and hour. */
export const AUDIT_TALLIES = all(tallyKey('', '').pk);
