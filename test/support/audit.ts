/**
 * Audit of a table: everything derived in it, worked out again from the evidence that it holds. Says what does not fit.
 */
import { partsIn, scopesAmong } from '#application/identity/scope-store.ts';
import { contributionsIn, hasLiveRow } from '#application/shared/contributions.ts';
import {
  bucketKey,
  bucketOfKey,
  claimKey,
  parseClaimItem,
  parseRowItem,
  parseUnitItem,
  scopePartKey,
} from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import { parseHeldItem } from '#application/shared/review-items.ts';
import type { Item } from '#application/shared/table.ts';
import {
  claimText,
  type EvidenceUnit,
  type IdentifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { type HeldValue, heldValues } from '#domain/identity/held-value.ts';
import { compares, isDecision, type MergePolicy } from '#domain/identity/merge-policy.ts';
import { byIssue, type OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import { customerGroups, type Scope } from '#domain/identity/scope.ts';
import { POLICY, sharedAmong, showGroups } from './builders/evidence.ts';
import { listedAt } from './scope-lists.ts';
import { customersOf } from './stored-customers.ts';

/** What of a table does not fit; empty when all does. */
export const audit = (items: readonly Item[], policy: MergePolicy = POLICY): readonly string[] => {
  const units = unitsOf(items);
  const shared = sharedAmong(
    [...units.values()].map(({ evidence }) => evidence),
    policy,
  );
  return [
    ...customerProblems(items, units, shared, policy),
    ...ledgerProblems(items, units),
    ...scopeProblems(items, units, shared, policy),
    ...claimProblems(items, units, shared, policy),
    ...placeProblems(items),
    ...lifeProblems(items),
    ...openProblems(items),
    ...heldProblems(items, units, shared, policy),
  ];
};

interface StoredUnit {
  readonly evidence: EvidenceUnit;
  readonly scope: string | undefined;
}

const unitsOf = (items: readonly Item[]): ReadonlyMap<UnitKey, StoredUnit> =>
  new Map(
    items.flatMap((item): readonly (readonly [UnitKey, StoredUnit])[] => {
      if (item.sk !== 'BUCKET' && !isPartyItem(item)) return [];
      const { evidence, scope } =
        (item.sk === 'BUCKET' ? parseUnitItem(item) : parseRowItem(item)) ?? {};
      return evidence ? [[evidence.key, { evidence, scope }]] : [];
    }),
  );

const differ = (what: string, stored: unknown, expected: unknown): readonly string[] => {
  const [a, b] = [JSON.stringify(stored), JSON.stringify(expected)];
  return a === b ? [] : [`${what} is ${a}, not ${b}`];
};

const customerProblems = (
  items: readonly Item[],
  units: ReadonlyMap<UnitKey, StoredUnit>,
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly string[] => {
  const evidence = [...units.values()].map((unit) => unit.evidence);
  const byKey = new Map(evidence.map((unit) => [unit.key, unit]));
  const { groups } = partition(evidence, shared, policy);
  const expected = customerGroups(groups, byKey, shared, policy);
  const stored = customersOf(items)
    .filter((customer) => customer.units.length > 0)
    .map((customer) => customer.units.toSorted());
  const order = (group: readonly string[], other: readonly string[]) =>
    String(group[0]) < String(other[0]) ? -1 : 1;
  return differ('customers', showGroups(stored.toSorted(order)), showGroups(expected));
};

// Every id leads to the customer that holds its anchor, under the id issued first, or rests; one whose anchor is gone is
// noted beside it.
const ledgerProblems = (
  items: readonly Item[],
  alive: ReadonlyMap<UnitKey, StoredUnit>,
): readonly string[] => {
  const customers = customersOf(items);
  const resting = items
    .filter(({ sk }) => sk === 'NOTE')
    .flatMap((item) =>
      ((item['entries'] ?? []) as [string, number][]).map(([id]) => `${id}@${item.pk.slice(2)}`),
    );
  const expectedAtRest: string[] = [];
  const problems = customers.flatMap(({ id, anchor, into, rests }) => {
    const holder = customers.find((customer) => customer.units.includes(anchor));
    if (!alive.has(anchor)) expectedAtRest.push(`${id}@${anchor}`);
    const [canonical] = customers.filter((one) => holder?.units.includes(one.anchor)).sort(byIssue);
    const leadsTo = into ?? (rests ? undefined : id);
    return differ(`the way of ${id}, anchored at ${anchor},`, leadsTo, canonical?.id);
  });
  return [...problems, ...differ('rest', resting.sort(), expectedAtRest.sort())];
};

// One entry for each value that waits for review, and the scopes list those that are not shared.
const heldProblems = (
  items: readonly Item[],
  units: ReadonlyMap<UnitKey, StoredUnit>,
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly string[] => {
  const evidence = new Map([...units].map(([key, unit]) => [key, unit.evidence]));
  const { groups, held } = partition([...evidence.values()], shared, policy);
  const values = heldValues(held, groups, evidence).map((value) => showHeldValue(value));
  const entries = items.filter(({ pk }) => pk.startsWith('HELD#')).map(parseHeldItem);
  const stored = entries.map(({ identifier, value }) =>
    value ? showHeldValue(value) : `${identifier} shared`,
  );
  const linking = [...shared].filter((one) => !isKey(policy, one));
  const expected = [...values, ...linking.map((one) => `${one} shared`)];
  const listed = [...scopesAmong(items).values()].flatMap((scope) => scope.held);
  return [
    ...differ('held values', stored.sort(), expected.sort()),
    ...differ('held values listed', listed.map(showHeldValue).sort(), values.sort()),
  ];
};

const showHeldValue = (value: HeldValue): string => {
  const { identifier, reasons, links, units, joins, sides, weight } = value;
  return [identifier, reasons, links, units, joins, ...sides, weight].join(' ');
};

// Every commit is at its end. Every part of a scope is named by the one that it leads to, and by no other.
const openProblems = (items: readonly Item[]): readonly string[] => {
  const scopes = new Map(items.flatMap((item) => (item.sk === 'SCOPE' ? [[item.pk, item]] : [])));
  const named = [...scopes.values()].flatMap(({ pk, ...item }) =>
    partsIn({ pk, ...item }).map((part) => `${scopePartKey(part).pk} of ${pk}`),
  );
  const stored = items.flatMap((item) =>
    item.sk === 'PART' ? [`${item.pk} of ${endOf(scopes, `K#${item['scope']}`)}`] : [],
  );
  return [
    ...differ('parts of scopes', stored.sort(), named.sort()),
    ...items.flatMap((item) =>
      item.pk === 'OPEN' || item['open'] === true ? [`${item.pk} ${item.sk} is open`] : [],
    ),
  ];
};

const endOf = (scopes: ReadonlyMap<string, Item>, pk: string): string => {
  const into = scopes.get(pk)?.['into'];
  return into === undefined ? pk : endOf(scopes, `K#${into}`);
};

const scopeProblems = (
  items: readonly Item[],
  units: ReadonlyMap<UnitKey, StoredUnit>,
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly string[] => {
  const scopes: ReadonlyMap<string, Scope> = scopesAmong(items);
  const redirects = new Map(
    items.flatMap((item) =>
      item.sk === 'SCOPE' && item['into'] ? [[item.pk.slice(2), String(item['into'])]] : [],
    ),
  );
  const listed = [...scopes.values()].flatMap((scope) => [...scope.units.keys()]).sort();
  return [
    ...differ('units of all scopes', listed, [...units.keys()].sort()),
    ...[...units].flatMap(([key, { scope }]) => {
      let at = scope ?? '';
      while (redirects.has(at)) at = redirects.get(at) ?? '';
      return scopes.get(at)?.units.has(key)
        ? []
        : [`${key} points to a scope that does not hold it`];
    }),
    ...[...scopes].flatMap(([id, scope]) => [
      ...[...scope.units.values()].flatMap((unit) =>
        differ(
          `evidence of ${unit.key} in its scope`,
          said(unit),
          said(withoutKeysOf(units.get(unit.key)?.evidence, policy)),
        ),
      ),
      ...differ(`what scope ${id} shares`, [...scope.shared].sort(), sharedWithin(scope, shared)),
    ]),
  ];
};

// Blocking keys stay with their rows.
const withoutKeysOf = (unit: EvidenceUnit | undefined, policy: MergePolicy) =>
  unit && { ...unit, claims: unit.claims.filter(({ identifier }) => !isKey(policy, identifier)) };

const isKey = (policy: MergePolicy, identifier: IdentifierKey) =>
  !isDecision(identifier) && policy[namespaceOf(identifier)]?.candidates !== undefined;

const said = (unit: EvidenceUnit | undefined) =>
  unit && [unit.party, unit.mayCreate, ...unit.claims.map(claimText)];

const sharedWithin = (scope: Scope, shared: ReadonlySet<IdentifierKey>): readonly string[] => {
  const held = [...scope.units.values()].flatMap((unit) =>
    unit.claims.map((one) => one.identifier),
  );
  return [...new Set(held)].filter((identifier) => shared.has(identifier)).sort();
};

const claimProblems = (
  items: readonly Item[],
  units: ReadonlyMap<UnitKey, StoredUnit>,
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly string[] => {
  const holders = new Map<IdentifierKey, UnitKey[]>();
  for (const { evidence } of units.values()) {
    for (const { identifier } of evidence.claims.filter((one) =>
      compares(policy, one.identifier),
    )) {
      holders.set(identifier, [...(holders.get(identifier) ?? []), evidence.key]);
    }
  }
  const stored = items
    .filter((item) => item.sk === 'CLAIM' && !isEmpty(items, item))
    .map((item) => item.pk.slice(2));
  return [
    ...differ('identifiers', stored.sort(), [...holders.keys()].sort()),
    ...[...holders].flatMap(([identifier, expected]) =>
      claimProblem(items, identifier, expected, {
        isShared: shared.has(identifier),
        isOwned: !shared.has(identifier) && !isKey(policy, identifier),
      }),
    ),
  ];
};

// What is left of somebody who laid a claim and never came to commit.
const isEmpty = (items: readonly Item[], item: Item): boolean =>
  item['scope'] !== undefined &&
  item['shared'] !== true &&
  listedAt(items, item['scope'], item.pk.slice(2)).length === 0;

const claimProblem = (
  items: readonly Item[],
  identifier: IdentifierKey,
  holders: readonly UnitKey[],
  { isShared, isOwned }: { readonly isShared: boolean; readonly isOwned: boolean },
): readonly string[] => {
  const { pk } = claimKey(identifier);
  const item = items.find((one) => one.pk === pk && one.sk === 'CLAIM');
  if (!item) return [`${identifier} has no claim`];
  const claim = parseClaimItem(item);
  const members = items.filter((one) => one.pk === pk && one.sk !== 'CLAIM');
  const listed = isOwned
    ? listedAt(items, claim.scope, identifier)
    : [...claim.units, ...members.map(({ sk }) => sk.slice('UNIT#'.length))];
  const owners = customersOf(items).filter(({ units }) =>
    holders.some((unit) => units.includes(unit)),
  );
  const owner = owners.length === 1 && isOwned ? owners[0]?.id : undefined;
  return [
    ...(isOwned ? differ(`list of ${identifier}`, claim.units, []) : []),
    ...differ(`holders of ${identifier}`, listed.toSorted(), [...holders].sort()),
    ...differ(`whether ${identifier} is shared`, claim.shared, isShared),
    ...differ(`customer of ${identifier}`, leadingTo(items, claim.customer), owner),
  ];
};

const leadingTo = (items: readonly Item[], id: OneId | undefined): OneId | undefined =>
  customersOf(items).find((one) => one.id === id)?.into ?? id;

// A live contribution lies where its row's registry says, in a bucket that its unit knows, and nowhere else.
const placeProblems = (items: readonly Item[]): readonly string[] => {
  const byKey = new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
  return items
    .filter(({ sk }) => sk === 'BUCKET')
    .flatMap((bucket) =>
      contributionsIn(bucket).flatMap(({ rowKey, fact }) =>
        fact ? placeProblem(byKey, bucket, rowKey) : [],
      ),
    );
};

const placeProblem = (
  byKey: ReadonlyMap<string, Item>,
  bucket: Item,
  row: string,
): readonly string[] => {
  const registry = byKey.get(`R#${row} ROW`);
  const { unit, bucket: number } = registry ? parseRowItem(registry) : {};
  if (unit === undefined || number === undefined) return [`${row} is in a bucket, without a place`];
  const { pk, sk } = bucketKey(unit, 0);
  const stored = parseUnitItem(byKey.get(`${pk} ${sk}`));
  if (!stored) return [`${row} is live under a unit that is not there`];
  return [
    ...differ(`place of ${row}`, bucket.pk, bucketKey(unit, number).pk),
    ...(stored.buckets > number ? [] : [`${row} is in a bucket beyond those of ${unit}`]),
  ];
};

// A fact unit lives by a row that is live, and nobody is about to remove it.
const lifeProblems = (items: readonly Item[]): readonly string[] => {
  const supported = new Set(
    items
      .filter((item) => item.sk === 'BUCKET' && hasLiveRow(item))
      .map((item) => bucketOfKey(item).unit),
  );
  return items
    .flatMap((item) => (item.sk === 'BUCKET' ? (parseUnitItem(item) ?? []) : []))
    .flatMap(({ evidence: { key }, dying }) => [
      ...(supported.has(key) ? [] : [`${key} lives on without a row`]),
      ...(dying === undefined ? [] : [`${key} is marked as dying`]),
    ]);
};
