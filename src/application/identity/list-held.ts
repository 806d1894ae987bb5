/**
 * List held: what waits for review, with what it would join now.
 *
 * The entries are kept by the commits; who the customers are, and how many hold a shared value, is looked up here, for
 * that changes far more often than anybody reviews.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  bucketsIn,
  claimKey,
  FACT_UNIT_PREFIX,
  parseClaimItem,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import { HELD_PARTITIONS, type HeldItem, parseHeldItem } from '#application/shared/review-items.ts';
import type { Table } from '#application/shared/table.ts';
import { type IdentifierKey, namespaceOf, type UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { unitsOfPair } from '#domain/identity/pair.ts';
import { describeHeldValue, type ExplainPorts } from './describe-evidence.ts';
import { readHolders } from './scope-holders.ts';
import { readScopes } from './scope-store.ts';

/** A value that waits for review, with counts. */
export interface HeldEntry {
  readonly identifier: IdentifierKey;
  readonly namespace: string;
  /** Masked; `null` of a pair of rows, and when no row that describes a customer keeps it. */
  readonly value: string | null;
  /** Reasons of the held links, or `shared`: more units hold the value than its cap. */
  readonly reasons: readonly string[];
  /** Epoch milliseconds. */
  readonly since: number;
  /** Units that hold the value, and the live rows in them. */
  readonly units: number;
  readonly rows: number;
  /** Links held because of the value; none of a shared one. */
  readonly links: number;
  /** Groups of units that the value would join; of a shared one, all its units. */
  readonly joins: number;
  /** Of a pair of rows: natural logarithm of the odds that they are one person. */
  readonly weight?: number;
  /** Some of the customers it would join. */
  readonly customers: readonly OneId[];
}

/** Most units of a value that are looked at for its customers. */
const MAX_LOOKED_AT = 10;

/** Lists what waits for review, the oldest first. */
export const listHeld = async (
  ports: ExplainPorts,
  policy: MergePolicy,
): Promise<readonly HeldEntry[]> => {
  const items = await Promise.all(HELD_PARTITIONS.map((pk) => allItemsIn(ports.table, { pk })));
  const held = items
    .flat()
    .map(parseHeldItem)
    .sort((a, b) => a.since - b.since);
  const entries: HeldEntry[] = [];
  for (const one of held) entries.push(await entryOf(ports, policy, one));
  return entries;
};

const entryOf = async (
  ports: ExplainPorts,
  policy: MergePolicy,
  held: HeldItem,
): Promise<HeldEntry> => {
  const { table } = ports;
  const { identifier, reasons, since, value } = held;
  const holders = await holdersOf(table, identifier);
  const sides = (value?.sides ?? holders).slice(0, MAX_LOOKED_AT);
  return {
    identifier,
    namespace: namespaceOf(identifier),
    value: await describeHeldValue(ports, policy, identifier, holders),
    reasons,
    since,
    units: holders.length,
    rows: await countRows(table, holders),
    links: value?.links ?? 0,
    joins: value?.joins ?? holders.length,
    ...(value?.weight === undefined ? {} : { weight: value.weight }),
    customers: await customersOf(table, sides),
  };
};

const holdersOf = async (table: Table, identifier: IdentifierKey): Promise<readonly UnitKey[]> => {
  const pair = unitsOfPair(identifier);
  if (pair) return pair;
  const [item] = await table.getAll([claimKey(identifier)]);
  return item ? readHolders(table, identifier, parseClaimItem(item)) : [];
};

/** A party is one row; the rows of a fact unit lie in its buckets. */
const countRows = async (table: Table, units: readonly UnitKey[]): Promise<number> => {
  const facts = units.filter((unit) => unit.startsWith(FACT_UNIT_PREFIX));
  const items = await table.getAll(facts.map(unitItemKey));
  const buckets = items.flatMap((item, index) => {
    const unit = facts[index];
    if (!item || unit === undefined) return [];
    return Array.from({ length: bucketsIn(item) }, (_, n) => bucketKey(unit, n));
  });
  const rows = (await table.getAll(buckets)).flatMap(liveContributionsIn);
  return units.length - facts.length + rows.length;
};

/** The customers that units belong to now. */
const customersOf = async (table: Table, units: readonly UnitKey[]): Promise<readonly OneId[]> => {
  const items = await table.getAll(units.map(unitItemKey));
  const pointers = items.flatMap((item) =>
    typeof item?.['scope'] === 'string' ? [item['scope'] as ScopeId] : [],
  );
  const scopes = await readScopes(table, pointers);
  return scopes
    .flatMap(({ scope }) => scope.customers)
    .filter((customer) => customer.units.some((unit) => units.includes(unit)))
    .map(({ id }) => id);
};
