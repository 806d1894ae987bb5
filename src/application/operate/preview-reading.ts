/**
 * Preview of a change of definitions that makes rows say other values: reads the archive by the next definitions, and
 * evaluates the next rules on what the rows say then.
 *
 * A row that the archive does not hold as it is stored keeps what it says, before and after the change is applied; such
 * rows are counted, and some are named. Facts whose identifiers are others then belong to another unit; an id that is
 * anchored at one that so goes passes on to whoever is its customer in that moment, which depends on the order in which
 * rows are read. Those ids are counted, too; everything else comes out as it is listed.
 * Memory: some 2 KB for each row of the archive that is about a customer.
 * @module
 */
import { type ArchivePorts, readArchive } from '#application/capture/archive-changes.ts';
import { readPopulation, type TableScan } from '#application/identity/change-rules.ts';
import { interpretRecords } from '#application/identity/interpret-records.ts';
import { foldToLatest, withImage } from '#application/identity/join-changes.ts';
import type { Pseudonymise } from '#application/identity/read-row.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { parseCustomerItem, parseRowItem, type RowItem } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { joinImages } from '#domain/capture/row-image.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { type EvidenceUnit, orderedClaims, type UnitKey } from '#domain/identity/evidence.ts';
import { isDecision } from '#domain/identity/merge-policy.ts';
import { type LedgerEntry, type OneIdMinter, passOn } from '#domain/identity/one-id.ts';
import {
  compareOutcomes,
  outcomeOf,
  type Population,
  type RuleChange,
} from '#domain/identity/rule-change.ts';

/** What the preview needs. */
export interface ReadingPorts extends ArchivePorts {
  readonly table: Table;
  readonly scan: TableScan;
  /** Names units of facts, too. */
  readonly pseudonymise: Pseudonymise;
  readonly mint: OneIdMinter;
  readonly now: number;
}

/** What a change would do, and how far the archive tells it. */
export interface ReadingChange extends RuleChange {
  /** Live rows that are read anew. */
  readonly reread: number;
  /** Live rows that are not in the archive as they are stored, and keep what they say. */
  readonly unknown: number;
  /** Some of those. */
  readonly unknownRows: readonly string[];
  /** Ids whose anchor goes: which customer each comes to is a likelihood. */
  readonly passing: number;
}

const MAX_NAMED = 20;

/** Evaluates changed definitions on all rows, without changing anything. */
export const previewReading = async (
  ports: ReadingPorts,
  from: Definitions,
  to: Definitions,
): Promise<ReadingChange> => {
  const archived = await readAll(ports, to);
  const before = await readPopulation(ports.table, ports.scan, from.namespaces);
  const { units, ledger, reread, unknown } = await readStored(ports, archived, before);
  const gone = new Set([...before.units.keys()].filter((unit) => !units.has(unit)));
  // A new unit is there before the one that it replaces goes.
  const both = { ...before, units: new Map([...before.units, ...units]) };
  const { customers } = outcomeOf(both, to.namespaces, ports.mint);
  const groups = [...customers.values()].map((customer) => customer.units);
  const after: Population = {
    units,
    customers: before.customers,
    ledger: passOn(ledger, groups, gone, new Map()),
  };
  return {
    ...compareOutcomes(
      outcomeOf(before, from.namespaces, ports.mint),
      outcomeOf(after, to.namespaces, ports.mint),
    ),
    reread,
    unknown: unknown.length,
    unknownRows: unknown.slice(0, MAX_NAMED),
    passing: ledger.filter(({ anchor }) => gone.has(anchor)).length,
  };
};

type Archived = ReadonlyMap<string, RowChange>;

/** Records interpreted at once. */
const CHUNK = 500;

/** The last change of every row in the archive, as the definitions read it. */
const readAll = async (ports: ReadingPorts, definitions: Definitions): Promise<Archived> => {
  const known = new Map<string, RowChange>();
  const take = async (records: readonly StreamRecord[]) => {
    const { changes } = await interpretRecords(
      { quarantine: { hold: async () => {} }, pseudonymise: ports.pseudonymise },
      definitions,
      records,
    );
    for (const change of changes) {
      const other = known.get(change.rowKey);
      const [joined = change] = other ? foldToLatest([other, change]) : [change];
      known.set(change.rowKey, { ...joined, sequences: [] });
    }
  };
  let chunk: StreamRecord[] = [];
  for await (const record of readArchive(ports)) {
    // Whoever replays it puts it on the stream now.
    chunk.push({ ...record, arrivedAt: ports.now });
    if (chunk.length === CHUNK) {
      await take(chunk);
      chunk = [];
    }
  }
  await take(chunk);
  return known;
};

interface StoredRows {
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly ledger: readonly LedgerEntry[];
  readonly reread: number;
  readonly unknown: readonly string[];
}

/** What all rows say by the next definitions, and all ids there are. */
const readStored = async (
  { scan }: ReadingPorts,
  archived: Archived,
  before: Population,
): Promise<StoredRows> => {
  const units = new Map<UnitKey, EvidenceUnit>();
  const ledger: LedgerEntry[] = [];
  const unknown: string[] = [];
  let live = 0;
  for await (const items of scan()) {
    // A row that was laid and is in no scope has yet to come.
    const rows = items.flatMap(liveRow).filter((row) => !row.item.laid || isListed(row, before));
    const read = rows.map((row) => {
      const unit = readUnit(row, archived.get(row.key));
      return unit === 'unknown'
        ? { unknown: [row.key], unit: storedUnit(row, before) }
        : { unknown: [], unit };
    });
    live += read.length;
    unknown.push(...read.flatMap((row) => row.unknown));
    for (const { unit } of read) if (unit) units.set(unit.key, unit);
    ledger.push(...items.filter(({ sk }) => sk === 'CUSTOMER').map(parseCustomerItem));
  }
  return { units, ledger, reread: live - unknown.length, unknown };
};

interface LiveRow {
  readonly key: string;
  readonly party: boolean;
  readonly item: RowItem;
}

// Whether a fact is gone, its bucket knows, and the archive.
const liveRow = (item: Item): readonly LiveRow[] => {
  if (item.sk !== 'ROW') return [];
  const row = parseRowItem(item);
  if (row.deleted) return [];
  return [{ key: item.pk.slice('R#'.length), party: isPartyItem(item), item: row }];
};

const isListed = ({ key }: LiveRow, { units }: Population): boolean => units.has(key as UnitKey);

const storedUnit = ({ item }: LiveRow, { units }: Population): EvidenceUnit | undefined =>
  item.evidence ?? (item.unit && units.get(item.unit));

/** The unit of a row by the next definitions, none when it names nobody; or that the archive does not tell. */
const readUnit = (
  { party, item }: LiveRow,
  change: RowChange | undefined,
): EvidenceUnit | undefined | 'unknown' => {
  if (change?.kind === 'party' && party) {
    const { columns } = change;
    const now =
      columns && item.image ? withImage(change, joinImages(columns.image, item.image)) : change;
    const isStored = now.version === item.version && now.after !== undefined;
    return isStored ? withDecisions(now.after.evidence, item) : 'unknown';
  }
  if (change?.kind !== 'fact' || party || change.version < item.version) return 'unknown';
  return change.after?.unit;
};

const withDecisions = (unit: EvidenceUnit, { evidence }: RowItem): EvidenceUnit => {
  const decided = evidence?.claims.filter(({ identifier }) => isDecision(identifier)) ?? [];
  return decided.length === 0
    ? unit
    : { ...unit, claims: orderedClaims([...unit.claims, ...decided]) };
};
