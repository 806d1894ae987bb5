/**
 * Canonical state: everything that identity says, in one form that leaves out how it came about. Two tables with the same
 * digest hold the same customers, whatever their revisions, times and scopes.
 */
import { createHash } from 'node:crypto';
import type { RowChange } from '#application/identity/row-change.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { parseRowItem, parseUnitItem } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { Item } from '#application/shared/table.ts';
import { byText, type EvidenceUnit, type UnitKey } from '#domain/identity/evidence.ts';
import { heldValues } from '#domain/identity/held-value.ts';
import { links, type MergePolicy } from '#domain/identity/merge-policy.ts';
import { assignIds, type LedgerEntry, type OneId } from '#domain/identity/one-id.ts';
import { partition } from '#domain/identity/partition.ts';
import { customerGroups } from '#domain/identity/scope.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { sharedAmong } from './builders/evidence.ts';
import { customersOf, issuedIn } from './stored-customers.ts';

/** A customer in its canonical form. */
interface CanonicalCustomer {
  readonly id: string;
  readonly redirects: readonly string[];
  readonly units: readonly string[];
  /** `row version` */
  readonly rows: readonly string[];
  readonly links: readonly string[];
}

/** All customers by their smallest unit, and what is held. */
export interface CanonicalState {
  readonly customers: readonly CanonicalCustomer[];
  readonly held: readonly string[];
}

/** SHA-256 of a state, as hexadecimal digits. */
export const digestOf = (state: CanonicalState): string =>
  createHash('sha256').update(canonicalJson(state)).digest('hex');

/** The ledger that a table holds: an input of the oracle. */
export const ledgerIn = (items: readonly Item[]): readonly LedgerEntry[] =>
  issuedIn(items).map(({ id, anchor, issuedAt }) => ({ id, anchor, issuedAt }));

/** The state that a table holds. */
export const storedState = (items: readonly Item[], policy: MergePolicy): CanonicalState => {
  const customers = customersOf(items);
  const rows = rowsStored(items);
  const units = items.flatMap((item): EvidenceUnit | readonly EvidenceUnit[] => {
    if (item.sk === 'BUCKET') return parseUnitItem(item)?.evidence ?? [];
    return item.sk === 'ROW' ? (parseRowItem(item).evidence ?? []) : [];
  });
  const { accepted } = partition(units, sharedAmong(units, policy), policy);
  const held = items.filter(({ pk }) => pk.startsWith('HELD#'));
  return {
    customers: customers
      .filter(({ units: own }) => own.length > 0)
      .map(({ id, units: own }) => {
        const redirects = customers.filter(({ into }) => into === id).map((one) => one.id);
        return canonical(id, redirects, own, rows, accepted);
      })
      .sort(bySmallest),
    held: held.map(({ sk, reasons }) => `${sk} ${reasons}`).sort(byText),
  };
};

type Rows = ReadonlyMap<string, readonly string[]>;

const rowsStored = (items: readonly Item[]): Rows =>
  gathered(
    items.flatMap((item) => {
      if (isPartyItem(item))
        return [[item.pk.slice(2), `${item.pk.slice(2)} ${parseRowItem(item).version}`] as const];
      if (item.sk !== 'BUCKET') return [];
      const unit = item.pk.slice(2, item.pk.lastIndexOf('#'));
      return liveContributionsIn(item).map(
        ({ rowKey, version }) => [unit, `${rowKey} ${version}`] as const,
      );
    }),
  );

const gathered = (entries: readonly (readonly [string, string])[]): Rows => {
  const rows = new Map<string, string[]>();
  for (const [unit, row] of entries) rows.set(unit, [...(rows.get(unit) ?? []), row]);
  return rows;
};

const canonical = (
  id: string,
  redirects: readonly string[],
  units: readonly UnitKey[],
  rows: Rows,
  accepted: ReturnType<typeof partition>['accepted'],
): CanonicalCustomer => ({
  id,
  redirects: [...redirects].sort(byText),
  units: [...units].sort(byText),
  rows: units.flatMap((unit) => rows.get(unit) ?? []).sort(byText),
  links: accepted
    .filter(({ a }) => units.includes(a))
    .map(({ a, b, identifier }) => `${a} ${b} ${identifier}`)
    .sort(byText),
});

const bySmallest = (a: CanonicalCustomer, b: CanonicalCustomer): number =>
  byText(a.units[0] ?? '', b.units[0] ?? '');

/** The state that the final rows, the rules and the ledger make. */
export const expectedState = (
  changes: readonly RowChange[],
  units: readonly EvidenceUnit[],
  ledger: readonly LedgerEntry[],
  policy: MergePolicy,
): CanonicalState => {
  const shared = sharedAmong(units, policy);
  const { groups, accepted, held } = partition(units, shared, policy);
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const rows = gathered(changes.flatMap(rowOf));
  const named = assignIds(customerGroups(groups, byKey, shared, policy), ledger);
  return {
    customers: named
      .map(({ units: own, entries }) => {
        const [id = '' as OneId, ...redirects] = entries.map((entry) => entry.id);
        return canonical(id, redirects, own, rows, accepted);
      })
      .sort(bySmallest),
    held: [
      ...heldValues(held, groups, byKey).map(
        ({ identifier, reasons }) => `${identifier} ${reasons}`,
      ),
      ...[...shared]
        .filter((identifier) => links(policy, identifier))
        .map((identifier) => `${identifier} shared`),
    ].sort(byText),
  };
};

const rowOf = (change: RowChange): readonly (readonly [string, string])[] => {
  if (change.kind === 'party' && change.after)
    return [[change.rowKey, `${change.rowKey} ${change.version}`]];
  return change.kind === 'fact' && change.after?.unit
    ? [[change.after.unit.key, `${change.rowKey} ${change.version}`]]
    : [];
};
