/**
 * What is left of a world in its table, beside what the batch oracle makes of its final rows.
 */
import type { RowChange } from '#application/identity/row-change.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import { parseRowItem, parseUnitItem } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import { parseDecisionItem } from '#application/shared/review-items.ts';
import type { Item } from '#application/shared/table.ts';
import type { EvidenceUnit } from '#domain/identity/evidence.ts';
import { type IdentityEvent, replayEvents } from '#domain/identity/identity-event.ts';
import {
  compares,
  isDecision,
  type MergePolicy,
  scoringOf,
} from '#domain/identity/merge-policy.ts';
import { byIssue } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import { customerGroups } from '#domain/identity/scope.ts';
import { audit } from './audit.ts';
import { sharedAmong, showHeld } from './builders/evidence.ts';
import { expectedState, ledgerIn, storedState } from './canonical-state.ts';
import { liveRows, liveUnits, type World } from './identity-world.ts';
import { underDecisions } from './operations.ts';
import { listedAt } from './scope-lists.ts';
import { slowPartition } from './slow-partition.ts';
import { customersOf, type StoredCustomer } from './stored-customers.ts';

/** What differs between a table and what the oracle computes from a world's final rows, under the rules in force. */
export const differences = (
  items: readonly Item[],
  world: World,
  policy: MergePolicy,
): readonly string[] => {
  const rows = liveRows(world);
  const decisions = items.filter(({ pk }) => pk === 'DECISION').map(parseDecisionItem);
  const units = underDecisions(liveUnits(rows), decisions);
  return [
    ...compare('units', unitsStored(items), units.map((unit) => unit.key).sort()),
    ...compare('customers', customersStored(items), customersExpected(units, policy)),
    ...compare('claims', claimsStored(items), claimsExpected(units, policy)),
    ...compare('decisions', decisionsOf(evidenceStored(items)), decisionsOf(units)),
    ...compare('facts', factsStored(items), factsExpected(rows)),
    ...compare('sales of nobody', salesOfNobodyStored(items), salesOfNobodyExpected(rows)),
    ...ledgerProblems(items),
    ...audit(items, policy),
    ...rulesProblems(units, policy),
    ...compare(
      'canonical state',
      storedState(items, policy),
      expectedState(rows, units, ledgerIn(items), policy),
    ),
  ];
};

/** What differs between F, which both the table and its oracle are made by, and the rules of identity read aloud. */
const rulesProblems = (units: ReturnType<typeof liveUnits>, policy: MergePolicy) => {
  if (scoringOf(policy) !== undefined) return [];
  const shared = sharedAmong(units, policy);
  const { groups, held } = partition(units, shared, policy);
  const aloud = slowPartition(units, shared, policy);
  return [
    ...compare('groups by the rules', groups, aloud.groups),
    ...compare('held by the rules', showHeld({ held }).toSorted(), aloud.held.toSorted()),
  ];
};

/** What differs between all events in order and the customers there are, and the values that are held. */
export const eventProblems = (items: readonly Item[], events: readonly IdentityEvent[]) => {
  const { customers, held } = replayEvents(events);
  const live = customersOf(items).filter(({ units }) => units.length > 0);
  const listed = items.filter(({ pk }) => pk.startsWith('HELD#')).map(({ sk }) => sk);
  return [
    ...compare('customers of the events', [...customers].sort(), live.map(({ id }) => id).sort()),
    ...compare('held values of the events', [...held].sort(), listed.sort()),
  ];
};

const compare = (what: string, stored: unknown, expected: unknown): readonly string[] => {
  const [a, b] = [JSON.stringify(stored), JSON.stringify(expected)];
  return a === b ? [] : [`${what}:\n  stored   ${a}\n  expected ${b}`];
};

const customersExpected = (units: ReturnType<typeof liveUnits>, policy: MergePolicy) => {
  const shared = sharedAmong(units, policy);
  const { groups } = partition(units, shared, policy);
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  return customerGroups(groups, byKey, shared, policy)
    .map((group) => group.join())
    .sort();
};

const customersStored = (items: readonly Item[]) =>
  customersOf(items)
    .filter(({ units }) => units.length > 0)
    .map(({ units }) => units.toSorted().join())
    .sort();

const evidenceStored = (items: readonly Item[]): readonly EvidenceUnit[] =>
  items.flatMap((item) => {
    if (item.sk === 'BUCKET') return parseUnitItem(item)?.evidence ?? [];
    return isPartyItem(item) ? (parseRowItem(item).evidence ?? []) : [];
  });

const unitsStored = (items: readonly Item[]) =>
  evidenceStored(items)
    .map(({ key }) => key)
    .sort();

/** What operators have decided about each unit, as it holds it. */
const decisionsOf = (units: readonly EvidenceUnit[]) =>
  units
    .flatMap(({ key, claims }) =>
      claims
        .filter(({ identifier }) => isDecision(identifier))
        .map((one) => `${key} ${one.identifier}`),
    )
    .sort();

const claimsExpected = (units: ReturnType<typeof liveUnits>, policy: MergePolicy) =>
  units
    .flatMap((unit) => unit.claims.map(({ identifier }) => ({ identifier, unit: unit.key })))
    .filter(({ identifier }) => compares(policy, identifier))
    .map(({ identifier, unit }) => `${identifier} ${unit}`)
    .sort();

const claimsStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.pk.startsWith('I#'))
    .flatMap((item) => holdersStored(items, item).map((unit) => `${item.pk.slice(2)} ${unit}`))
    .sort();

const holdersStored = (items: readonly Item[], item: Item): readonly string[] => {
  if (item.sk !== 'CLAIM') return [item.sk.slice('UNIT#'.length)];
  const { units = [], scope, shared } = item;
  return shared === true || scope === undefined
    ? (units as readonly string[])
    : listedAt(items, scope, item.pk.slice(2));
};

const factsExpected = (rows: readonly RowChange[]) =>
  rows
    .flatMap((row) =>
      row.kind === 'fact' && row.after?.unit
        ? [
            `${row.after.unit.key} ${row.rowKey} ${row.version} ${row.after.contribution.fields['total']}`,
          ]
        : [],
    )
    .sort();

const factsStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.sk === 'BUCKET')
    .flatMap((item) =>
      contributionsIn(item).flatMap(({ rowKey, version, fact }) => {
        const unit = item.pk.slice(2, item.pk.lastIndexOf('#'));
        return fact ? [`${unit} ${rowKey} ${version} ${fact.fields['total']}`] : [];
      }),
    )
    .sort();

const salesOfNobodyExpected = (rows: readonly RowChange[]) =>
  rows
    .flatMap((row) => {
      if (row.kind !== 'fact' || !row.after || row.after.unit) return [];
      const { paid, total } = row.after.contribution.fields;
      return paid === undefined ? [] : [`${row.rowKey} ${row.version} ${total}`];
    })
    .sort();

const salesOfNobodyStored = (items: readonly Item[]) =>
  items
    .filter((item) => item.sk === 'ROW')
    .flatMap((item) =>
      contributionsIn(item).map(
        ({ rowKey, version, fact }) => `${rowKey} ${version} ${fact?.fields['total']}`,
      ),
    )
    .sort();

/** Every id answers: with units, with a redirect to the customer that holds its anchor, or at rest. */
const ledgerProblems = (items: readonly Item[]): readonly string[] => {
  const entries = customersOf(items);
  return entries.flatMap(({ id, anchor, into, rests }) => {
    const holder = entries.find(({ units }) => units.includes(anchor));
    const expected = holder ? canonicalOf(entries, holder) : undefined;
    const told = into ?? (rests ? undefined : id);
    return told === expected
      ? []
      : [`ledger: ${id} anchored at ${anchor} leads to ${told}, not ${expected}`];
  });
};

const canonicalOf = (
  entries: readonly StoredCustomer[],
  { units }: StoredCustomer,
): string | undefined =>
  entries.filter(({ anchor }) => units.includes(anchor)).toSorted(byIssue)[0]?.id;
