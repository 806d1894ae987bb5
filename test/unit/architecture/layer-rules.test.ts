/**
 * The layer rules: one forbidden import is put into a small tree of the same shape, and must be reported by its rule.
 * A rule that is never broken would otherwise look the same as a rule that cannot fire.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SHELVES = ['bin', 'lambdas', 'lib', 'local', 'src'];

const { default: config } = (await import(join(ROOT, '.dependency-cruiser.mjs'))) as {
  default: IFlattenedRuleSet & { options: object };
};

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'tributary-layers-'));
  for (const shelf of SHELVES) mkdirSync(join(tree, shelf));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const name of ['package.json', 'tsconfig.json'])
    symlinkSync(join(ROOT, name), join(tree, name));
});
afterEach(() => rmSync(tree, { recursive: true }));

/** Writes modules that import each other, and returns the names of the rules that are broken. */
const broken = async (imports: readonly (readonly [from: string, to: string])[]) => {
  for (const [, to] of imports) if (to.endsWith('.ts')) write(to.replace('#', 'src/'), '');
  for (const [from, to] of imports) {
    const isPath = to.endsWith('.ts') && !to.startsWith('#');
    const name = isPath ? `${'../'.repeat(from.split('/').length - 1)}${to}` : to;
    write(from, `import * as other from '${name}';\nconsole.log(other);\n`);
  }
  const { output } = await cruise(SHELVES, {
    ...config.options,
    baseDir: tree,
    validate: true,
    ruleSet: { forbidden: config.forbidden ?? [] },
  });
  return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
};

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
};

const FORBIDDEN = [
  ['domain-is-pure', 'src/domain/capture/a.ts', 'node:fs'],
  ['domain-is-pure', 'src/domain/capture/a.ts', '@aws-sdk/client-s3'],
  ['domain-is-pure', 'src/domain/capture/a.ts', '#adapters/s3/b.ts'],
  ['application-knows-the-domain', 'src/application/serve/a.ts', '#adapters/s3/b.ts'],
  ['application-knows-the-domain', 'src/application/serve/a.ts', '@aws-sdk/client-s3'],
  ['adapters-do-not-know-entry-points', 'src/adapters/s3/a.ts', 'lambdas/serve/b.ts'],
  ['adapters-do-not-know-entry-points', 'src/adapters/s3/a.ts', 'local/cloud/b.ts'],
  ['infrastructure-names-handlers-by-path', 'lib/stacks/a.ts', 'lambdas/serve/b.ts'],
  ['runtime-is-free-of-cdk', 'lambdas/serve/a.ts', 'aws-cdk-lib'],
  ['runtime-is-free-of-cdk', 'local/cloud/a.ts', 'constructs'],
  ['local-runs-what-deploys', 'local/cloud/a.ts', 'lambdas/serve/b.ts'],
  ['local-runs-what-deploys', 'local/cloud/a.ts', 'lib/stacks/b.ts'],
  ['runtime-ships-its-dependencies', 'lambdas/serve/a.ts', 'vitest'],
  ['stages-flow-downstream-capture', 'src/domain/capture/a.ts', '#domain/identity/link.ts'],
  ['stages-flow-downstream-identity', 'src/domain/identity/a.ts', '#domain/profile/b.ts'],
  ['stages-flow-downstream-profile', 'src/application/profile/a.ts', '#application/serve/b.ts'],
  ['stages-flow-downstream-serve', 'src/application/serve/a.ts', '#application/activate/b.ts'],
  ['stages-flow-downstream-activate', 'src/domain/activate/a.ts', '#domain/operate/b.ts'],
] as const;

describe('a forbidden import is reported', () => {
  test.each(FORBIDDEN)('%s: %s → %s', async (rule, from, to) => {
    expect(await broken([[from, to]])).toContain(rule);
  });

  test('no-cycles: two modules that import each other', async () => {
    const [a, b] = ['src/domain/shared/a.ts', 'src/domain/shared/b.ts'];
    expect(
      await broken([
        [a, b],
        [b, a],
      ]),
    ).toContain('no-cycles');
  });

  test('every rule is broken above', () => {
    const tried = new Set<string | undefined>([...FORBIDDEN.map(([rule]) => rule), 'no-cycles']);
    expect(tried).toEqual(new Set(config.forbidden?.map(({ name }) => name)));
  });
});

describe('an import along the flow is not', () => {
  test.each([
    ['lambdas/serve/a.ts', '#application/serve/b.ts'],
    ['src/application/serve/a.ts', '#domain/profile/b.ts'],
    ['src/domain/identity/a.ts', '#domain/capture/b.ts'],
    ['src/domain/capture/a.ts', '#domain/identity/normalise-phone.ts'],
    ['src/domain/definitions/a.ts', 'yaml'],
    ['src/adapters/s3/a.ts', '@aws-sdk/client-s3'],
  ])('%s → %s', async (from, to) => {
    expect(await broken([[from, to]])).toEqual([]);
  });
});
