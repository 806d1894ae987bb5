/**
 * The app as a whole: rule packs, partitions, repeatable synthesis, environments.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { OPERATIONS, routeKeyOf } from '#domain/serve/operations.ts';
import { endpointOf, loadEnvironment, parseEnvironment } from '../../lib/config/environments.ts';
import { allResources, resourcesOf, type Synthesized, synthesize } from './synthesized.ts';

const dev = synthesize();
const china = synthesize({
  environment: 'production',
  account: '123456789012',
  region: 'cn-north-1',
  createDmsAccountRoles: true,
});

test('README.md says how many executions the environments reserve', () => {
  const reserved = [dev, china].map((environment) =>
    allResources(environment, 'AWS::Lambda::Function').reduce(
      (sum, [, { Properties }]) => sum + Number(Properties['ReservedConcurrentExecutions'] ?? 0),
      0,
    ),
  );
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const said = /reserve (\d+)\s+executions in `dev` and (\d+) in `production`/.exec(readme);
  expect(said?.slice(1).map(Number)).toEqual(reserved);
});

const textOf = ({ templates }: Synthesized) => JSON.stringify(templates);

describe('rule packs', () => {
  test.each([
    ['dev', dev],
    ['production', china],
  ])('%s has no finding that is not acknowledged', (_name, { packs }) => {
    expect(packs.map(({ pluginName }) => pluginName)).toEqual(
      expect.arrayContaining(['AwsSolutions', 'Serverless']),
    );
    expect(packs.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test('every acknowledgement is still needed', () => {
    const used = china.packs.flatMap(({ suppressedViolations }) =>
      suppressedViolations.map((each) => `${each.acknowledgedAt} ${each.acknowledgedId}`),
    );
    const written = china.app.node
      .findAll()
      .flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) => Object.keys(data).map((id) => `${node.path} ${id}`)),
      );
    // The library acknowledges findings of its own constructs too.
    const ours = written.filter((each) => / (AwsSolutions|Serverless)::/.test(each));
    expect([...new Set(used)].sort()).toEqual(ours.sort());
  });
});

describe('templates', () => {
  test('are the same twice', () => {
    expect(textOf(synthesize())).toBe(textOf(dev));
  });

  test('name no account, region or partition unless told', () => {
    expect(textOf(dev)).not.toMatch(/arn:aws[:-]/);
  });

  test('follow the partition of the region', () => {
    expect(textOf(china)).toContain('arn:aws-cn:');
    expect(textOf(china)).not.toContain('arn:aws:');
  });

  test('hold no custom resource', () => {
    const types = Object.values(dev.templates).flatMap(({ Resources }) =>
      Object.values(Resources).map(({ Type }) => Type),
    );
    expect(types.filter((type) => /^Custom::|CustomResource$/.test(type))).toEqual([]);
  });

  test('use only functions that a simple reader can resolve', () => {
    const used = new Set(textOf(dev).match(/"Fn::\w+"/g));
    expect([...used].sort()).toEqual([
      '"Fn::Contains"',
      '"Fn::GetAZs"',
      '"Fn::GetAtt"',
      '"Fn::ImportValue"',
      '"Fn::Join"',
      '"Fn::Not"',
      '"Fn::Select"',
      '"Fn::Sub"',
    ]);
  });
});

describe('callers with signatures', () => {
  const signed = synthesize({ callers: 'iam', region: 'cn-north-1', account: '123456789012' });
  const routes = resourcesOf(signed.templates.Serve, 'AWS::ApiGatewayV2::Route');

  test('every route that reads asks for one, and none for a token', () => {
    const types = routes.map(([, { Properties }]) => [
      Properties['RouteKey'],
      Properties['AuthorizationType'],
    ]);
    const open = OPERATIONS.filter((each) => !('scope' in each) && !('key' in each)).map(
      routeKeyOf,
    );
    const keyed = OPERATIONS.filter((each) => 'key' in each).map(routeKeyOf);
    const expected = (key: string) => {
      if (keyed.includes(key)) return 'CUSTOM';
      return [...open, '$default', 'OPTIONS /{proxy+}'].includes(key) ? 'NONE' : 'AWS_IAM';
    };
    for (const [key, type] of types) {
      expect([key, type]).toEqual([key, expected(String(key))]);
    }
    const kinds = resourcesOf(signed.templates.Serve, 'AWS::ApiGatewayV2::Authorizer');
    expect(kinds.map(([, { Properties }]) => Properties['AuthorizerType'])).toEqual([
      'REQUEST',
      'REQUEST',
    ]);
  });

  test('no finding stands', () => {
    expect(signed.packs.flatMap(({ violations }) => violations)).toEqual([]);
  });
});

describe('environments', () => {
  const nodeWith = (context: Record<string, unknown>) => new App({ context }).node;
  const settings = loadEnvironment(nodeWith({}));

  test('default is dev, without account and region', () => {
    expect(settings).toMatchObject({ name: 'dev', env: { account: undefined, region: undefined } });
  });

  test('an unknown one is refused with the known ones', () => {
    expect(() => loadEnvironment(nodeWith({ environment: 'prod' }))).toThrow(
      'Context environment is "prod"; known are dev, local, production.',
    );
  });

  test('a wrong setting is refused with its path', () => {
    const { name: _name, env: _env, ...input } = settings;
    const wrong = { ...input, jwt: { issuer: 'http://issuer.example', audience: [] } };
    const parse = () => parseEnvironment('dev', wrong);
    expect(parse).toThrow('Settings of environment dev:');
    expect(parse).toThrow('jwt.issuer');
    expect(parse).toThrow('jwt.audience');
  });

  test('a source takes the defaults with its own name', () => {
    expect(endpointOf(settings, 'pos')).toMatchObject({
      secret: 'tributary/dev/pos',
      database: 'pos',
      port: 5432,
      schema: 'public',
    });
  });

  test.each([
    [{ sslMode: 'verify-full' as const }, 'the verifying modes need certificateArn'],
    [
      { minCapacityUnits: 4 as const, maxCapacityUnits: 2 as const },
      'must not exceed maxCapacityUnits',
    ],
  ])('a source with %j is refused', (own, message) => {
    const capture = { ...settings.capture, sources: { pos: own } };
    expect(() => endpointOf({ ...settings, capture }, 'pos')).toThrow(message);
  });
});
