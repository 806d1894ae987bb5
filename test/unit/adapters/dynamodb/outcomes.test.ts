import { expect, test } from 'vitest';
import { transactionOutcome, translated } from '#adapters/dynamodb/outcomes.ts';

const cancelled = (...codes: (string | undefined)[]): Error =>
  Object.assign(new Error('cancelled'), {
    name: 'TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code, Message: `why ${Code}` })),
  });

test.each([
  [
    ['None', 'ConditionalCheckFailed'],
    ['none', 'condition'],
  ],
  [
    ['TransactionConflict', 'None'],
    ['conflict', 'none'],
  ],
  [
    [undefined, 'TransactionConflict', 'ConditionalCheckFailed'],
    ['none', 'conflict', 'condition'],
  ],
])('reasons %j are %j', (codes, reasons) => {
  expect(transactionOutcome(cancelled(...codes))).toEqual({ done: false, reasons });
});

test.each([
  ['ThrottlingError', 'TableBusyError', undefined],
  ['ProvisionedThroughputExceeded', 'TableBusyError', undefined],
  ['ItemCollectionSizeLimitExceeded', 'TableBusyError', undefined],
  ['ValidationError', 'TableRuleError', 'request'],
])('reason %s is no outcome but a %s', (code, name, rule) => {
  const thrown = catching(() => transactionOutcome(cancelled('ConditionalCheckFailed', code)));
  expect(thrown).toMatchObject({ name, ...(rule && { rule }) });
});

test('an error of another kind is thrown as it is', () => {
  const error = new Error('socket hang up');
  expect(catching(() => transactionOutcome(error))).toBe(error);
  expect(translated(error)).toBe(error);
});

test.each([
  ['Item size has exceeded the maximum allowed size', 'too-large'],
  ['Item size to update has exceeded the maximum allowed size', 'too-large'],
  ['An operand in the update expression has an incorrect data type', 'request'],
])('a request refused for "%s" broke rule %s', (message, rule) => {
  const refusal = Object.assign(new Error(message), { name: 'ValidationException' });
  expect(translated(refusal)).toMatchObject({ name: 'TableRuleError', rule, message });
});

const catching = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
