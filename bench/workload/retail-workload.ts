/**
 * The retail workload: a full load of the demo shop's history and the shop days that follow, as records of the change
 * stream, made in memory from a seed.
 *
 * It is what `npm start` sends through PostgreSQL and capture, in other proportions of size and time: the load comes
 * table by table as capture reads it, all sources side by side; rows of a table in the order in which a shop writes them
 * over the years, so that two rows of one customer seldom lie in one batch. There is one person per twenty changes, so
 * the load is half of them.
 * @module
 */
import type { StreamRecord } from '#application/shared/ports.ts';
import { must } from '#domain/shared/assert.ts';
import { type ChangeDetails, rowRecord } from '../../local/capture/dms-records.ts';
import { type Row, TABLES, type TableName } from '../../local/sources/catalogue.ts';
import { SOURCES, type SourceId } from '../../local/sources/databases.ts';
import type { Change } from '../../local/sources/shop/changes.ts';
import { drawChanges, HEARTBEAT_MS } from '../../local/sources/shop/daily-round.ts';
import type { MadeRow } from '../../local/sources/shop/fact-rows.ts';
import { makeHistory } from '../../local/sources/shop/history.ts';
import { type LoggedChange, MemorySystems, textOf } from './memory-systems.ts';
import { worldAfter } from './shop-world.ts';
import { heartbeatShape, readTableShapes } from './table-shapes.ts';

/** One record of the workload. */
export interface WorkloadRecord {
  readonly phase: 'load' | 'day';
  /** Whether the row is about a customer; stock, order lines and heartbeats are not. */
  readonly concernsCustomer: boolean;
  readonly record: StreamRecord;
}

/** What to make. */
export interface WorkloadOptions {
  readonly seed: number;
  /** People in the shop; about twelve rows come with each, ten of which are about a customer. */
  readonly customers: number;
  /** Changes of the days after the load that are about a customer. */
  readonly dayChanges: number;
}

/** The instant at which the load ends and the first day begins, epoch milliseconds. */
export const WORKLOAD_START = Date.UTC(2026, 10, 22, 8, 0, 0);

/** Row changes a second of the shop day. */
const RATE = 50;
/** Changes per person that are about a customer, load and days together. */
const CHANGES_PER_CUSTOMER = 20;
/** Those that a load holds, measured on the generator. */
const ROWS_PER_CUSTOMER = 10;

/** Options of a workload of about so many changes that are about a customer. */
export const workloadOf = (changes: number, seed = 1): WorkloadOptions => {
  const customers = Math.max(10, Math.round(changes / CHANGES_PER_CUSTOMER));
  return { seed, customers, dayChanges: Math.round(changes - customers * ROWS_PER_CUSTOMER) };
};

const SHAPES = readTableShapes();

/** Makes the workload, record by record; the same options make the same. */
export function* retailWorkload(options: WorkloadOptions): Generator<WorkloadRecord> {
  const { seed, customers } = options;
  const history = makeHistory({ seed, customers, now: WORKLOAD_START });
  const writer = new RecordWriter();
  const systems = new MemorySystems();
  for (const { table, row } of inLoadOrder(history.rows)) {
    systems.insert(table, row);
    yield writer.load(table, row);
  }
  const world = worldAfter(history, seed);
  yield* days(options.dayChanges, writer, systems, (at) => drawChanges(world, at));
}

function* days(
  wanted: number,
  writer: RecordWriter,
  systems: MemorySystems,
  draw: (at: number) => readonly Change[],
): Generator<WorkloadRecord> {
  let made = 0;
  let paced = 0;
  let beats = 0;
  while (made < wanted) {
    const at = WORKLOAD_START + (paced / RATE) * 1000;
    if (at - WORKLOAD_START >= beats * HEARTBEAT_MS) {
      beats += 1;
      yield* SOURCES.flatMap((source) => writer.heartbeats(source, at));
    }
    for (const transaction of transactions(draw(at).flatMap((change) => systems.apply(change)))) {
      const records = writer.transaction(transaction, at);
      paced += records.length;
      made += records.filter(({ concernsCustomer }) => concernsCustomer).length;
      yield* records;
    }
  }
}

/** Changes to one system that follow each other are one transaction. */
const transactions = (changes: readonly LoggedChange[]): readonly (readonly LoggedChange[])[] => {
  const groups: LoggedChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    const previous = last?.[0];
    if (last && previous && TABLES[previous.table].source === TABLES[change.table].source) {
      last.push(change);
    } else groups.push([change]);
  }
  return groups;
};

/** Column that tells when a row was written. */
const WRITTEN_AT: Readonly<Record<TableName, string>> = {
  store: 'store_code',
  stock: 'upd_ts',
  customerAccount: 'create_dt',
  member: 'enrolled_at',
  contact: 'created_on',
  account: 'registered_at',
  receipt: 'sold_at',
  receiptLine: 'receipt_no',
  returnReceipt: 'returned_at',
  shopOrder: 'placed_at',
  orderLine: 'order_no',
  shopRefund: 'refunded_at',
  pointsEntry: 'booked_at',
  coupon: 'issued_at',
  serviceCase: 'opened_on',
  payment: 'paid_at',
  consent: 'changed_at',
  behaviourEvent: 'received_at',
  lead: 'filled_on',
};

const inLoadOrder = (rows: readonly MadeRow[]): readonly MadeRow[] => {
  const bySource = Map.groupBy(rows, ({ table }) => TABLES[table].source);
  const placed = [...bySource.values()].flatMap((ofSource) => {
    const sorted = tableByTable(ofSource);
    return sorted.map((made, index) => ({ made, place: (index + 0.5) / sorted.length }));
  });
  return placed.sort((a, b) => a.place - b.place).map(({ made }) => made);
};

const tableByTable = (rows: readonly MadeRow[]): readonly MadeRow[] =>
  [...Map.groupBy(rows, ({ table }) => table)]
    .sort(([a], [b]) => (TABLES[a].table < TABLES[b].table ? -1 : 1))
    .flatMap(([table, ofTable]) => sortedBy(ofTable, WRITTEN_AT[table]));

const sortedBy = (rows: readonly MadeRow[], column: string): readonly MadeRow[] =>
  rows
    .map((made) => ({ made, at: String(made.row[column]) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ made }) => made);

/** Writes stream records as capture does; holds transaction and sequence numbers. */
class RecordWriter {
  #sequence = 0;
  #transaction = 700;

  load(table: TableName, row: Row): WorkloadRecord {
    const change = { operation: 'load', row: textOf(row) } as const;
    return this.#record('load', table, rowRecord(SHAPES[table], change, contextAt(WORKLOAD_START)));
  }

  transaction(changes: readonly LoggedChange[], at: number): readonly WorkloadRecord[] {
    const id = ++this.#transaction;
    return changes.map(({ table, change }, index) => {
      const details = detailsOf(id, index + 1, at);
      return this.#record('day', table, rowRecord(SHAPES[table], change, contextAt(at), details));
    });
  }

  heartbeats(source: SourceId, at: number): readonly WorkloadRecord[] {
    const id = ++this.#transaction;
    return ['1', '2', '3', '4'].map((beat, index) => {
      const row = { id: beat, ...textOf({ beat_at: new Date(at).toISOString() }) };
      const change = { operation: 'update', row } as const;
      const details = detailsOf(id, index + 1, at);
      const record = rowRecord(heartbeatShape(source), change, contextAt(at), details);
      return this.#record('day', undefined, record);
    });
  }

  #record(
    phase: WorkloadRecord['phase'],
    table: TableName | undefined,
    { partitionKey, text }: { readonly partitionKey: string; readonly text: string },
  ): WorkloadRecord {
    return {
      phase,
      concernsCustomer: table !== undefined && TABLES[table].kind !== 'reference',
      record: {
        bytes: new TextEncoder().encode(text),
        partitionKey,
        sequenceNumber: String(++this.#sequence),
        shardId: 'shardId-000000000000',
        arrivedAt: WORKLOAD_START,
      },
    };
  }
}

const contextAt = (at: number) => ({ generation: 1, now: Math.round(at) });

const detailsOf = (transactionId: number, recordId: number, at: number): ChangeDetails => ({
  transactionId,
  recordId,
  committedAt: BigInt(Math.round(at)) * 1000n,
  // One log for all sources is as good as five: positions are only compared within a row.
  commitLsn: `1/${(transactionId * 256).toString(16).toUpperCase()}`,
});

/** Cuts records into batches of so many. */
export function* batchesOf<Entry>(entries: Iterable<Entry>, size: number): Generator<Entry[]> {
  let batch: Entry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The bytes of a record as text. */
export const recordText = ({ record }: WorkloadRecord): string =>
  new TextDecoder().decode(must(record.bytes, 'bytes of a record'));
