/**
 * Examination of claims: who holds an identifier, as its claim says and as the scope of its holders does.
 * @module
 */
import { keysOf } from '#application/identity/compared-row.ts';
import { leadsTo, placedCustomers } from '#application/identity/plan-customers.ts';
import { ownersOf } from '#application/identity/plan-pointers.ts';
import { asRead, type StoredScope } from '#application/identity/scope-store.ts';
import {
  type ClaimItem,
  claimKey,
  formatClaimItem,
  memberKey,
  parseClaimItem,
  parseRowItem,
  scopeKey,
  unitItemKey,
} from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { Action, Item } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { links, type MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { holdersOf } from '#domain/identity/scope.ts';
import { type Finding, finding } from './finding.ts';
import type { Surroundings } from './surroundings.ts';

/** A transaction's way of saying: only while the scope is as it was read. */
export const fence = (stored: StoredScope): Action => ({
  kind: 'check',
  key: scopeKey(stored.id),
  when: asRead(stored),
});

/** What does not fit of the claims of identifiers that are not shared: each points to the scope that lists its holders. */
export const examineClaims = async (
  around: Surroundings,
  policy: MergePolicy,
  stored: StoredScope,
): Promise<readonly Finding[]> => {
  const owners = ownersOf(stored.scope, policy);
  const found = [...holdersOf(stored.scope, policy).keys()].map((identifier) =>
    examineClaim(around, stored, identifier, owners.get(identifier)),
  );
  return (await Promise.all(found)).flat();
};

const examineClaim = async (
  around: Surroundings,
  stored: StoredScope,
  identifier: IdentifierKey,
  customer: OneId | undefined,
): Promise<readonly Finding[]> => {
  const key = claimKey(identifier);
  const item = await around.get(key);
  const claim = item && parseClaimItem(item);
  const home = claim && (await around.scope(claim.scope));
  const expected = said({ customer, shared: false }, stored.id);
  const found = claim && said(leading(claim, stored), home?.id);
  if (found === expected) return [];
  const next: ClaimItem = {
    version: (claim?.version ?? stored.version) + 1,
    scope: stored.id,
    units: [],
    shared: false,
    ...(customer === undefined ? {} : { customer }),
  };
  const actions = [fence(stored), putClaim(identifier, next, item)];
  const problem = item ? 'differs' : 'missing';
  const what = 'claim of an identifier';
  return [finding(key, problem, what, { expected, found }, { kind: 'write', actions })];
};

/** A claim with the customer that the id it names leads to. */
const leading = (
  { shared, customer }: ClaimItem,
  { scope }: StoredScope,
): { readonly shared: boolean; readonly customer?: OneId | undefined } => {
  const to = customer && leadsTo(placedCustomers(scope, scope.ledger), customer);
  return { shared, customer: to ?? customer };
};

const said = (
  claim: Pick<ClaimItem, 'shared'> & { readonly customer?: OneId | undefined },
  home: string | undefined,
): string => JSON.stringify([claim.customer ?? null, claim.shared, home]);

const putClaim = (identifier: IdentifierKey, claim: ClaimItem, item: Item | undefined): Action => ({
  kind: 'put',
  item: formatClaimItem(identifier, claim),
  when: item ? { equals: [['ver'], Number(item['ver'])] } : { missing: ['pk'] },
});

/**
 * What does not fit of the claims of shared identifiers: each lists some of its holders, wherever they are, and every
 * other has an item of its own.
 */
export const examineShared = async (
  around: Surroundings,
  policy: MergePolicy,
  stored: StoredScope,
): Promise<readonly Finding[]> => {
  const { units, shared } = stored.scope;
  const held = [...units.values()].flatMap((unit) =>
    unit.claims
      .filter(({ identifier }) => shared.has(identifier) && links(policy, identifier))
      .map(({ identifier }) => ({ identifier, unit: unit.key })),
  );
  await around.getAll(held.map(({ identifier, unit }) => memberKey(identifier, unit)));
  const found = held.map(({ identifier, unit }) => examineHolder(around, stored, identifier, unit));
  return (await Promise.all(found)).flat();
};

const examineHolder = async (
  around: Surroundings,
  stored: StoredScope,
  identifier: IdentifierKey,
  unit: UnitKey,
): Promise<readonly Finding[]> => {
  const item = await around.get(claimKey(identifier));
  const claim = item && parseClaimItem(item);
  const key = memberKey(identifier, unit);
  if (!claim?.shared) {
    const marked = putClaim(identifier, sharedClaim(stored, claim), item);
    const remedy = { kind: 'write', actions: [fence(stored), marked] } as const;
    const what = 'claim of a shared identifier';
    return [finding(claimKey(identifier), item ? 'differs' : 'missing', what, {}, remedy)];
  }
  if (claim.units.includes(unit) || (await around.get(key)) !== undefined) return [];
  const put: Action = { kind: 'put', item: { ...key } };
  const remedy = { kind: 'write', actions: [fence(stored), put] } as const;
  return [finding(key, 'missing', 'holder of a shared identifier', {}, remedy)];
};

// Which holders it listed is not known any more: those who miss it get items of their own when they are looked at next.
const sharedClaim = (stored: StoredScope, claim: ClaimItem | undefined): ClaimItem => ({
  version: (claim?.version ?? stored.version) + 1,
  scope: stored.id,
  units: claim?.units ?? [],
  shared: true,
});

/**
 * What does not fit of the claims of blocking keys: no scope knows them, so they are found from the rows. Each lists its
 * holders, wherever they are, or is shared.
 */
export const examineKeys = async (
  around: Surroundings,
  policy: MergePolicy,
  stored: StoredScope,
): Promise<readonly Finding[]> => {
  const rows = await around.getAll([...stored.scope.units.keys()].map(unitItemKey));
  const held = rows.flatMap((row) => {
    const evidence = row && isPartyItem(row) ? parseRowItem(row).evidence : undefined;
    return evidence ? keysOf(evidence, policy).map((key) => ({ key, unit: evidence.key })) : [];
  });
  await around.getAll(held.map(({ key }) => claimKey(key)));
  const found = held.map(({ key, unit }) => examineKey(around, stored, key, unit));
  return (await Promise.all(found)).flat();
};

const examineKey = async (
  around: Surroundings,
  stored: StoredScope,
  identifier: IdentifierKey,
  unit: UnitKey,
): Promise<readonly Finding[]> => {
  const key = claimKey(identifier);
  const item = await around.get(key);
  const claim = item && parseClaimItem(item);
  if (claim?.units.includes(unit)) return [];
  if (claim?.shared) return examineHolder(around, stored, identifier, unit);
  const version = (claim?.version ?? stored.version) + 1;
  const next: ClaimItem = { version, units: [...(claim?.units ?? []), unit], shared: false };
  const actions = [fence(stored), putClaim(identifier, next, item)];
  const problem = item ? 'differs' : 'missing';
  return [
    finding(
      key,
      problem,
      'claim of a blocking key',
      { expected: unit },
      { kind: 'write', actions },
    ),
  ];
};
