/**
 * Rules that DynamoDB sets for a request, checked before it is sent.
 *
 * The memory table checks with the same functions, so what it accepts, DynamoDB accepts. Two rules are ours: numbers
 * are safe integers, because JavaScript would change any other on its way back; and an update that only removes needs
 * a condition that implies the item, because AWS creates no item for it where local engines do.
 * Source: DynamoDB developer guide, "Quotas" and "Expressions"; API reference, TransactWriteItems.
 * @module
 */
import type {
  Action,
  Condition,
  Key,
  Path,
  Table,
  Value,
  ValueMap,
} from '#application/shared/table.ts';
import { MAX_TRANSACTION_ACTIONS, PackedText } from '#application/shared/table.ts';
import { TableRuleError } from './errors.ts';
import { itemSize, MAX_ITEM_BYTES, MAX_TRANSACTION_BYTES } from './item-size.ts';

/** Longest partition and sort key, in bytes. */
const MAX_KEY_BYTES = { pk: 2048, sk: 1024 } as const;

/** Deepest nesting of lists and maps. */
const MAX_DEPTH = 32;

/** Most attributes one update names: its expression then stays within 300 operators and 4 KB. */
const MAX_UPDATE_ATTRIBUTES = 300;

/** Most comparisons in one condition: its expression then stays within 4 KB. */
const MAX_COMPARISONS = 80;

/** Checks a write or check. @throws {@link TableRuleError} */
export const checkAction = (action: Action): void => {
  if (action.kind === 'put') checkItem(action.item);
  else checkKey(action.key);
  if (action.kind === 'update') checkUpdate(action);
  if (action.when !== undefined) checkCondition(action.when);
};

/**
 * Checks the actions of one transaction.
 * @throws RangeError when there are too many, or two on one item; {@link TableRuleError}
 */
export const checkTransaction = (actions: readonly Action[]): void => {
  if (actions.length > MAX_TRANSACTION_ACTIONS) {
    throw new RangeError(`${actions.length} actions in one transaction`);
  }
  const named = new Set(actions.map((action) => keyText(actionKey(action))));
  if (named.size < actions.length) throw new RangeError('two actions on one item');
  actions.forEach(checkAction);
  const bytes = actions.reduce((sum, action) => sum + sentSize(action), 0);
  if (bytes > MAX_TRANSACTION_BYTES) {
    throw new TableRuleError('too-large', `transaction of ${bytes} bytes`);
  }
};

/** Checks a query. @throws RangeError when `limit` or `after` is out of range; {@link TableRuleError} */
export const checkQuery = (request: Parameters<Table['query']>[0]): void => {
  const { limit, after, skPrefix } = request;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 1000)) {
    throw new RangeError(`limit ${limit} is not 1 to 1000`);
  }
  if (after !== undefined && !after.startsWith(skPrefix ?? '')) {
    throw new RangeError('a query cannot go on after a sort key outside its prefix');
  }
  checkKeyPart('pk', request.pk);
};

/** Checks both parts of a key. @throws {@link TableRuleError} */
export const checkKey = (key: Key): void => {
  checkKeyPart('pk', key.pk);
  checkKeyPart('sk', key.sk);
};

/** The key of the item that an action is on. */
export const actionKey = (action: Action): Key =>
  action.kind === 'put' ? { pk: action.item.pk, sk: action.item.sk } : action.key;

/** A text that names a key and no other. */
export const keyText = (key: Key): string => `${key.pk.length}:${key.pk}${key.sk}`;

/** Size of what an action sends, in bytes: a put's item, an update's key and values, 0 otherwise. */
export const sentSize = (action: Action): number => {
  if (action.kind === 'put') return itemSize(action.item);
  return action.kind === 'update' ? itemSize({ ...action.set, ...action.add, ...action.key }) : 0;
};

/** Checks that an item, as it would be stored, is not too large. @throws {@link TableRuleError} */
export const checkSize = (item: ValueMap): void => {
  const bytes = itemSize(item);
  if (bytes > MAX_ITEM_BYTES) throw new TableRuleError('too-large', `item of ${bytes} bytes`);
};

const checkItem = (item: Key & ValueMap): void => {
  checkKey(item);
  checkMap(item, 0);
  checkSize(item);
};

const checkKeyPart = (part: 'pk' | 'sk', text: unknown): void => {
  if (typeof text !== 'string' || text === '' || !text.isWellFormed()) {
    throw new TableRuleError('key', `${part} is not a text`);
  }
  if (Buffer.byteLength(text) > MAX_KEY_BYTES[part]) {
    throw new TableRuleError('key', `${part} of more than ${MAX_KEY_BYTES[part]} bytes`);
  }
};

const checkMap = (map: ValueMap, depth: number): void => {
  for (const name of Object.keys(map)) {
    checkName(name);
    checkValue(map[name], depth);
  }
};

/** `__proto__` is refused because the SDK assigns names to plain objects, where it would vanish. */
const checkName = (name: string): void => {
  if (name === '' || name === '__proto__' || !name.isWellFormed()) {
    throw new TableRuleError('value', `attribute name ${JSON.stringify(name)}`);
  }
};

const checkValue = (value: Value | undefined, depth: number): void => {
  if (depth > MAX_DEPTH) throw new TableRuleError('value', `nested deeper than ${MAX_DEPTH}`);
  if (typeof value === 'object' && value !== null) checkNested(value, depth);
  else checkScalar(value);
};

const checkNested = (value: Value & object, depth: number): void => {
  if (value instanceof Set) checkSet(value);
  else if (value instanceof PackedText) checkText(value.text);
  else if (Array.isArray(value)) for (const item of value) checkValue(item, depth + 1);
  else checkMap(value as ValueMap, depth + 1);
};

const checkScalar = (value: unknown): void => {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number') checkNumber(value);
  else throw new TableRuleError('value', `a ${typeof value} cannot be stored`);
};

const checkText = (text: string): void => {
  if (!text.isWellFormed()) throw new TableRuleError('value', 'text with half a surrogate pair');
};

const checkNumber = (value: number): void => {
  if (!Number.isSafeInteger(value)) {
    throw new TableRuleError('value', `${value} is not a safe integer`);
  }
};

const checkSet = (set: ReadonlySet<unknown>): void => {
  if (set.size === 0) throw new TableRuleError('value', 'a set is never empty');
  for (const text of set) {
    if (typeof text !== 'string') throw new TableRuleError('value', 'a set holds texts only');
    checkText(text);
  }
};

const checkUpdate = (action: Extract<Action, { kind: 'update' }>): void => {
  const { set = {}, remove = [], add = {} } = action;
  const names = [...Object.keys(set), ...Object.keys(add), ...remove];
  checkUpdatedNames(names);
  checkMap(set, 0);
  checkMap(add, 0);
  const writes = names.length > remove.length;
  if (!writes && !(remove.length > 0 && impliesItem(action.when))) {
    throw new TableRuleError(
      'request',
      'an update that sets nothing needs a condition on the item',
    );
  }
};

const checkUpdatedNames = (names: readonly string[]): void => {
  names.forEach(checkName);
  if (names.length > MAX_UPDATE_ATTRIBUTES) {
    throw new TableRuleError('request', `update of ${names.length} attributes`);
  }
  if (new Set(names).size < names.length || names.includes('pk') || names.includes('sk')) {
    throw new TableRuleError('request', 'an update names an attribute twice, or a key attribute');
  }
};

/** Whether a condition can hold only of an item that exists. */
const impliesItem = (condition: Condition | undefined): boolean => {
  if (condition === undefined || 'missing' in condition) return false;
  if ('all' in condition) return condition.all.some(impliesItem);
  if ('any' in condition) return condition.any.every(impliesItem);
  return true;
};

const checkCondition = (condition: Condition): void => {
  const leaves = comparisons(condition);
  if (leaves.length > MAX_COMPARISONS) {
    throw new TableRuleError('request', `condition of ${leaves.length} comparisons`);
  }
  leaves.forEach(checkComparison);
};

type Comparison = Exclude<Condition, { all: readonly Condition[] } | { any: readonly Condition[] }>;

const comparisons = (condition: Condition): readonly Comparison[] => {
  if ('all' in condition) return condition.all.flatMap(comparisons);
  return 'any' in condition ? condition.any.flatMap(comparisons) : [condition];
};

const checkComparison = (comparison: Comparison): void => {
  const [path, value] = operands(comparison);
  path.forEach(checkName);
  checkValue(value, 0);
};

const operands = (comparison: Comparison): readonly [Path, Value] => {
  if ('missing' in comparison) return [comparison.missing, null];
  if ('exists' in comparison) return [comparison.exists, null];
  return 'equals' in comparison ? comparison.equals : comparison.less;
};
