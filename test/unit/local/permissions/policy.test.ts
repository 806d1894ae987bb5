import { describe, expect, test } from 'vitest';
import {
  type Condition,
  compilePolicy,
  type Statement,
} from '../../../../local/cloud/permissions/policy.ts';

const TABLE = 'arn:aws:dynamodb:ap-east-1:000000000000:table/t';

const statement = (more: Partial<Statement> = {}): Statement => ({
  effect: 'Allow',
  actions: ['dynamodb:GetItem'],
  resources: [TABLE],
  conditions: [],
  ...more,
});

const keys = (operator: Condition['operator'], ...values: string[]): Partial<Statement> => ({
  conditions: [{ operator, key: 'dynamodb:LeadingKeys', values }],
});

const asked = (action: string, resource: string, ...leading: string[]) => ({
  action,
  resource,
  ...(leading.length > 0 && { leadingKeys: () => leading }),
});

const LIKE = 'ForAllValues:StringLike';
const EQUALS = 'ForAllValues:StringEquals';
const get = (...leading: string[]) => asked('dynamodb:GetItem', TABLE, ...leading);

describe('a call is', () => {
  test.each<[string, readonly Statement[], ReturnType<typeof asked>, boolean]>([
    ['refused when nothing is said', [], get(), false],
    ['allowed when a statement does', [statement()], get(), true],
    ['refused for another action', [statement()], asked('dynamodb:Query', TABLE), false],
    ['refused on another resource', [statement()], asked('dynamodb:GetItem', `${TABLE}2`), false],
    [
      'allowed whatever the case of the action',
      [statement({ actions: ['dynamodb:getitem'] })],
      get(),
      true,
    ],
    [
      'allowed by an action with a wildcard',
      [statement({ actions: ['dynamodb:Get*'] })],
      get(),
      true,
    ],
    [
      'not allowed by a dot that stands for itself',
      [statement({ resources: ['a.c'] })],
      asked('dynamodb:GetItem', 'abc'),
      false,
    ],
    [
      'allowed by a resource with wildcards',
      [statement({ resources: ['arn:*:table/?'] })],
      get(),
      true,
    ],
    [
      'refused when another statement denies',
      [statement(), statement({ effect: 'Deny' })],
      get(),
      false,
    ],
    ['allowed when the keys are like', [statement(keys(LIKE, 'A#*', 'B'))], get('A#1', 'B'), true],
    ['refused when one key is not like', [statement(keys(LIKE, 'A#*'))], get('A#1', 'B#1'), false],
    ['refused when keys differ in case', [statement(keys(LIKE, 'A#*'))], get('a#1'), false],
    ['allowed when the key is equal', [statement(keys(EQUALS, 'A#*'))], get('A#*'), true],
    ['refused when a star is meant as one', [statement(keys(EQUALS, 'A#*'))], get('A#1'), false],
    ['allowed, by AWS too, when it names no key', [statement(keys(LIKE, 'A#*'))], get(), true],
    [
      'allowed by a second statement',
      [statement(keys(LIKE, 'A#*')), statement(keys(LIKE, 'B#*'))],
      get('B#1'),
      true,
    ],
    [
      'refused when two statements hold only together',
      [statement(keys(LIKE, 'A#*')), statement(keys(LIKE, 'B#*'))],
      get('A#1', 'B#1'),
      false,
    ],
  ])('%s', (_, statements, call, expected) => {
    expect(compilePolicy(statements)(call)).toBe(expected);
  });
});
