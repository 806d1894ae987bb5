/**
 * Items: keys and shapes of everything in table `customer360`.
 *
 * | item      | pk                 | sk              | holds |
 * | --------- | ------------------ | --------------- | ----- |
 * | row       | `R#row key`        | `ROW`           | registry of a source row; a party row with what it says and claims; a sale that names nobody |
 * | bucket    | `U#unit key#n`     | `BUCKET`        | contributions: one attribute per fact row |
 * | unit      | `U#unit key#0`     | `BUCKET`        | of a fact unit that is there, in its first bucket: claims, scope |
 * | claim     | `I#identifier`     | `CLAIM`         | the scope that lists an identifier's holders, their customer; whether it is shared |
 * | member    | `I#identifier`     | `UNIT#unit key` | a further holder of a shared identifier |
 * | scope     | `K#scope`          | `SCOPE`         | units evaluated together, and their customers |
 * | scope part | `P#part`          | `PART`          | some of the units of a large scope; never changed, only replaced |
 * | held      | `HELD#n`           | identifier      | a value that waits for review, with why and what it would join |
 * | events    | `K#scope`          | `EVENTS`        | events of a commit that left none of its scopes |
 * | open      | `OPEN`             | scope           | a scope whose commit goes on in further steps |
 * | customer  | `C#OneID`          | `CUSTOMER`      | ledger entry; that it redirects or rests. Units: the scope of its anchor |
 * | note      | `A#unit key`       | `NOTE`          | what outlives a unit: ids that wait for it as their anchor, and what operators have decided about it |
 * | decision  | `DECISION`         | id              | what an operator has decided, who and why |
 * | summary   | `C#OneID`          | `SUMMARY`       | the parts that the served view is folded from |
 * | defect    | `Q#source.table`   | `rule#column#row key` | a row that broke a data-quality rule, and its version then |
 * | part      | `C#OneID`          | `PART#unit#epoch#n` | the part of one bucket, of a unit too large for the summary |
 * | freshness | `FRESHNESS`        | shard           | highest position applied of each source, see {@link module:application/shared/positions} |
 * | servable  | `SERVABLE`         | source          | how long its latest changes took to become servable |
 * | upkeep    | `UPKEEP`           | job             | how far a job over the whole table is |
 * | erasure, plan, log, erased row, erased id | | | see {@link module:application/shared/erasure-items} |
 *
 * Nothing but row keys, which hold primary keys as sources have them, a party row's item and the summary made from it holds a
 * raw personal value.
 * @module
 */
import type { RowDefect } from '#domain/capture/check-quality.ts';
import { formatParts, parseParts, type RowImage } from '#domain/capture/row-image.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import {
  claimText,
  type EvidenceUnit,
  type IdentifierKey,
  parseClaim,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { Brand } from '#domain/shared/brand.ts';
import { columnsIn, lastChangeIn, parseEvidenceText } from './party-row.ts';
import type { Item, Key, Value, ValueMap } from './table.ts';

/** Id of a scope: random, internal, never shown. */
export type ScopeId = Brand<string, 'ScopeId'>;

/** Fact units begin with this; it sorts after every source id. */
export const FACT_UNIT_PREFIX = '~';

/** Key of a source row's registry item. */
export const rowItemKey = (row: SourceRowKey): Key => ({ pk: `R#${row}`, sk: 'ROW' });

/** Sort key of contribution buckets. */
export const BUCKET = 'BUCKET';

/** Key of one contribution bucket of a fact unit. */
export const bucketKey = (unit: UnitKey, bucket: number): Key => ({
  pk: `U#${unit}#${bucket}`,
  sk: BUCKET,
});

/** The unit and number of the bucket that has this partition key. */
export const bucketOfKey = ({ pk }: Key): { readonly unit: UnitKey; readonly bucket: number } => {
  const end = pk.lastIndexOf('#');
  return { unit: pk.slice(2, end) as UnitKey, bucket: Number(pk.slice(end + 1)) };
};

/** Key of the item that a unit's scope pointer stands on: its row for a party, its first bucket for a fact unit. */
export const unitItemKey = (unit: UnitKey): Key =>
  unit.startsWith(FACT_UNIT_PREFIX) ? bucketKey(unit, 0) : { pk: `R#${unit}`, sk: 'ROW' };

/** Key of an identifier's claim. */
export const claimKey = (identifier: IdentifierKey): Key => ({
  pk: `I#${identifier}`,
  sk: 'CLAIM',
});

/** Sort key prefix of the further holders of a shared identifier. */
export const MEMBER_PREFIX = 'UNIT#';

/** Key of a further holder of a shared identifier. */
export const memberKey = (identifier: IdentifierKey, unit: UnitKey): Key => ({
  pk: `I#${identifier}`,
  sk: `${MEMBER_PREFIX}${unit}`,
});

/** Key of a scope. */
export const scopeKey = (scope: ScopeId): Key => ({ pk: `K#${scope}`, sk: 'SCOPE' });

/** Name of a part of a large scope: random, and never given again. */
export type PartId = Brand<string, 'PartId'>;

/** Key of a part of a large scope. */
export const scopePartKey = (part: PartId): Key => ({ pk: `P#${part}`, sk: 'PART' });

/** Key of the events of a commit that left none of its scopes; any other carries them on a scope. */
export const eventsKey = (scope: ScopeId): Key => ({ pk: `K#${scope}`, sk: 'EVENTS' });

/** Partition of the scopes whose commit goes on: nearly always empty, and read once per batch. */
export const OPEN_PARTITION = 'OPEN';

/** Key of the note that a scope is open. */
export const openKey = (scope: ScopeId): Key => ({ pk: OPEN_PARTITION, sk: scope });

/** Key of a customer's ledger entry. */
export const customerKey = (id: OneId): Key => ({ pk: `C#${id}`, sk: 'CUSTOMER' });

/** Key of a customer's summary. */
export const summaryKey = (id: OneId): Key => ({ pk: `C#${id}`, sk: 'SUMMARY' });

/** Sort key prefix of the parts of a unit that lie beside the summary, all of one epoch. */
export const partPrefix = (unit: UnitKey, epoch: string): string => `PART#${unit}#${epoch}#`;

/** Key of the part of one bucket of a unit that lies beside the summary. */
export const partKey = (id: OneId, unit: UnitKey, epoch: string, bucket: number): Key => ({
  pk: `C#${id}`,
  sk: `${partPrefix(unit, epoch)}${bucket}`,
});

/** Key of what outlives a unit: ids that wait for it, and what operators have decided about it. */
export const noteKey = (unit: UnitKey): Key => ({ pk: `A#${unit}`, sk: 'NOTE' });

/** Prefix of the partitions that service desks search by, see {@link module:application/profile/maintain-lookups}. */
export const LOOKUP_PREFIX = 'L#';

/** Partition of all freshness items: one a shard, and read together with every answer. */
export const FRESHNESS_PARTITION = 'FRESHNESS';

/** Prefix of the partitions of defects. */
export const DEFECT_PREFIX = 'Q#';

/** Partition of the defects of a table. */
export const defectPartition = (source: string, table: string): string =>
  `${DEFECT_PREFIX}${source}.${table}`;

/** Key of a defect: one item per row, rule and column. */
export const defectKey = ({ source, table, rule, column, rowKey }: RowDefect): Key => ({
  pk: defectPartition(source, table),
  sk: `${rule}#${column}#${rowKey}`,
});
/** Key of how long the latest changes of a source took to become servable. */
export const servableKey = (source: string): Key => ({ pk: 'SERVABLE', sk: source });

/** Partition of what jobs over the whole table keep; those that only compare may write nothing else. */
export const UPKEEP_PARTITION = 'UPKEEP';

/** Key of how far a job over the whole table is. */
export const upkeepKey = (job: string): Key => ({ pk: UPKEEP_PARTITION, sk: job });

/** Registry of a source row. */
export interface RowItem {
  /** Version at which unit and bucket were set; of a party row, of its whole image. */
  readonly version: RowVersion;
  /** Fact rows: the unit and bucket of its contribution; absent when it names nobody. */
  readonly unit?: UnitKey;
  readonly bucket?: number;
  /** Units this row has left, until their lives are settled. */
  readonly leaving: readonly UnitKey[];
  readonly deleted: boolean;
  /** Rows whose updates may carry some columns only: the columns, each with its version. */
  readonly image?: RowImage;
  /** Party rows: what the row claims, and the scope it is evaluated in. */
  readonly evidence?: EvidenceUnit;
  readonly scope?: ScopeId;
  /** Party rows: it was laid ahead of the commit of its scope, and whether that came only the scope can tell. */
  readonly laid?: true;
}

/** Reads a registry item. */
export const parseRowItem = (item: Item): RowItem => ({
  ...imageIn(item),
  ...(lastChangeIn(item)['laid'] === true ? { laid: true } : {}),
  version: lastChangeIn(item)['v'] as RowVersion,
  ...(typeof item['unit'] === 'string' ? { unit: item['unit'] as UnitKey } : {}),
  ...(typeof item['bucket'] === 'number' ? { bucket: item['bucket'] } : {}),
  leaving: (item['leaving'] ?? []) as readonly UnitKey[],
  deleted: item['deleted'] === true,
  ...(typeof item['evidence'] === 'string'
    ? { evidence: parseEvidenceText(item.pk.slice(2) as UnitKey, item['evidence']) }
    : {}),
  ...(typeof item['scope'] === 'string' ? { scope: item['scope'] as ScopeId } : {}),
});

const imageIn = (item: Item): Pick<RowItem, 'image'> => {
  const last = lastChangeIn(item);
  const { v, columns, parts = '', deleted = false } = last;
  if (columns === undefined && !deleted) return {};
  const values = columnsIn(last);
  return { image: parseParts(parts as string, v as RowVersion, deleted === true, values) };
};

/** Columns of a row with their versions, as members of what it said; as JSON, for they hold any number a source can. */
export const imageAttributes = (image: RowImage): ValueMap => {
  const parts = formatParts(image);
  return { columns: JSON.stringify(image.values), ...(parts === '' ? {} : { parts }) };
};

/** What the first bucket of a fact unit says of the unit, while it is there. */
export interface UnitItem {
  readonly evidence: EvidenceUnit;
  readonly scope: ScopeId;
  /** Number of buckets; a row's bucket is fixed when the row is first seen. */
  readonly buckets: number;
  /** Somebody looks whether a live row is left, to remove the unit when there is none. */
  readonly dying?: string;
}

/** Reads a unit from its first bucket; nothing when there is no such unit, or no longer. */
export const parseUnitItem = (item: Item | undefined): UnitItem | undefined => {
  if (!item || !Array.isArray(item['claims'])) return undefined;
  const dying = markIn(item);
  return {
    evidence: parseEvidence(item),
    scope: item['scope'] as ScopeId,
    buckets: bucketsIn(item),
    ...(dying === undefined ? {} : { dying }),
  };
};

/** Buckets that a unit has, or had when it went; none when it never was. */
export const bucketsIn = (first: Item | undefined): number =>
  typeof first?.['buckets'] === 'number' ? first['buckets'] : 0;

/** The mark of death that a bucket bears. */
export const markIn = (bucket: Item | undefined): string | undefined =>
  typeof bucket?.['dying'] === 'string' ? bucket['dying'] : undefined;

/** What a fact unit claims, as attributes of its first bucket. */
export const evidenceAttributes = (unit: EvidenceUnit): ValueMap => ({
  claims: unit.claims.map(claimText),
  mayCreate: unit.mayCreate,
});

const parseEvidence = (item: Item): EvidenceUnit => ({
  key: bucketOfKey(item).unit,
  party: false,
  mayCreate: item['mayCreate'] === true,
  claims: (item['claims'] as readonly string[]).map(parseClaim),
});

/** Who holds an identifier. */
export interface ClaimItem {
  readonly version: number;
  /** Where its holders are, unless it is shared; of a blocking key, whose holders may be anywhere, there is none. */
  readonly scope?: ScopeId;
  /** Of a blocking key all holders; of a shared identifier some; of any other none, for its scope lists them. */
  readonly units: readonly UnitKey[];
  readonly shared: boolean;
  /** Somebody is counting whether the identifier is still shared. */
  readonly cooling?: string;
  /** The one customer that holds it, when all its units belong to one. */
  readonly customer?: OneId;
}

/** Reads a claim. */
export const parseClaimItem = (item: Item): ClaimItem => ({
  version: item['ver'] as number,
  ...(typeof item['scope'] === 'string' ? { scope: item['scope'] as ScopeId } : {}),
  units: (item['units'] ?? []) as readonly UnitKey[],
  shared: item['shared'] === true,
  ...(typeof item['cooling'] === 'string' ? { cooling: item['cooling'] } : {}),
  ...(typeof item['customer'] === 'string' ? { customer: item['customer'] as OneId } : {}),
});

/** A claim as an item. */
export const formatClaimItem = (identifier: IdentifierKey, claim: ClaimItem): Item => ({
  ...claimKey(identifier),
  ver: claim.version,
  ...(claim.scope === undefined ? {} : { scope: claim.scope }),
  ...(claim.units.length === 0 ? {} : { units: claim.units }),
  ...(claim.shared ? { shared: true } : {}),
  ...(claim.customer === undefined ? {} : { customer: claim.customer }),
});

/**
 * A ledger entry with where it leads now: to a customer of its own, whose units are listed in the scope of its anchor
 * (see {@link module:application/identity/customer-units}), to another id, or nowhere.
 */
export interface CustomerItem {
  readonly id: OneId;
  readonly anchor: UnitKey;
  readonly issuedAt: number;
  /** The canonical id, of a redirect. */
  readonly into?: OneId;
  /** Nothing that it stood for is left. */
  readonly rests: boolean;
}

/** Reads a customer. */
export const parseCustomerItem = (item: Item): CustomerItem => ({
  id: item.pk.slice(2) as OneId,
  anchor: item['anchor'] as UnitKey,
  issuedAt: item['issuedAt'] as number,
  ...(typeof item['into'] === 'string' ? { into: item['into'] as OneId } : {}),
  rests: item['rests'] === true,
});

/** A customer as an item. */
export const formatCustomerItem = ({ id, anchor, issuedAt, into, rests }: CustomerItem): Item => ({
  ...customerKey(id),
  anchor,
  issuedAt,
  ...(into === undefined ? {} : { into }),
  ...(rests ? { rests } : {}),
});

/** Whether two say the same of an id. */
export const sameCustomer = (a: CustomerItem, b: CustomerItem): boolean =>
  a.anchor === b.anchor && a.issuedAt === b.issuedAt && a.into === b.into && a.rests === b.rests;

/** Whether an id is that of a customer, and not a redirect or at rest. */
export const isLive = ({ into, rests }: CustomerItem): boolean => into === undefined && !rests;

/** A plain value as a map attribute, or an empty map when it is something else. */
export const asMap = (value: Value | undefined): ValueMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set)
    ? (value as ValueMap)
    : {};
