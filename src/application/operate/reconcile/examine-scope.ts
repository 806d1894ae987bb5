/**
 * Examination of a scope: everything derived from it, compared with it.
 *
 * Every unit is in one scope, and so is every id that does not rest; so units, claims, customers and summaries that are
 * missing or wrong are found from here, and each under its own name only.
 * @module
 */
import { placedCustomers } from '#application/identity/plan-customers.ts';
import type { StoredScope } from '#application/identity/scope-store.ts';
import {
  bucketKey,
  claimKey,
  customerKey,
  evidenceAttributes,
  FACT_UNIT_PREFIX,
  formatCustomerItem,
  parseCustomerItem,
  parseRowItem,
  parseUnitItem,
  sameCustomer,
  summaryKey,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Key } from '#application/shared/table.ts';
import { bareUnit } from '#domain/identity/bare-scope.ts';
import { type EvidenceUnit, sameEvidence } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';

import { examineClaims, examineKeys, examineShared, fence } from './examine-claims.ts';
import { type Finding, finding } from './finding.ts';
import type { Surroundings } from './surroundings.ts';

/** Most buckets of a unit that are looked for when its first is gone. */
const BUCKETS_PROBED = 4096;

/** Keys that the examination of a scope reads, as far as they are known from its text. */
export const keysAround = ({ scope }: StoredScope): readonly Key[] => [
  ...[...scope.units.keys()].map(unitItemKey),
  ...[...scope.units.values()].flatMap((unit) => unit.claims.map((c) => claimKey(c.identifier))),
  ...scope.ledger.map(({ id }) => customerKey(id)),
  ...scope.customers.map(({ id }) => summaryKey(id)),
];

/** What does not fit a scope, its summaries apart. */
export const examineScope = async (
  around: Surroundings,
  policy: MergePolicy,
  stored: StoredScope,
): Promise<readonly Finding[]> => {
  const units = [...stored.scope.units.values()];
  const ofUnits = await Promise.all(units.map((unit) => examineUnit(around, policy, stored, unit)));
  return [
    ...ofUnits.flat(),
    ...(await examineClaims(around, policy, stored)),
    ...(await examineShared(around, policy, stored)),
    ...(await examineKeys(around, policy, stored)),
    ...(await examineCustomers(around, stored)),
  ];
};

const isFact = (unit: EvidenceUnit): boolean => unit.key.startsWith(FACT_UNIT_PREFIX);

const examineUnit = async (
  around: Surroundings,
  policy: MergePolicy,
  stored: StoredScope,
  unit: EvidenceUnit,
): Promise<readonly Finding[]> => {
  const key = unitItemKey(unit.key);
  const item = await around.get(key);
  const evidence = item && (isFact(unit) ? parseUnitItem(item) : parseRowItem(item))?.evidence;
  if (!item || !evidence) return [await missingUnit(around, stored, unit)];
  if (!sameEvidence(bareUnit(evidence, policy), unit)) {
    const seen = { expected: evidenceAttributes(unit), found: evidenceAttributes(evidence) };
    return [
      finding(key, 'differs', 'claims other identifiers than its scope knows', seen, 'replay'),
    ];
  }
  const home = await around.scope(item['scope']);
  if (home?.id === stored.id) return [];
  const set = { scope: stored.id };
  const actions = [fence(stored), { kind: 'update', key, set, when: { exists: ['pk'] } } as const];
  const seen = { expected: stored.id, found: home?.id };
  return [finding(key, 'differs', 'points to another scope', seen, { kind: 'write', actions })];
};

const missingUnit = async (
  around: Surroundings,
  stored: StoredScope,
  unit: EvidenceUnit,
): Promise<Finding> => {
  const key = unitItemKey(unit.key);
  const seen = { expected: evidenceAttributes(unit) };
  if (!isFact(unit)) return finding(key, 'missing', 'party row of a customer', seen, 'replay');
  const buckets = await bucketsInUse(around, unit);
  const set = { ...evidenceAttributes(unit), scope: stored.id, buckets };
  const when = { missing: ['claims'] } as const;
  const actions = [fence(stored), { kind: 'update', key, set, when } as const];
  return finding(key, 'missing', 'unit of fact rows', seen, { kind: 'write', actions });
};

const bucketsInUse = async (around: Surroundings, { key }: EvidenceUnit): Promise<number> => {
  const keys = Array.from({ length: BUCKETS_PROBED }, (_, bucket) => bucketKey(key, bucket));
  const items = await around.getAll(keys);
  return 2 ** Math.ceil(Math.log2(items.findLastIndex((item) => item !== undefined) + 1 || 1));
};

const examineCustomers = async (
  around: Surroundings,
  stored: StoredScope,
): Promise<readonly Finding[]> => {
  const { scope } = stored;
  const expected = [...placedCustomers(scope, scope.ledger).values()];
  const items = await around.getAll(expected.map(({ id }) => customerKey(id)));
  return expected.flatMap((customer, index): readonly Finding[] => {
    const item = items[index];
    const found = item && parseCustomerItem(item);
    if (found && sameCustomer(found, customer)) return [];
    const key = customerKey(customer.id);
    const expectedItem = formatCustomerItem(customer);
    const actions = [fence(stored), { kind: 'put', item: expectedItem } as const];
    const seen = { expected: expectedItem, found: item };
    const problem = item ? 'differs' : 'missing';
    return [finding(key, problem, 'customer of a scope', seen, { kind: 'write', actions })];
  });
};
