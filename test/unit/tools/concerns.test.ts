import { describe, expect, test } from 'vitest';
import type { CommandFlags } from '../../../tools/ops/command.ts';
import { COMMANDS } from '../../../tools/ops/commands.ts';
import { CONCERNS, concernOf, customersOf, optionsOf } from '../../../tools/ops/concerns.ts';

const flags = (more: Partial<CommandFlags> = {}): CommandFlags => ({ keys: [], ...more });

test('it is said of every command whether it changes or reads, and of no other', () => {
  expect(Object.keys(CONCERNS).sort()).toEqual(Object.keys(COMMANDS).sort());
});

test('a command of which nobody said it is recorded', () => {
  expect(concernOf('new', flags())).toBe('changes');
});

test.each([
  ['quarantine', flags(), 'looks'],
  ['quarantine', flags({ redrive: true }), 'changes'],
  ['quarantine', flags({ delete: true }), 'changes'],
  ['reconcile', flags(), 'reads'],
  ['reconcile', flags({ heal: true }), 'changes'],
  ['sweep', flags({ 'dry-run': true }), 'reads'],
  ['sweep', flags(), 'changes'],
  ['decide', flags({ keys: ['list'] }), 'reads'],
  ['decide', flags({ keys: ['never', 'a', 'b'] }), 'changes'],
  ['rekey', flags({ keys: ['status'] }), 'looks'],
  ['rekey', flags(), 'changes'],
  ['export', flags({ out: 'there' }), 'reads'],
  ['keys', flags({ keys: ['remove', 'wk_1'] }), 'changes'],
])('%s with %o: %s', (name, given, concern) => {
  expect(concernOf(name, given)).toBe(concern);
});

describe('what is recorded of the flags', () => {
  test.each([
    [
      'sweep',
      flags({ source: 'pos', table: 'receipt', generation: '2' }),
      ['generation=2', 'source=pos', 'table=receipt'],
    ],
    ['erase', flags({ keys: ['member-card:610000074'], actor: 'kim' }), ['1 named']],
    [
      'decide',
      flags({ keys: ['never', 'erp.account.7', 'crm.contact.12'], reason: 'father' }),
      ['never', '2 named'],
    ],
    ['keys', flags({ keys: ['remove', 'wk_secret'] }), ['remove', '1 named']],
    ['export', flags({ out: '/home/kim/export' }), []],
  ])('of %s %o is %o', (name, given, options) => {
    expect(optionsOf(name, given)).toEqual(options);
  });

  test('customers are those named by their ids', () => {
    const keys = ['one_abc', 'customerId:one_def', 'erp.account.7', 'member-card:610000074'];
    expect(customersOf(flags({ keys }))).toEqual(['one_abc', 'one_def']);
  });
});
