import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate, SecretStore } from '../../../../local/cloud/engines/secret-store.ts';
import type { SecretPlan, SecretRules } from '../../../../local/cloud/plan/model.ts';

const RULES: SecretRules = {
  length: 40,
  excludeCharacters: '',
  excludeLowercase: false,
  excludeUppercase: false,
  excludeNumbers: false,
  excludePunctuation: true,
  includeSpace: false,
  requireEachIncludedType: true,
  template: undefined,
};

const PLAN: SecretPlan = {
  stackName: 'Data',
  logicalId: 'Pepper',
  constructId: 'Pepper',
  name: 'Data-Pepper',
  arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:Data-Pepper-abcdef',
  value: { kind: 'generated', rules: RULES },
};

test.each<[string, Partial<SecretRules>, RegExp]>([
  ['letters and digits', {}, /^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[a-zA-Z0-9]{40}$/],
  ['digits only', { excludeLowercase: true, excludeUppercase: true }, /^[0-9]{40}$/],
  [
    'without some characters',
    { excludeCharacters: 'abcdefghijklm', length: 8 },
    /^[n-zA-Z0-9]{8}$/,
  ],
  [
    'inside a template',
    { template: { json: '{"user":"admin"}', key: 'password' }, length: 5 },
    /^\{"user":"admin","password":"[a-zA-Z0-9]{5}"\}$/,
  ],
])('%s', (_, rules, expected) => {
  expect(generate({ ...RULES, ...rules })).toMatch(expected);
});

test('a secret keeps its value over a restart, in a file that others cannot read', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'secrets.json');
  const first = new SecretStore(path).ensure(PLAN);
  const second = new SecretStore(path).ensure(PLAN);
  expect(second).toEqual(first);
  expect(statSync(path).mode & 0o077).toBe(0);
});
