/**
 * MemoryTable: the Table port in memory, with DynamoDB's rules, for tests, simulations and the cost benchmark.
 *
 * Every unit of work takes effect at one instant, after its {@link MemoryTableOptions.turn}; a scheduler that owns the
 * turns owns every interleaving. The units are those of DynamoDB: a write, a transaction, a page of a query, and each
 * single key of `getAll`, because BatchGetItem reads no snapshot.
 * Cost: a read or write O(item), a query O(page + log partition), a first query after an insert O(partition log).
 * @module
 */

import {
  actionKey,
  checkAction,
  checkKey,
  checkQuery,
  checkTransaction,
  keyText,
  sentSize,
} from '#adapters/dynamodb/item-rules.ts';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import {
  EVENTUAL_FACTOR,
  MAX_BATCH_KEYS,
  type Meter,
  makeMeter,
  readUnits,
  TRANSACTION_FACTOR,
  writeUnits,
} from '#adapters/dynamodb/meter.ts';
import { createsItem, planWrites } from '#adapters/dynamodb/statements.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import type {
  Action,
  CancellationReason,
  Consistency,
  Item,
  Key,
  Page,
  Table,
  TransactionOutcome,
  Write,
} from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { changed, copyItem, showItem } from './change.ts';
import { holds } from './condition.ts';
import { Partitions } from './partitions.ts';

/** How a memory table is observed and scheduled. */
export interface MemoryTableOptions {
  /** Totals to add to. */
  readonly meter?: Meter;
  /** Awaited before each unit of work takes effect; resolved at once when absent. */
  readonly turn?: (unit: 'get' | 'query' | 'write' | 'transact') => Promise<void>;
  /**
   * How many writes of an item an eventually consistent read of it is behind; 0 when absent. Given, earlier states are kept.
   */
  readonly lag?: () => number;
  /** Hears of every action that was written, checked or refused, in the order of their effects. */
  readonly onAction?: (performed: PerformedAction) => void;
}

/** What an action did and cost: what DynamoDB bills, and what the table's stream carries. */
export interface PerformedAction {
  readonly action: Action;
  readonly inTransaction: boolean;
  /** The stored item before and after; absent when there was none. Not to be changed. */
  readonly before?: Item;
  readonly after?: Item;
  readonly writeUnits: number;
}

/** A table that forgets with the process. */
export class MemoryTable implements Table {
  readonly #partitions = new Partitions();
  readonly #meter: Meter;
  readonly #turn: NonNullable<MemoryTableOptions['turn']>;
  readonly #onAction: MemoryTableOptions['onAction'];
  readonly #lag: MemoryTableOptions['lag'];
  /** Earlier states of items, the earliest first. */
  readonly #past = new Map<string, (Item | undefined)[]>();

  constructor(options: MemoryTableOptions = {}) {
    this.#meter = options.meter ?? makeMeter();
    this.#turn = options.turn ?? (async () => {});
    this.#onAction = options.onAction;
    this.#lag = options.lag;
  }

  /** Every item, by partition key and sort key: for digests and assertions, not part of the port. */
  dump(): readonly Item[] {
    return this.#partitions.all().map(copyItem);
  }

  async getAll(
    keys: readonly Key[],
    consistency: Consistency = 'strong',
  ): Promise<readonly (Item | undefined)[]> {
    keys.forEach(checkKey);
    const distinct = new Map(keys.map((key) => [keyText(key), key]));
    this.#meter.requests += Math.ceil(distinct.size / MAX_BATCH_KEYS);
    const found = new Map<string, Item | undefined>();
    await Promise.all(
      [...distinct].map(async ([text, key]) => found.set(text, await this.#get(key, consistency))),
    );
    return keys.map((key) => {
      const item = found.get(keyText(key));
      return item && copyItem(item);
    });
  }

  async query(request: Parameters<Table['query']>[0]): Promise<Page> {
    checkQuery(request);
    await this.#turn('query');
    const page = this.#partitions.page(request);
    this.#meter.requests += 1;
    this.#meter.readUnits += readUnits(page.bytes);
    const items = page.items.map(copyItem);
    return page.next === undefined ? { items } : { items, next: page.next };
  }

  async write(action: Write): Promise<boolean> {
    checkAction(action);
    this.#meter.requests += 1;
    return this.#write(action);
  }

  /** Counts requests as {@link planWrites} cuts them; a statement that finds no item to update costs a second write. */
  async writeAll(actions: readonly Write[]): Promise<readonly boolean[]> {
    actions.forEach(checkAction);
    const { batches, singles } = planWrites(actions);
    const inBatch = new Set(batches.flat());
    this.#meter.requests += batches.length + singles.length;
    const places = [...actions.keys()];
    return inParallel(
      places,
      async (place) => {
        const action = must(actions[place], 'write');
        if (inBatch.has(place) && createsItem(action)) this.#countMiss(action);
        return this.#write(action);
      },
      actions.length,
    );
  }

  async transact(actions: readonly Action[]): Promise<TransactionOutcome> {
    checkTransaction(actions);
    if (actions.length === 0) return { done: true };
    await this.#turn('transact');
    this.#meter.requests += 1;
    const reasons = this.#perform(actions, TRANSACTION_FACTOR);
    return reasons.every((reason) => reason === 'none') ? { done: true } : { done: false, reasons };
  }

  async #write(action: Write): Promise<boolean> {
    await this.#turn('write');
    return this.#perform([action], 1).every((reason) => reason === 'none');
  }

  #countMiss(action: Write): void {
    if (this.#partitions.get(actionKey(action)) !== undefined) return;
    this.#meter.requests += 1;
    this.#meter.writeUnits += 1;
  }

  async #get(key: Key, consistency: Consistency): Promise<Item | undefined> {
    await this.#turn('get');
    const isEventual = consistency === 'eventual';
    const item = isEventual ? this.#lately(key) : this.#partitions.get(key);
    const units = readUnits(item === undefined ? 0 : itemSize(item));
    this.#meter.readUnits += units * (isEventual ? EVENTUAL_FACTOR : 1);
    return item;
  }

  #lately(key: Key): Item | undefined {
    const behind = this.#lag?.() ?? 0;
    if (behind === 0) return this.#partitions.get(key);
    const past = this.#past.get(keyText(key)) ?? [];
    return past.length < behind ? undefined : past.at(-behind);
  }

  #set(key: Key, item: Item | undefined): void {
    if (this.#lag && item !== this.#partitions.get(key)) {
      const past = this.#past.get(keyText(key)) ?? [];
      this.#past.set(keyText(key), [...past, this.#partitions.get(key)]);
    }
    this.#partitions.set(key, item);
  }

  /** All or nothing, with no await inside: one instant. */
  #perform(actions: readonly Action[], factor: number): readonly CancellationReason[] {
    const before = actions.map((action) => this.#partitions.get(actionKey(action)));
    const reasons = actions.map((action, index) =>
      holds(action.when, before[index]) ? 'none' : 'condition',
    );
    // What an action breaks is found wherever its own condition holds, even if another's does not.
    const made = actions.map((action, index) =>
      reasons[index] === 'none' ? changed(before[index], action) : undefined,
    );
    const happens = reasons.every((reason) => reason === 'none');
    const after = happens ? made : before;
    actions.forEach((action, index) => {
      const units = factor * writeUnitsOf(action, before[index], after[index]);
      this.#meter.writeUnits += units;
      this.#set(actionKey(action), after[index]);
      this.#onAction?.({
        action,
        inTransaction: factor === TRANSACTION_FACTOR,
        ...(before[index] ? { before: showItem(before[index]) } : {}),
        ...(after[index] ? { after: showItem(after[index]) } : {}),
        writeUnits: units,
      });
    });
    return reasons;
  }
}

const writeUnitsOf = (action: Action, before?: Item, after?: Item): number =>
  writeUnits(
    Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0, sentSize(action)),
  );
