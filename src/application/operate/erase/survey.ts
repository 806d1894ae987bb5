/**
 * Survey: finds what is held of a customer, before anything of it is removed.
 *
 * From the customer to its units, from these to their rows, buckets and claims. An identifier counts as the customer's own
 * when all its holders are its units: one that a family shares names the others as well, and stays.
 * @module
 */
import { readCustomerUnits } from '#application/identity/customer-units.ts';
import { readHolders } from '#application/identity/scope-holders.ts';
import { readScopes } from '#application/identity/scope-store.ts';
import { lookupsOf } from '#application/profile/maintain-lookups.ts';
import { readCustomerRows } from '#application/serve/customer-rows.ts';
import { canonicalId } from '#application/serve/get-profile.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  bucketsIn,
  claimKey,
  defectPartition,
  FACT_UNIT_PREFIX,
  noteKey,
  parseClaimItem,
  parseRowItem,
  parseUnitItem,
  rowItemKey,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import { itemsIn } from '#application/shared/partition-items.ts';
import {
  DECISION_PARTITION,
  decisionKey,
  heldKey,
  parseDecisionItem,
} from '#application/shared/review-items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import {
  type IdentifierKey,
  identifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import type { ErasurePlan, PlannedItem, PlannedRow } from './plan.ts';
import type { ErasePorts } from './ports.ts';

/** Whether a customer has anything left. */
export const unitsOf = async (table: Table, id: OneId): Promise<readonly UnitKey[]> => {
  const current = (await canonicalId(table, id)) ?? id;
  const found = await readCustomerUnits(table, [{ id: current }]);
  return found.get(current)?.units ?? [];
};

/** Finds what is held of a customer now. */
export const surveyCustomer = async (ports: ErasePorts, id: OneId): Promise<ErasurePlan> => {
  const { table } = ports;
  const { definitions } = await ports.definitions();
  const units = await unitsOf(table, id);
  const items = await table.getAll(units.map(unitItemKey));
  const places = units.flatMap((unit, index) => bucketsOf(unit, items[index]));
  const { parties } = await readCustomerRows(table, units);
  const rows = [...partyRows(units), ...(await factRows(table, units, places))];
  const identifiers = await ownIdentifiers(table, definitions, units, items);
  return {
    rows,
    units,
    ids: await idsOf(table, id, units, items),
    identifiers,
    values: valuesOf(ports, parties, new Set(identifiers)),
    items: [
      ...rows.map(({ rowKey }) => planned('rows of the registry', rowItemKey(rowKey))),
      ...places.map((place) => planned('buckets of contributions', place)),
      ...units.flatMap(notesOf),
      ...identifiers.map((identifier) => planned('values for review', heldKey(identifier))),
      ...items.flatMap((item) => lookupItems(ports, item)),
      ...(await defectsOf(table, rows)),
      ...(await decisionsAbout(table, units)),
    ],
  };
};

const planned = (what: string, { pk, sk }: Key): PlannedItem => ({ what, pk, sk });

const isFactUnit = (unit: UnitKey): boolean => unit.startsWith(FACT_UNIT_PREFIX);

const bucketsOf = (unit: UnitKey, item: Item | undefined): readonly Key[] =>
  isFactUnit(unit)
    ? Array.from({ length: bucketsIn(item) }, (_, bucket) => bucketKey(unit, bucket))
    : [];

const notesOf = (unit: UnitKey): readonly PlannedItem[] => [
  planned('ids at rest and decisions of a unit', noteKey(unit)),
];

const partyRows = (units: readonly UnitKey[]): readonly PlannedRow[] =>
  units
    .filter((unit) => !isFactUnit(unit))
    .map((unit) => ({ rowKey: unit as string as SourceRowKey, kind: 'party' }));

/** Rows of the customer's buckets, deleted ones too; those that have moved to somebody else are somebody else's. */
const factRows = async (
  table: Table,
  units: readonly UnitKey[],
  places: readonly Key[],
): Promise<readonly PlannedRow[]> => {
  const buckets = await table.getAll(places);
  const seen = [
    ...new Set(buckets.flatMap((bucket) => contributionsIn(bucket)).map(({ rowKey }) => rowKey)),
  ];
  const registry = await table.getAll(seen.map(rowItemKey));
  const own = new Set(units);
  return seen.flatMap((rowKey, index): readonly PlannedRow[] => {
    const item = registry[index];
    const unit = item && parseRowItem(item).unit;
    return unit === undefined || own.has(unit) ? [{ rowKey, kind: 'fact' }] : [];
  });
};

/** The id in force, and all that redirect to it. */
const idsOf = async (
  table: Table,
  id: OneId,
  units: readonly UnitKey[],
  items: readonly (Item | undefined)[],
): Promise<readonly OneId[]> => {
  const pointers = items.flatMap((item) => (item?.['scope'] as ScopeId | undefined) ?? []);
  const scopes = await readScopes(table, pointers);
  const own = new Set(units);
  const anchored = scopes
    .flatMap(({ scope }) => scope.ledger)
    .filter(({ anchor }) => own.has(anchor))
    .map((entry) => entry.id);
  return [...new Set([id, (await canonicalId(table, id)) ?? id, ...anchored])];
};

const ownIdentifiers = async (
  table: Table,
  { namespaces }: Definitions,
  units: readonly UnitKey[],
  items: readonly (Item | undefined)[],
): Promise<readonly IdentifierKey[]> => {
  const claimed = [...new Set(items.flatMap(claimsOf))].filter((identifier) => {
    const rules = namespaces[namespaceOf(identifier)];
    return rules?.links === true && rules.compose === undefined;
  });
  const claims = await table.getAll(claimed.map(claimKey));
  const own = new Set(units);
  const theirs = await Promise.all(
    claimed.map(async (identifier, index) => {
      const item = claims[index];
      if (!item) return true;
      const claim = parseClaimItem(item);
      if (claim.shared) return false;
      return (await readHolders(table, identifier, claim)).every((unit) => own.has(unit));
    }),
  );
  return claimed.filter((_, index) => theirs[index]);
};

const claimsOf = (item: Item | undefined): readonly IdentifierKey[] => {
  const evidence =
    item && (item.sk === 'ROW' ? parseRowItem(item).evidence : parseUnitItem(item)?.evidence);
  return evidence?.claims.map(({ identifier }) => identifier) ?? [];
};

const valuesOf = (
  { pseudonymise }: ErasePorts,
  parties: readonly PartyRow[],
  own: ReadonlySet<IdentifierKey>,
): ErasurePlan['values'] =>
  parties
    .flatMap(({ identifiers }) => identifiers)
    .filter(({ namespace, scope, value }) =>
      own.has(identifierKey(namespace, scope, pseudonymise(namespace, scope, value))),
    )
    .map(({ namespace, scope, value }) => ({ namespace, ...(scope ? { scope } : {}), value }));

const lookupItems = (
  { pseudonymise }: ErasePorts,
  item: Item | undefined,
): readonly PlannedItem[] =>
  [...lookupsOf(pseudonymise, item).values()].map((key) =>
    planned('lookups of service desks', key),
  );

const defectsOf = async (
  table: Table,
  rows: readonly PlannedRow[],
): Promise<readonly PlannedItem[]> => {
  const tables = new Set(rows.map(({ rowKey }) => rowKey.split('.', 2).join('.')));
  const found: PlannedItem[] = [];
  for (const name of tables) {
    const [source = '', tableName = ''] = name.split('.');
    const own = new Set(rows.map(({ rowKey }) => rowKey as string));
    for await (const { pk, sk } of itemsIn(table, { pk: defectPartition(source, tableName) }))
      if (own.has(sk.split('#').slice(2).join('#'))) found.push(planned('defects', { pk, sk }));
  }
  return found;
};

const decisionsAbout = async (
  table: Table,
  units: readonly UnitKey[],
): Promise<readonly PlannedItem[]> => {
  const own = new Set(units.filter((unit) => !isFactUnit(unit)));
  const found: PlannedItem[] = [];
  for await (const item of itemsIn(table, { pk: DECISION_PARTITION })) {
    const { id, a, b } = parseDecisionItem(item);
    if (own.has(a) || own.has(b)) found.push(planned('decisions of operators', decisionKey(id)));
  }
  return found;
};
