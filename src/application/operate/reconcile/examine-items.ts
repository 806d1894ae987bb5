/**
 * Examination of single items: whether each is where something leads to it, and what it leads to is there.
 *
 * What hangs on a scope is examined from the scope. Here is found what no scope knows: rows without their contribution,
 * units whose scope is gone, and what was left over.
 * @module
 */

import { asClaimed } from '#application/identity/membership-writes.ts';
import { asRead, type StoredScope } from '#application/identity/scope-store.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { contributionName, liveContributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  bucketOfKey,
  type CustomerItem,
  claimKey,
  customerKey,
  formatCustomerItem,
  isLive,
  MEMBER_PREFIX,
  noteKey,
  type PartId,
  parseClaimItem,
  parseCustomerItem,
  parseRowItem,
  parseUnitItem,
  rowItemKey,
  type ScopeId,
  scopeKey,
  summaryKey,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Action, Item, Key } from '#application/shared/table.ts';
import { packedVersion, type RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { type Finding, finding } from './finding.ts';
import type { Surroundings } from './surroundings.ts';

type Examine = (around: Surroundings, item: Item) => Promise<readonly Finding[]>;

const NONE: readonly Finding[] = [];

/** Keys that the examination of an item reads, as far as they are known from it. */
export const keysBeside = (item: Item): readonly Key[] => {
  switch (item.sk) {
    case 'ROW':
      return placeOf(item);
    case 'BUCKET':
      return [
        unitItemKey(bucketOfKey(item).unit),
        ...liveContributionsIn(item).map(({ rowKey }) => rowItemKey(rowKey)),
      ];
    case 'CUSTOMER': {
      const { id, anchor } = parseCustomerItem(item);
      return [unitItemKey(anchor), summaryKey(id)];
    }
    case 'SUMMARY':
      return [customerKey(item.pk.slice(2) as OneId)];
    default:
      return [];
  }
};

/** The scope that an item points to, which its examination reads. */
export const scopeBeside = ({ sk, scope }: Item): readonly ScopeId[] =>
  typeof scope === 'string' && (sk === 'ROW' || sk === 'BUCKET' || sk === 'CLAIM' || sk === 'PART')
    ? [scope as ScopeId]
    : [];

/** What does not fit an item, of those that no scope leads to. */
export const examineItem: Examine = (around, item) => {
  if (item.sk.startsWith(MEMBER_PREFIX)) return examineMember(around, item);
  return (EXAMINATIONS[item.sk] ?? (async () => NONE))(around, item);
};

const placeOf = (item: Item): readonly Key[] => {
  const { unit, bucket } = parseRowItem(item);
  return unit === undefined || bucket === undefined ? [] : [bucketKey(unit, bucket)];
};

// A fact row's contribution, or the tombstone of it, lies where the registry says.
const examineRow: Examine = async (around, item) => {
  const { evidence, laid } = parseRowItem(item);
  if (evidence)
    return laid ? examineLaid(around, item, evidence) : examineHome(around, item, evidence);
  const row = item.pk.slice(2) as SourceRowKey;
  const [place] = placeOf(item);
  if (!place) return NONE;
  const bucket = await around.get(place);
  if (bucket?.[contributionName(row)] !== undefined) return NONE;
  const what = bucket
    ? 'contributions of fact rows, of which one is gone'
    : 'contributions of fact rows';
  return [finding(place, bucket ? 'differs' : 'missing', what, { expected: row }, 'replay')];
};

// The first bucket of a unit that is there stands for the unit.
const examineBucket: Examine = async (around, item) => {
  const unit = parseUnitItem(item);
  const home = unit ? await examineHome(around, item, unit.evidence) : NONE;
  return [...home, ...(await examineContributions(around, item))];
};

const examineHome = async (
  around: Surroundings,
  item: Item,
  { key }: EvidenceUnit,
): Promise<readonly Finding[]> => {
  const pointer = item['scope'] as ScopeId;
  const home = await around.scope(pointer);
  if (home?.scope.units.has(key)) return NONE;
  const seen = { expected: key, found: home?.version };
  return home
    ? [finding(item, 'differs', 'points to a scope that does not know it', seen, 'restore')]
    : [finding(scopeKey(pointer), 'missing', 'scope that units point to', {}, 'restore')];
};

// Of a row that was laid the commit may never have come, even if its scope is gone: whoever gets it again commits it.
const examineLaid = async (
  around: Surroundings,
  item: Item,
  { key }: EvidenceUnit,
): Promise<readonly Finding[]> => {
  const home = await around.scope(item['scope']);
  if (home?.scope.units.has(key)) return NONE;
  const seen = { expected: key, found: home?.version };
  return [finding(item, 'differs', 'row that was laid and never committed', seen, 'replay')];
};

// A live contribution is known to the registry at this place, and its unit is there.
const examineContributions: Examine = async (around, item) => {
  const live = liveContributionsIn(item);
  const place = bucketOfKey(item);
  const found = await Promise.all(
    live.map(async ({ rowKey, version }): Promise<readonly Finding[]> => {
      const key = rowItemKey(rowKey);
      const registry = await around.get(key);
      const row = registry && parseRowItem(registry);
      if (row?.unit === place.unit && row.bucket === place.bucket) return NONE;
      const seen = { expected: place, found: row ? [row.unit, row.bucket] : null };
      if (row)
        return [finding(key, 'differs', 'row that is live in another place', seen, 'replay')];
      const put = { kind: 'put', item: { ...key, v: version, ...place } } as const;
      const actions = [
        // Whoever moves or deletes the row meanwhile changes its contribution.
        { kind: 'check', key: { pk: item.pk, sk: item.sk }, when: isStill(rowKey, version) },
        { ...put, when: { missing: ['pk'] } },
      ] as const;
      return [finding(key, 'missing', 'registry of a fact row', seen, { kind: 'write', actions })];
    }),
  );
  return found.flat();
};

const isStill = (row: SourceRowKey, version: RowVersion) =>
  ({ equals: [[contributionName(row), 'v'], packedVersion(version)] }) as const;

// A claim of which no unit is left; any other is examined from the scope of its holders. Where there is no scope, it is
// lost, or yet to come: the claim alone does not tell.
const examineClaim: Examine = async (around, item) => {
  const claim = parseClaimItem(item);
  const identifier = item.pk.slice(2) as IdentifierKey;
  const home = await around.scope(claim.scope);
  const claims = (unit: EvidenceUnit) => unit.claims.some((one) => one.identifier === identifier);
  if (claim.shared || (claim.scope !== undefined && !home)) return NONE;
  if (home && [...home.scope.units.values()].some(claims)) return NONE;
  const holders = await around.getAll(claim.units.map(unitItemKey));
  if (holders.some((holder) => holder !== undefined && says(holder, identifier))) return NONE;
  const actions: Action[] = [
    { kind: 'delete', key: claimKey(identifier), when: asClaimed(claim) },
    // Somebody may have laid it who is yet to commit; then the commit fails.
    ...(home ? [nextVersion(home)] : []),
  ];
  const what = 'claim of an identifier that nobody holds';
  return [finding(item, 'surplus', what, { found: claim.version }, { kind: 'write', actions })];
};

// A part that no scope names: whoever laid it has yet to commit, or died, or died after the commit that gave it up. So the
// scope that it was written for, or its place, gets another version; a commit that is on its way fails by that.
const examinePart: Examine = async (around, item) => {
  const pointer = item['scope'] as ScopeId;
  const home = await around.scope(pointer);
  const part = item.pk.slice(2) as PartId;
  if (home?.parts.some(({ id }) => id === part)) return NONE;
  const fence = home ? nextVersion(home) : nextEnd(pointer, await around.get(scopeKey(pointer)));
  const actions: Action[] = [{ kind: 'delete', key: { pk: item.pk, sk: item.sk } }, fence];
  return [finding(item, 'surplus', 'part that no scope names', {}, { kind: 'write', actions })];
};

const nextEnd = (id: ScopeId, ended: Item | undefined): Action => {
  const key = scopeKey(id);
  return ended === undefined
    ? { kind: 'put', item: { ...key, ver: 1 }, when: { missing: ['pk'] } }
    : { kind: 'update', key, add: { ver: 1 }, when: { equals: [['ver'], ended['ver'] as number] } };
};

const nextVersion = (stored: StoredScope): Action => ({
  kind: 'update',
  key: scopeKey(stored.id),
  add: { ver: 1 },
  when: asRead(stored),
});

const evidenceIn = (holder: Item): EvidenceUnit | undefined =>
  holder.sk === 'ROW' ? parseRowItem(holder).evidence : parseUnitItem(holder)?.evidence;

const says = (holder: Item, identifier: IdentifierKey): boolean =>
  evidenceIn(holder)?.claims.some((claim) => claim.identifier === identifier) ?? false;

// A party row says what it claims in one attribute, a unit of facts in the other.
const CLAIMS_NOTHING = { all: [{ missing: ['evidence'] }, { missing: ['claims'] }] } as const;

const examineMember: Examine = async (around, item) => {
  const unit = item.sk.slice(MEMBER_PREFIX.length) as UnitKey;
  const identifier = item.pk.slice(2) as IdentifierKey;
  const holder = await around.get(unitItemKey(unit));
  if (holder && says(holder, identifier)) return NONE;
  const what = 'holder of a shared identifier that it does not claim';
  if (holder && evidenceIn(holder)) return [finding(item, 'surplus', what, {}, 'restore')];
  const actions = [
    { kind: 'check', key: unitItemKey(unit), when: CLAIMS_NOTHING },
    { kind: 'delete', key: { pk: item.pk, sk: item.sk } },
  ] as const;
  return [finding(item, 'surplus', what, {}, { kind: 'write', actions })];
};

const examineCustomer: Examine = async (around, item) => {
  const customer = parseCustomerItem(item);
  const wrong = await examineId(around, item, customer);
  return wrong.length > 0 ? wrong : examineEmptyView(around, customer);
};

// An id without units has an empty view, which keeps the revision for when it has some again. That of a live one is examined
// from its scope.
const examineEmptyView = async (
  around: Surroundings,
  customer: CustomerItem,
): Promise<readonly Finding[]> => {
  const { id } = customer;
  if (isLive(customer) || (await around.get(summaryKey(id)))) return NONE;
  const remedy = { kind: 'recompute', customer: id } as const;
  return [finding(summaryKey(id), 'missing', 'view of an id that has no units', {}, remedy)];
};

// Every id is in the ledger of its anchor's scope, or rests with its anchor.
const examineId = async (
  around: Surroundings,
  item: Item,
  customer: CustomerItem,
): Promise<readonly Finding[]> => {
  const { id, anchor } = customer;
  const home = await around.scopeOf(anchor);
  if (home?.scope.ledger.some((entry) => entry.id === id)) return NONE;
  const resting = await around.get(noteKey(anchor));
  const entries = (resting?.['entries'] ?? []) as readonly (readonly [string, number])[];
  if (entries.some(([one]) => one === id)) return NONE;
  const unit = await around.get(unitItemKey(anchor));
  if (unit?.['deleted'] === true) {
    return [finding(noteKey(anchor), 'missing', 'note of ids at rest', {}, 'restore')];
  }
  // A unit or scope that is gone is named itself; its ids cannot be told from others meanwhile.
  if (!home) return NONE;
  // Laid for a commit that lost its race: it was never issued, and the anchor's next new customer takes it up.
  if (isLive(customer)) return NONE;
  const what = 'customer whose id no ledger knows';
  return [finding(item, 'surplus', what, { expected: anchor, found: id }, 'restore')];
};

const examineNote: Examine = async (around, item) => {
  const anchor = item.pk.slice(2) as UnitKey;
  const entries = (item['entries'] ?? []) as readonly (readonly [string, number])[];
  const items = await around.getAll(entries.map(([id]) => customerKey(id as OneId)));
  return entries.flatMap(([id, issuedAt], index): readonly Finding[] => {
    if (items[index]) return NONE;
    const key = customerKey(id as OneId);
    const atRest = { id: id as OneId, anchor, issuedAt, rests: true };
    const actions = [
      { kind: 'check', key: noteKey(anchor), when: { exists: ['pk'] } },
      { kind: 'put', item: formatCustomerItem(atRest), when: { missing: ['pk'] } },
    ] as const;
    const seen = { expected: [id, issuedAt] };
    return [finding(key, 'missing', 'customer at rest', seen, { kind: 'write', actions })];
  });
};

// A summary of a customer with units is examined from its scope; of any other id there is nothing to show.
const examineSummaryItem: Examine = async (around, item) => {
  const id = item.pk.slice(2) as OneId;
  const { revision, summary } = parseSummaryItem(item);
  const [first] = summary?.units.keys() ?? [];
  if (first === undefined) return NONE;
  const customer = await around.get(customerKey(id));
  if (customer && isLive(parseCustomerItem(customer))) return NONE;
  const anchor = customer ? parseCustomerItem(customer).anchor : first;
  const home = await around.scopeOf(anchor);
  if (home?.scope.customers.some((one) => one.id === id)) return NONE;
  if (customer) {
    const remedy = { kind: 'recompute', customer: id } as const;
    const what = 'view of an id that has no units';
    return [finding(item, 'differs', what, { found: revision }, remedy)];
  }
  const when = { equals: [['doc', 'r'], revision] } as const;
  const key = { pk: item.pk, sk: item.sk };
  const actions = [
    { kind: 'check', key: customerKey(id), when: { missing: ['pk'] } },
    { kind: 'delete', key, when },
  ] as const;
  const what = 'view of a customer that is not there';
  return [finding(item, 'surplus', what, { found: revision }, { kind: 'write', actions })];
};

const EXAMINATIONS: Readonly<Record<string, Examine>> = {
  ROW: examineRow,
  BUCKET: examineBucket,
  CLAIM: examineClaim,
  CUSTOMER: examineCustomer,
  NOTE: examineNote,
  SUMMARY: examineSummaryItem,
  PART: examinePart,
};
