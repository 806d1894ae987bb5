/**
 * What a store of the Table port throws: a request that breaks one of its rules, or a store that is too busy.
 *
 * The memory table throws the same classes, so a use case shown on the one meets no new error on the other.
 * @module
 */

/** Which rule a request broke. */
export type TableRule =
  /** An item above 400 KB, or a transaction above 4 MB. */
  | 'too-large'
  /** A key part that is empty, too long or not well-formed text. */
  | 'key'
  /** A value that the store cannot hold: an empty set, a number that is no safe integer, … */
  | 'value'
  /** An update or condition that the store cannot perform. */
  | 'request';

/** A request that can never succeed as it is: a defect of the caller, or data that should have been checked before. */
export class TableRuleError extends Error {
  override readonly name = 'TableRuleError';
  readonly rule: TableRule;

  constructor(rule: TableRule, message: string, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
  }
}

/** The store refused for load, after every retry; the same request may succeed later. */
export class TableBusyError extends Error {
  override readonly name = 'TableBusyError';
}
