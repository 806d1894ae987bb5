/**
 * Whales: what a change costs for a customer with ten thousand rows, against one with ten.
 *
 * Both are made alike: a member with one card, and entries of the points ledger on it, delivered in batches of 100. Then
 * each gets the same further changes, once one at a time, each in a batch of its own, and once ten to a batch. The ratio
 * is that of what the store bills for them, both sides: read and write units at list price.
 * @module
 */
import type { StreamRecord } from '#application/shared/ports.ts';
import { rowRecord } from '../../local/capture/dms-records.ts';
import type { Row, TableName } from '../../local/sources/catalogue.ts';
import { textOf } from '../workload/memory-systems.ts';
import { batchesOf, WORKLOAD_START } from '../workload/retail-workload.ts';
import { readTableShapes } from '../workload/table-shapes.ts';
import { BATCH, CountedPipeline } from './counted-pipeline.ts';
import { storeUsd } from './write-costs.ts';

/** Cost per change of one customer. */
export interface ChangeCost {
  readonly usdPerMillion: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly requests: number;
}

/** The two customers side by side. */
export interface WhaleCosts {
  readonly rows: number;
  readonly single: { readonly small: ChangeCost; readonly whale: ChangeCost };
  readonly batched: { readonly small: ChangeCost; readonly whale: ChangeCost };
  /** Bytes of the largest item in the whale's store. */
  readonly largestItem: { readonly kind: string; readonly bytes: number };
  /** Whale to small, the larger of the two ways. */
  readonly ratio: number;
}

const SMALL_ROWS = 10;
const CHANGES = 100;
const TOGETHER = 10;

/** Measures both customers. */
export const countWhale = async (
  rows: number,
  sizeOf: (pipeline: CountedPipeline) => WhaleCosts['largestItem'],
): Promise<WhaleCosts> => {
  const small = await costsWith(SMALL_ROWS);
  const whale = await costsWith(rows);
  const single = { small: small.single, whale: whale.single };
  const batched = { small: small.batched, whale: whale.batched };
  return {
    rows,
    single,
    batched,
    largestItem: sizeOf(whale.pipeline),
    ratio: Math.max(ratioOf(single), ratioOf(batched)),
  };
};

/** How many times the whale's change costs what the small customer's does. */
export const ratioOf = (pair: WhaleCosts['single']): number =>
  pair.whale.usdPerMillion / pair.small.usdPerMillion;

const costsWith = async (rows: number) => {
  const pipeline = new CountedPipeline();
  const customer = new Customer();
  await pipeline.take([customer.member()]);
  for (const batch of batchesOf(customer.entries(rows), BATCH)) await pipeline.take(batch);
  const single = await costOf(pipeline, customer, 1, rows);
  const batched = await costOf(pipeline, customer, TOGETHER, rows);
  return { pipeline, single, batched };
};

/** Half of the changes are new rows, half are corrections of rows that are there. */
const costOf = async (
  pipeline: CountedPipeline,
  customer: Customer,
  together: number,
  rows: number,
): Promise<ChangeCost> => {
  const total = { resolve: { ...ZERO }, view: { ...ZERO } };
  const changes = customer.changes(CHANGES, rows);
  for (const batch of batchesOf(changes, together)) {
    const { resolve, view } = await pipeline.take(batch);
    for (const [sum, part] of [
      [total.resolve, resolve],
      [total.view, view],
    ] as const) {
      sum.requests += part.requests;
      sum.readUnits += part.readUnits;
      sum.writeUnits += part.writeUnits;
    }
  }
  const each = (name: keyof typeof ZERO) => (total.resolve[name] + total.view[name]) / CHANGES;
  return {
    usdPerMillion: (storeUsd(total) / CHANGES) * 1e6,
    writeUnits: each('writeUnits'),
    readUnits: each('readUnits'),
    requests: each('requests'),
  };
};

const ZERO = { requests: 0, readUnits: 0, writeUnits: 0 };

const SHAPES = readTableShapes();
const CARD = '61000037';

/** One member and the entries on their card. */
class Customer {
  #entries = 0;
  #sequence = 0;
  #log = 0;

  member(): StreamRecord {
    const at = new Date(WORKLOAD_START).toISOString();
    return this.#record('member', {
      card_no: CARD,
      name_local: '陳大文',
      name_latin: 'Chan Tai Man',
      mobile: '91234567',
      mail: null,
      birthday: '1990-01-02',
      gender: 'M',
      tier: 'Gold',
      home_city: '九龍',
      dial_code: '852',
      wechat_unionid: null,
      brand_enrolled: 'AUR',
      store_enrolled: null,
      enrolled_at: at,
      updated_at: at,
    });
  }

  *entries(count: number): Generator<StreamRecord> {
    for (let index = 0; index < count; index++) yield this.#entry(++this.#entries, 10);
  }

  /** New entries and corrections in turn; corrections spread over all entries. */
  *changes(count: number, rows: number): Generator<StreamRecord> {
    for (let index = 0; index < count; index++) {
      const place = 1 + ((index * 7919) % rows);
      yield index % 2 === 0 ? this.#entry(++this.#entries, 10) : this.#entry(place, index);
    }
  }

  #entry(number: number, delta: number): StreamRecord {
    const booked = new Date(WORKLOAD_START - number * 60_000).toISOString();
    return this.#record('pointsEntry', {
      entry_id: number,
      card_no: CARD,
      delta,
      reason: 'adjust',
      booked_at: booked,
    });
  }

  #record(table: TableName, row: Row): StreamRecord {
    const details = {
      transactionId: ++this.#log,
      recordId: 1,
      committedAt: BigInt(WORKLOAD_START + this.#log) * 1000n,
      commitLsn: `1/${(this.#log * 256).toString(16).toUpperCase()}`,
    };
    const { partitionKey, text } = rowRecord(
      SHAPES[table],
      { operation: 'update', row: textOf(row) },
      { generation: 1, now: WORKLOAD_START },
      details,
    );
    return {
      bytes: new TextEncoder().encode(text),
      partitionKey,
      sequenceNumber: String(++this.#sequence),
      shardId: 'shardId-000000000000',
      arrivedAt: WORKLOAD_START,
    };
  }
}
