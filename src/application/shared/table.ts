/**
 * Table: the one store behind identity, profiles and serving, as a port.
 *
 * It is DynamoDB's own contract with nothing added: items under a partition and a sort key, conditional single writes
 * and all-or-nothing transactions of at most 100 actions. The memory and the DynamoDB adapter pass one suite
 * (test/contract/table.contract.ts), so a law shown on the one holds on the other.
 * @module
 */

/** Primary key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * A long text that the store may keep smaller than it is. Only written: whoever reads gets the text. No condition looks at it.
 */
export class PackedText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Attribute values: JSON plus sets of strings (never empty, as in DynamoDB). Numbers are safe integers. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | ReadonlySet<string>
  | PackedText
  | ValueMap;

/** A map attribute. */
export interface ValueMap {
  readonly [name: string]: Value;
}

/** A stored item: its key and its other attributes. At most 400 KB. */
export type Item = Key & ValueMap;

/** What must hold of an item as it is stored now, for a write to happen. Paths have at most two steps. */
export type Condition =
  | { readonly missing: Path }
  | { readonly exists: Path }
  | { readonly equals: readonly [Path, string | number | boolean] }
  | { readonly less: readonly [Path, string | number] }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] };

/** An attribute, or a member of a map attribute: `['v']`, `['pos.receipt.7', 'v']`. `['pk']` tells whether there is an item. */
export type Path = readonly [string] | readonly [string, string];

/** One write or check. An update creates the item when there is none, unless its condition forbids it. */
export type Action =
  | { readonly kind: 'put'; readonly item: Item; readonly when?: Condition }
  | {
      readonly kind: 'update';
      readonly key: Key;
      /** Top-level attributes to set. */
      readonly set?: ValueMap;
      /** Top-level attributes to remove. */
      readonly remove?: readonly string[];
      /** Top-level numbers to add to; a missing one counts as 0. */
      readonly add?: Readonly<Record<string, number>>;
      readonly when?: Condition;
    }
  | { readonly kind: 'delete'; readonly key: Key; readonly when?: Condition }
  | { readonly kind: 'check'; readonly key: Key; readonly when: Condition };

/** A write that may stand outside a transaction. */
export type Write = Exclude<Action, { kind: 'check' }>;

/**
 * Why a transaction did not happen: per action, `condition` (its condition did not hold), `conflict` (another
 * transaction was at the item) or `none`. `conflict` alone may succeed when repeated as it is.
 */
export type CancellationReason = 'none' | 'condition' | 'conflict';

/** Outcome of a transaction. */
export type TransactionOutcome =
  | { readonly done: true }
  | { readonly done: false; readonly reasons: readonly CancellationReason[] };

/** One page of a query, in sort key order. */
export interface Page {
  readonly items: readonly Item[];
  /** Sort key to go on after; absent on the last page. */
  readonly next?: string;
}

/** Most actions in one transaction. Source: DynamoDB developer guide, TransactWriteItems. */
export const MAX_TRANSACTION_ACTIONS = 100;

/**
 * How new what is read must be. `strong`: as the item is now. `eventual`: as it is, or as it was at any time before, at half the
 * price: only where whatever follows asks the store whether the item still is so, and where nothing read before must be seen.
 */
export type Consistency = 'strong' | 'eventual';

/** Store port. Reads are strongly consistent unless asked otherwise. Infrastructure failures (throttling, time-outs) throw. */
export interface Table {
  /** Items of these keys, in the keys' order; `undefined` where there is none. Any number of keys, duplicates allowed. */
  getAll(keys: readonly Key[], consistency?: Consistency): Promise<readonly (Item | undefined)[]>;
  /** Items of one partition whose sort key starts with `skPrefix` (all when absent). `limit` 1 to 1000 per page. */
  query(request: {
    readonly pk: string;
    readonly skPrefix?: string;
    readonly limit?: number;
    readonly after?: string;
  }): Promise<Page>;
  /** Performs one write; `false` when its condition did not hold. */
  write(action: Write): Promise<boolean>;
  /** Performs independent writes, in any order; one outcome each, as {@link Table.write}. Any number. */
  writeAll(actions: readonly Write[]): Promise<readonly boolean[]>;
  /**
   * Performs all actions or none. At most {@link MAX_TRANSACTION_ACTIONS}, each on an item of its own.
   * @throws RangeError when there are more, or two on one item
   */
  transact(actions: readonly Action[]): Promise<TransactionOutcome>;
}
