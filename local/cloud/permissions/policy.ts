/**
 * Policies of roles, and whether they allow a call: the part of IAM that our templates use.
 *
 * A call is allowed when a statement allows it and none denies it. A condition that is not known here is refused while the
 * template is read, so that nothing is decided by half a policy. Session policies, boundaries, and policies of resources and
 * organisations are not evaluated.
 * Source: IAM User Guide, "Policy evaluation logic" and "Condition context keys with multiple values".
 * @module
 */

/** One statement of an identity policy, lists spelled out. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** `dynamodb:GetItem`; `*` and `?` as wildcards. */
  readonly actions: readonly string[];
  /** ARNs, with the same wildcards. */
  readonly resources: readonly string[];
  /** All of them have to hold. */
  readonly conditions: readonly Condition[];
}

/** A condition on a key with many values: every value of the call is one of these, or there is none. */
export interface Condition {
  readonly operator: (typeof OPERATORS)[number];
  readonly key: (typeof CONDITION_KEYS)[number];
  readonly values: readonly string[];
}

/** The operators that are evaluated. */
export const OPERATORS = ['ForAllValues:StringEquals', 'ForAllValues:StringLike'] as const;
/** The condition keys that are evaluated. */
export const CONDITION_KEYS = ['dynamodb:LeadingKeys'] as const;

/** What a function asks of a service. */
export interface Call {
  readonly action: string;
  /** ARN of the resource that it is done to. */
  readonly resource: string;
  /** Values of the partition key, of a call to DynamoDB that names some; asked for only when a condition is about them. */
  readonly leadingKeys?: () => readonly string[];
}

/** Tells whether a call is allowed. */
export type IsAllowed = (call: Call) => boolean;

/** Compiles the statements of a role. */
export const compilePolicy = (statements: readonly Statement[]): IsAllowed => {
  const compiled = statements.map(compileStatement);
  const byAction = new Map<string, readonly CompiledStatement[]>();
  const about = (action: string): readonly CompiledStatement[] => {
    const known = byAction.get(action) ?? compiled.filter((one) => one.isAbout(action));
    byAction.set(action, known);
    return known;
  };
  return (call) => {
    const applying = about(call.action).filter((one) => one.applies(call));
    return applying.length > 0 && applying.every(({ effect }) => effect === 'Allow');
  };
};

interface CompiledStatement {
  readonly effect: Statement['effect'];
  isAbout(action: string): boolean;
  applies(call: Call): boolean;
}

const compileStatement = (statement: Statement): CompiledStatement => {
  const isAbout = anyOf(statement.actions.map((action) => like(action, 'i')));
  const isOn = anyOf(statement.resources.map((resource) => like(resource)));
  const conditions = statement.conditions.map(compileCondition);
  return {
    effect: statement.effect,
    isAbout,
    applies: (call) => isOn(call.resource) && conditions.every((holds) => holds(call)),
  };
};

const compileCondition = ({ operator, values }: Condition): ((call: Call) => boolean) => {
  const isLike = operator === 'ForAllValues:StringLike';
  const fits = anyOf(values.map((value) => (isLike ? like(value) : equal(value))));
  // A call without the key passes: that is what `ForAllValues` means, and why a scan may never stand under one.
  return ({ leadingKeys }) => (leadingKeys?.() ?? []).every(fits);
};

type Fits = (text: string) => boolean;

const anyOf =
  (all: readonly Fits[]): Fits =>
  (text) =>
    all.some((fits) => fits(text));

const equal =
  (value: string): Fits =>
  (text) =>
    text === value;

const like = (pattern: string, flags = ''): Fits => {
  if (!/[*?]/.test(pattern) && flags === '') return equal(pattern);
  const prefix = pattern.slice(0, -1);
  // Nearly every pattern of a partition, and a batch has a hundred keys.
  if (pattern.endsWith('*') && !/[*?]/.test(prefix) && flags === '')
    return (text) => text.startsWith(prefix);
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  const expression = escaped.replaceAll('*', '.*').replaceAll('?', '.');
  const compiled = new RegExp(`^${expression}$`, `s${flags}`);
  return (text) => compiled.test(text);
};
