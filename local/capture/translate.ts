/**
 * Translation: decoded log messages to stream records, one transaction after the other.
 * @module
 */
import type { Pgoutput } from 'pg-logical-replication';
import { InvariantError, must } from '#domain/shared/assert.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { type Column, dmsType } from './column-values.ts';
import {
  type CapturedTable,
  type ChangeDetails,
  type RowChange,
  type RowText,
  rowRecord,
  type StreamRecord,
} from './dms-records.ts';
import { isId } from './tables.ts';

/** What a log message amounts to. */
export type Translated =
  | { readonly kind: 'record'; readonly record: StreamRecord; readonly committedAt: bigint }
  /** All records of a transaction have been given; `end` is where the log goes on. */
  | { readonly kind: 'commit'; readonly end: string }
  | { readonly kind: 'nothing' };

const NOTHING: Translated = { kind: 'nothing' };

interface Transaction {
  readonly id: number;
  readonly commitLsn: string;
  readonly committedAt: bigint;
  records: number;
}

/** Translates the messages of one source; keeps where it is in the transaction. */
export class ChangeTranslator {
  readonly #tables: ReadonlyMap<string, CapturedTable>;
  readonly #generation: number;
  readonly #clock: Clock;
  readonly #shapes = new WeakMap<Pgoutput.MessageRelation, CapturedTable>();
  #transaction: Transaction | undefined;
  #previous: ChangeDetails['previous'];

  constructor(tables: readonly CapturedTable[], generation: number, clock: Clock) {
    this.#tables = new Map(tables.map((table) => [table.table, table]));
    this.#generation = generation;
    this.#clock = clock;
  }

  /** Whether a transaction has begun and not ended. */
  get open(): boolean {
    return this.#transaction !== undefined;
  }

  /** Forgets an unfinished transaction: the log will be read again from before it. */
  reset(): void {
    this.#transaction = undefined;
  }

  /** Translates the next message. TRUNCATE is not captured, as with DMS. */
  translate(message: Pgoutput.Message): Translated {
    switch (message.tag) {
      case 'begin':
        return this.#begin(message);
      case 'insert':
        return this.#record(message.relation, { operation: 'insert', row: message.new });
      case 'update':
        return this.#record(message.relation, updateOf(message));
      case 'delete':
        return this.#record(message.relation, { operation: 'delete', row: keyOf(message) });
      case 'commit':
        this.#transaction = undefined;
        return { kind: 'commit', end: must(message.commitEndLsn, 'end of the commit') };
      case 'relation':
      case 'type':
      case 'origin':
      case 'message':
      case 'truncate':
        return NOTHING;
    }
  }

  #begin(message: Pgoutput.MessageBegin): Translated {
    this.#transaction = {
      // Transaction ids are unsigned; the parser reads them as signed.
      id: message.xid >>> 0,
      commitLsn: must(message.commitLsn, 'commit position'),
      committedAt: message.commitTime.valueOf(),
      records: 0,
    };
    return NOTHING;
  }

  #record(relation: Pgoutput.MessageRelation, change: RowChange): Translated {
    const transaction = must(this.#transaction, 'an open transaction');
    transaction.records += 1;
    const details: ChangeDetails = {
      transactionId: transaction.id,
      recordId: transaction.records,
      committedAt: transaction.committedAt,
      commitLsn: transaction.commitLsn,
      ...(this.#previous ? { previous: this.#previous } : {}),
    };
    this.#previous = { transactionId: details.transactionId, recordId: details.recordId };
    const context = { generation: this.#generation, now: this.#clock() };
    const record = rowRecord(this.#shapeOf(relation), change, context, details);
    return { kind: 'record', record, committedAt: details.committedAt };
  }

  // Columns come from the log, which knows a column added a moment ago; the key's order comes from the catalogue.
  #shapeOf(relation: Pgoutput.MessageRelation): CapturedTable {
    const known = this.#shapes.get(relation);
    if (known) return known;
    const table = this.#tables.get(relation.name);
    if (!table) throw new InvariantError(`table ${relation.name} was not asked for`);
    const shape = { ...table, columns: relation.columns.map((column) => columnOf(table, column)) };
    this.#shapes.set(relation, shape);
    return shape;
  }
}

const columnOf = (table: CapturedTable, column: Pgoutput.RelationColumn): Column => ({
  name: column.name,
  type: dmsType(column.typeOid, isId(column.name, table.key)),
  nullable: !table.key.includes(column.name),
});

const updateOf = (message: Pgoutput.MessageUpdate): RowChange => ({
  operation: 'update',
  row: message.new,
  ...(message.key ? { oldKey: message.key } : {}),
});

const keyOf = (message: Pgoutput.MessageDelete): RowText =>
  must(message.key ?? message.old, 'key of the deleted row');
