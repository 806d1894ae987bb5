/**
 * What DynamoDB's errors mean to the port: an outcome, a broken rule, or a store too busy to answer.
 * @module
 */
import type {
  CancellationReason as AwsReason,
  BatchStatementError,
} from '@aws-sdk/client-dynamodb';
import type { CancellationReason, TransactionOutcome } from '#application/shared/table.ts';
import { TableBusyError, TableRuleError } from './errors.ts';

/** Name of an error, whatever was thrown. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');

/** The error to throw for one that is no outcome. */
export const translated = (error: unknown): unknown => {
  if (errorName(error) !== 'ValidationException') return error;
  return ruleError((error as Error).message, error);
};

/**
 * The outcome of a transaction that DynamoDB refused.
 * @throws {@link TableRuleError} when it can never succeed, {@link TableBusyError} when it was throttled, any other
 * error as it is
 */
export const transactionOutcome = (error: unknown): TransactionOutcome => {
  if (errorName(error) !== 'TransactionCanceledException') throw translated(error);
  const { CancellationReasons = [] } = error as { CancellationReasons?: readonly AwsReason[] };
  return { done: false, reasons: CancellationReasons.map((reason) => reasonOf(reason, error)) };
};

const reasonOf = (reason: AwsReason, cause: unknown): CancellationReason => {
  switch (reason.Code) {
    case undefined:
    case 'None':
      return 'none';
    case 'ConditionalCheckFailed':
      return 'condition';
    case 'TransactionConflict':
      return 'conflict';
    case 'ValidationError':
      throw ruleError(reason.Message ?? 'ValidationError', cause);
    default:
      throw new TableBusyError(`transaction cancelled: ${reason.Code}`, { cause });
  }
};

/**
 * The outcome of one statement of a batch; `again` asks for the same write on its own, which knows how to wait.
 * @throws {@link TableRuleError} when it can never succeed
 */
export const statementOutcome = (
  error: BatchStatementError | undefined,
): 'done' | 'refused' | 'again' => {
  switch (error?.Code) {
    case undefined:
      return 'done';
    case 'ConditionalCheckFailed':
    case 'DuplicateItem':
      return 'refused';
    case 'ValidationError':
    case 'ItemCollectionSizeLimitExceeded':
      throw ruleError(error.Message ?? error.Code, error);
    default:
      return 'again';
  }
};

const ruleError = (message: string, cause: unknown): TableRuleError =>
  new TableRuleError(/item size/i.test(message) ? 'too-large' : 'request', message, { cause });
