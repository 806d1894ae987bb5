import { expect, test } from 'vitest';
import { type Verdict, verdictOf } from '../../../../local/cloud/event-sources/verdict.ts';
import type { Invocation } from '../../../../local/cloud/functions/function-pool.ts';
import { records } from './streams.ts';

const answer = (value: unknown): Invocation => ({
  kind: 'success',
  payload: JSON.stringify(value ?? null),
});
const failing = (...ids: unknown[]) =>
  answer({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const SUCCESS: Verdict = { kind: 'success' };
const FAILURE: Verdict = { kind: 'failure' };

test.each([
  ['nothing', answer(null), SUCCESS],
  ['an empty object', answer({}), SUCCESS],
  ['an empty list', failing(), SUCCESS],
  ['null for the list', answer({ batchItemFailures: null }), SUCCESS],
  ['one failed record', failing('3'), { kind: 'partial', index: 2 } satisfies Verdict],
  [
    'several, the lowest counts',
    failing('4', '2', '3'),
    { kind: 'partial', index: 1 } satisfies Verdict,
  ],
  ['an empty identifier', failing(''), FAILURE],
  ['a null identifier', failing(null), FAILURE],
  ['a record that is not in the batch', failing('3', '77'), FAILURE],
  ['the wrong key for the identifier', answer({ batchItemFailures: [{ id: '3' }] }), FAILURE],
  ['the wrong key for the list', answer({ batchFailures: [] }), FAILURE],
  ['no list', answer({ batchItemFailures: 'all' }), FAILURE],
  [
    'an error',
    { kind: 'function-error', error: { errorType: 'E', errorMessage: '' } } satisfies Invocation,
    FAILURE,
  ],
  ['too much', { kind: 'too-large', bytes: 1 } satisfies Invocation, FAILURE],
  [
    'throttling',
    { kind: 'throttled' } satisfies Invocation,
    { kind: 'throttled' } satisfies Verdict,
  ],
])('%s', (_, invocation, expected) => {
  expect(verdictOf(invocation, records(5), true)).toEqual(expected);
});

test('without partial responses any answer is a success', () => {
  expect(verdictOf(failing('3'), records(5), false)).toEqual(SUCCESS);
});
