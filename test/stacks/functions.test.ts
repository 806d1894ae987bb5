/**
 * Functions: their shape, how they read streams, what they may do, and who may call them.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS, routeKeyOf } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import type { Json } from '#domain/shared/json.ts';
import { FUNCTION_IDS, type FunctionId } from '../../lib/config/function-ids.ts';
import { compileFilters } from '../../local/cloud/event-sources/filter.ts';
import { allResources, type Resource, resourcesOf, synthesize } from './synthesized.ts';

const synthesized = synthesize();
const operations: readonly Operation[] = OPERATIONS;
const functions = allResources(synthesized, 'AWS::Lambda::Function').map(([, { Properties }]) => {
  const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
  return { id: String(Variables['FUNCTION_ID']), variables: Variables, properties: Properties };
});

/** Variables beyond those that every function has. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'capture/archive-changes': [
    'ARCHIVE_BUCKET',
    'DEFINITIONS_BUCKET',
    'ERASURE_KEY_SECRET_ARN',
    'TABLE_NAME',
  ],
  'capture/import-file': ['DEFINITIONS_BUCKET', 'DROPS_BUCKET', 'STREAM_NAME', 'TABLE_NAME'],
  'identity/resolve-identity': [
    'DEFINITIONS_BUCKET',
    'ERASURE_KEY_SECRET_ARN',
    'ONE_ID_KEY_SECRET_ARN',
    'PEPPER_SECRET_ARN',
    'QUARANTINE_BUCKET',
    'TABLE_NAME',
  ],
  'profile/maintain-view': ['DEFINITIONS_BUCKET', 'PEPPER_SECRET_ARN', 'TABLE_NAME'],
  'serve/get-profile': [
    'AUDIT_TABLE_NAME',
    'DEFINITIONS_BUCKET',
    'PEPPER_SECRET_ARN',
    'TABLE_NAME',
  ],
  'serve/record-consent': [
    'AUDIT_TABLE_NAME',
    'DEFINITIONS_BUCKET',
    'PEPPER_SECRET_ARN',
    'STREAM_NAME',
    'TABLE_NAME',
  ],
  'serve/list-sources': ['DEFINITIONS_BUCKET', 'TABLE_NAME'],
  'serve/describe-api': [],
  'serve/authorize-key': ['TABLE_NAME'],
  'serve/accept-events': ['STREAM_NAME'],
  'operate/run-extracts': [
    'AUDIT_TABLE_NAME',
    'DEFINITIONS_BUCKET',
    'ERASURE_KEY_SECRET_ARN',
    'PEPPER_SECRET_ARN',
    'RIGHTS_BUCKET',
    'ROWS_PER_FILE',
    'TABLE_NAME',
  ],
  'serve/answer-rights': [
    'AUDIT_TABLE_NAME',
    'DEFINITIONS_BUCKET',
    'ERASURE_KEY_SECRET_ARN',
    'PEPPER_SECRET_ARN',
    'RIGHTS_BUCKET',
    'TABLE_NAME',
  ],
  'serve/chain-audit': ['AUDIT_TABLE_NAME', 'BULK_READS_PER_HOUR'],
  'operate/reconcile': ['DEFINITIONS_BUCKET', 'RECONCILE_ITEMS', 'TABLE_NAME'],
  'operate/rebuild-views': ['DEFINITIONS_BUCKET', 'TABLE_NAME'],
  'operate/fold-metrics': ['DEFINITIONS_BUCKET', 'TABLE_NAME'],
  'operate/erase-customers': [
    'ARCHIVE_BUCKET',
    'AUDIT_TABLE_NAME',
    'DEFINITIONS_BUCKET',
    'DROPS_BUCKET',
    'ERASURE_KEY_SECRET_ARN',
    'FAILED_BUCKET',
    'ONE_ID_KEY_SECRET_ARN',
    'PEPPER_SECRET_ARN',
    'QUARANTINE_BUCKET',
    'RIGHTS_BUCKET',
    'TABLE_NAME',
  ],
};

const COMMON = {
  POWERTOOLS_SERVICE_NAME: 'tributary',
  POWERTOOLS_METRICS_NAMESPACE: 'Tributary',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
};

describe('every function', () => {
  test('is one of ours', () => {
    expect(functions.map(({ id }) => id).sort()).toEqual([...FUNCTION_IDS].sort());
  });

  test.each(functions)('$id has the one shape', ({ properties }) => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.any(String) } },
      ReservedConcurrentExecutions: expect.any(Number),
      MemorySize: expect.any(Number),
      Timeout: expect.any(Number),
    });
  });

  test.each(functions)('$id gets the variables it uses and no other', ({ id, variables }) => {
    const { FUNCTION_ID, ...others } = variables;
    expect(FUNCTION_ID).toBe(id);
    expect(others).toMatchObject(COMMON);
    const own = Object.keys(others).filter((name) => !Object.hasOwn(COMMON, name));
    expect(own.sort()).toEqual(VARIABLES[id]);
  });

  test('keeps its log, encrypted, for a set time', () => {
    const groups = allResources(synthesized, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThanOrEqual(functions.length);
    for (const [, { Properties }] of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: expect.anything() });
    }
  });
});

describe('every stream mapping', () => {
  const mappings = allResources(synthesized, 'AWS::Lambda::EventSourceMapping');

  test('belongs to one of four readers', () => {
    expect(mappings).toHaveLength(4);
  });

  test.each(mappings)('%s never blocks a shard and never drops a batch', (_id, { Properties }) => {
    expect(Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 8,
      MaximumRecordAgeInSeconds: 72_000,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::ImportValue': expect.stringContaining('Failed') } },
      },
    });
  });

  test('of the change stream takes everything: identity at once, the archive when enough is there', () => {
    const readers = mappings.filter(([, it]) => isOnKinesis(it.Properties));
    for (const [, { Properties }] of readers) {
      expect(Properties).toMatchObject({ BatchSize: 500 });
      expect(Properties).not.toHaveProperty('FilterCriteria');
    }
    const waits = readers.map(([, { Properties }]) => [
      Properties['MaximumBatchingWindowInSeconds'],
      Properties['ParallelizationFactor'],
    ]);
    expect(waits).toEqual([
      [5, 1],
      [0, 2],
    ]);
  });

  test('of the audit table takes new entries, in their order', () => {
    const chain = mappings.find(([id]) => id.startsWith('servechainaudit'));
    const pattern = {
      dynamodb: { Keys: { pk: { S: [{ prefix: 'A#' }] } } },
      eventName: ['INSERT'],
    };
    expect(chain?.[1].Properties).toMatchObject({
      ParallelizationFactor: 1,
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
    });
  });

  test('of the table has one worker a shard', () => {
    const view = mappings.find(([id]) => id.startsWith('profile'));
    expect(view?.[1].Properties).toMatchObject({
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 1,
    });
  });
});

const isOnKinesis = (properties: unknown): boolean =>
  JSON.stringify(properties).includes('Changes');

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const statementsOf = ({ Properties }: Resource): readonly Statement[] =>
  (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement;

const actionsOf = ({ Action }: Statement): readonly string[] =>
  typeof Action === 'string' ? [Action] : Action;

describe('the view maintainer gets', () => {
  const mapping = allResources(synthesized, 'AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => Properties)
    .find((properties) => 'FilterCriteria' in properties);
  const { Filters } = must(mapping, 'mapping')['FilterCriteria'] as {
    readonly Filters: readonly { readonly Pattern: string }[];
  };
  const passes = compileFilters(Filters.map(({ Pattern }) => JSON.parse(Pattern) as Json));

  test.each([
    ['a bucket', 'BUCKET', 'INSERT', {}, true],
    ['a customer that went', 'CUSTOMER', 'REMOVE', {}, true],
    ['a party row', 'ROW', 'MODIFY', { evidence: { S: 'c card#1' } }, true],
    ['the registry of a fact', 'ROW', 'INSERT', { unit: { S: '~x' } }, false],
    ['a customer that redirects or comes back', 'CUSTOMER', 'MODIFY', {}, true],
    ['a new customer, of which its scope tells', 'CUSTOMER', 'INSERT', {}, false],
    ['a scope whose customers have other units', 'SCOPE', 'MODIFY', { lists: { S: '0:1' } }, true],
    ['a scope whose customers have what they had', 'SCOPE', 'MODIFY', {}, false],
    ['a bucket that changes', 'BUCKET', 'MODIFY', {}, true],
    ['a claim', 'CLAIM', 'MODIFY', {}, false],
    ['its own summaries', 'SUMMARY', 'MODIFY', {}, false],
    ['freshness', 'pos#shardId-000000000000', 'MODIFY', {}, false],
  ])('%s: %s %s', (_, sk, eventName, image, expected) => {
    const Keys = { pk: { S: 'x' }, sk: { S: sk } };
    const dynamodb = { Keys, ...(eventName === 'REMOVE' ? {} : { NewImage: image }) };
    expect(passes({ eventName, dynamodb } as Json)).toBe(expected);
  });
});

type Grant = readonly [
  table: 'Audit' | 'Customer360',
  partitions: readonly string[],
  actions: readonly string[],
];

const READS = ['BatchGetItem', 'Query'];
const WRITES = ['DeleteItem', 'PutItem', 'UpdateItem'];
const STATEMENTS = ['PartiQLInsert', 'PartiQLUpdate'];
/** Rows, buckets, customers, notes on units, claims, scopes and their parts. */
const GRAPH = ['R#*', 'U#*', 'C#*', 'A#*', 'I#*', 'K#*', 'P#*'];
const WHOLE = ['*'];

const main = (partitions: readonly string[], ...actions: readonly string[]): Grant => [
  'Customer360',
  partitions,
  actions,
];
const audit = (partitions: readonly string[], ...actions: readonly string[]): Grant => [
  'Audit',
  partitions,
  actions,
];

const DEFINITIONS = main(['DEFINITIONS'], 'BatchGetItem');
const SCANS = main(WHOLE, ...READS, 'Scan');
const RECORDS = audit(['A#*'], 'PutItem');
const ONCE = main(['ONCE#*'], 'BatchGetItem', ...WRITES);

/** What each function may do with which items; whoever gives one more says it here. */
const GRANTS: Readonly<Record<FunctionId, readonly Grant[]>> = {
  'capture/archive-changes': [
    DEFINITIONS,
    main(['ERASED', 'E#*'], 'BatchGetItem'),
    main(['E#*'], 'PutItem'),
  ],
  'capture/import-file': [DEFINITIONS],
  'identity/resolve-identity': [
    DEFINITIONS,
    main(
      [...GRAPH, 'DECISION', 'E#*', 'ERASED', 'FRESHNESS', 'HELD#*', 'OPEN', 'Q#*', 'QUARANTINE#*'],
      ...READS,
    ),
    main(
      [...GRAPH, 'E#*', 'FRESHNESS', 'HELD#*', 'OPEN', 'Q#*', 'QUARANTINE#*'],
      ...WRITES,
      ...STATEMENTS,
      'ConditionCheckItem',
    ),
  ],
  'profile/maintain-view': [
    DEFINITIONS,
    main(GRAPH, ...READS),
    main(['C#*', 'L#*', 'R#*', 'SERVABLE', 'U#*'], ...WRITES, ...STATEMENTS),
  ],
  'serve/get-profile': [
    DEFINITIONS,
    RECORDS,
    main([...GRAPH, 'DECISION', 'FRESHNESS', 'L#*'], ...READS),
  ],
  'serve/record-consent': [DEFINITIONS, RECORDS, ONCE, main([...GRAPH, 'FRESHNESS'], ...READS)],
  'serve/list-sources': [
    DEFINITIONS,
    main(['METRICS', 'SERVABLE'], 'BatchGetItem'),
    main(['FRESHNESS'], 'Query'),
  ],
  'serve/describe-api': [],
  'serve/authorize-key': [main(['KEY#*'], 'BatchGetItem')],
  'serve/accept-events': [],
  'serve/chain-audit': [
    audit(['CHAIN#*', 'T#*'], 'BatchGetItem'),
    audit(['CHAIN#*'], 'PutItem'),
    audit(['T#*'], 'UpdateItem'),
  ],
  'serve/answer-rights': [
    DEFINITIONS,
    RECORDS,
    ONCE,
    main([...GRAPH, 'CORRECTION#*', 'ERASURE#*', 'EXTRACT#*', 'FRESHNESS'], ...READS),
    main(['CORRECTION#*', 'ERASING', 'ERASURE#*', 'EXTRACT#*', 'EXTRACTING'], 'PutItem'),
  ],
  'operate/reconcile': [DEFINITIONS, SCANS, main(['UPKEEP'], 'PutItem')],
  'operate/rebuild-views': [
    DEFINITIONS,
    SCANS,
    main(['C#*'], ...WRITES, ...STATEMENTS),
    main(['UPKEEP'], 'PutItem'),
  ],
  'operate/fold-metrics': [DEFINITIONS, SCANS, main(['METRICS', 'UPKEEP'], 'PutItem')],
  // It reaches every kind of item that may name a customer.
  'operate/erase-customers': [
    DEFINITIONS,
    main(WHOLE, ...READS, ...WRITES, ...STATEMENTS, 'ConditionCheckItem'),
    audit(['A#*'], 'Query', 'UpdateItem'),
  ],
  'operate/run-extracts': [
    DEFINITIONS,
    SCANS,
    RECORDS,
    main(['EXTRACT#*'], 'PutItem'),
    main(['EXTRACTING'], 'DeleteItem'),
  ],
};

const statementsOfFunction = (id: FunctionId): readonly Statement[] => {
  const own = allResources(synthesized, 'AWS::Lambda::Function').find(([, { Properties }]) =>
    JSON.stringify(Properties['Environment']).includes(`"FUNCTION_ID":"${id}"`),
  );
  const role = must(own, id)[1].Properties['Role'] as { 'Fn::GetAtt': readonly string[] };
  return allResources(synthesized, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) =>
      JSON.stringify(Properties['Roles']).includes(`"${role['Fn::GetAtt'][0]}"`),
    )
    .flatMap(([, policy]) => statementsOf(policy));
};

const tableOf = ({ Resource: resource }: Statement): string =>
  ['Audit', 'Customer360'].find((table) => JSON.stringify(resource).includes(table)) ?? 'none';

const partitionsOf = ({ Condition }: Statement): readonly string[] => {
  if (Condition === undefined) return ['*'];
  const { 'ForAllValues:StringLike': like, ...others } = Condition as Readonly<
    Record<string, { readonly 'dynamodb:LeadingKeys': readonly string[] | string }>
  >;
  expect(others).toEqual({});
  return [must(like, 'condition')['dynamodb:LeadingKeys']].flat().toSorted();
};

describe('permissions', () => {
  const policies = allResources(synthesized, 'AWS::IAM::Policy');
  const functionPolicies = policies.filter(([id]) =>
    /^(capture|identity|profile|serve|Upkeep|Erasures|Extracts)/.test(id),
  );

  // A row that expects nothing says nothing of a function or a resource that is not there.
  const functions = allResources(synthesized, 'AWS::Lambda::Function').map(([id]) => id);
  const resources = Object.keys(synthesized.templates.Data.Resources);

  test.each(FUNCTION_IDS)('%s may do exactly this on the tables', (id) => {
    const statements = statementsOfFunction(id).filter((one) =>
      actionsOf(one).some((action) => /^dynamodb:(?!.*(Stream|Shard|Records))/.test(action)),
    );
    const granted = statements.map((one) => [
      tableOf(one),
      partitionsOf(one).join(' '),
      actionsOf(one)
        .map((action) => action.replace('dynamodb:', ''))
        .sort()
        .join(' '),
    ]);
    const expected = GRANTS[id].map(([table, partitions, actions]) => [
      table,
      [...partitions].sort().join(' '),
      [...actions].sort().join(' '),
    ]);
    expect(granted.sort()).toEqual(expected.sort());
  });

  test('a scan stands under no condition: it names no partition, so it would pass', () => {
    const conditioned = functionPolicies
      .flatMap(([, policy]) => statementsOf(policy))
      .filter((one) => actionsOf(one).includes('dynamodb:Scan') && one.Condition !== undefined);
    expect(conditioned).toEqual([]);
  });

  test.each([
    ['capture', 'Archive', ['s3:PutObject']],
    ['capturearchive', 'Pepper', []],
    ['serveanswerrights', 'Rights', ['s3:GetObject', 's3:ListBucket']],
    ['serveanswerrights', 'Archive', []],
    ['serveanswerrights', 'OneIdKey', []],
    [
      'Erasures',
      'Archive',
      [
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:GetObject',
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:PutObject',
      ],
    ],
    ['Erasures', 'Quarantine', ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket']],
    ['Erasures', 'Rights', ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']],
    ['Extracts', 'Rights', ['s3:PutObject']],
    ['Extracts', 'Archive', []],
    ['Erasures', 'Changes', []],
    ['identity', 'Quarantine', ['s3:PutObject']],
    ['identity', 'Definitions', ['s3:GetObject']],
    ['profile', 'Definitions', ['s3:GetObject']],
    ['servegetprofile', 'Definitions', ['s3:GetObject']],
    ['servelistsources', 'Definitions', ['s3:GetObject']],
    ['identity', 'Failed', ['s3:ListBucket', 's3:PutObject']],
    ['identity', 'Pepper', ['secretsmanager:GetSecretValue']],
    ['identity', 'OneIdKey', ['secretsmanager:GetSecretValue']],
    ['servegetprofile', 'Pepper', ['secretsmanager:GetSecretValue']],
    ['servegetprofile', 'Audit', ['dynamodb:PutItem']],
    ['servechainaudit', 'Customer360', []],
    ['serveacceptevents', 'Changes', ['kinesis:PutRecords']],
    ['servelistsources', 'Audit', []],
    ['serverecordconsent', 'Changes', ['kinesis:PutRecords']],
    ['serverecordconsent', 'Audit', ['dynamodb:PutItem']],
    ['serverecordconsent', 'OneIdKey', []],
    ['servegetprofile', 'OneIdKey', []],
    ['servelistsources', 'Pepper', []],
    ['profile', 'Pepper', ['secretsmanager:GetSecretValue']],
    ['Upkeepoperatereconcile', 'Definitions', ['s3:GetObject']],
    ['Upkeepoperatereconcile', 'Pepper', []],
    ['Upkeepoperatefold', 'Definitions', ['s3:GetObject']],
    ['Upkeepoperatefold', 'Pepper', []],
    ['Upkeepoperaterebuild', 'Definitions', ['s3:GetObject']],
    ['Upkeepoperaterebuild', 'Pepper', []],
  ])('%s may do on %s exactly %j', (prefix, resource, expected) => {
    const own = functionPolicies.filter(([id]) => id.startsWith(prefix));
    expect(functions.filter((id) => id.startsWith(prefix))).not.toEqual([]);
    expect(resources.filter((id) => id.startsWith(resource))).not.toEqual([]);
    const found = own
      .flatMap(([, policy]) => statementsOf(policy))
      .filter((statement) => JSON.stringify(statement.Resource).includes(resource))
      .flatMap(actionsOf);
    expect([...new Set(found)].sort()).toEqual(expected);
  });

  test.each(policies)('%s names its actions and resources', (_id, policy) => {
    for (const statement of statementsOf(policy)) {
      expect(actionsOf(statement).filter((action) => action.includes('*'))).toEqual([]);
      expect(statement.Resource).not.toBe('*');
      expect(JSON.stringify(statement.Resource)).not.toContain('"*"');
    }
  });

  test('only what looks after the table as a whole may scan it', () => {
    const scanning = functionPolicies.filter(([, policy]) =>
      JSON.stringify(policy).includes('dynamodb:Scan'),
    );
    expect(scanning.map(([id]) => id.replace(/Role.*/, '')).sort()).toEqual([
      'Extractsoperaterunextracts',
      'Upkeepoperatefoldmetrics',
      'Upkeepoperaterebuildviews',
      'Upkeepoperatereconcile',
    ]);
  });

  test('no role has a managed policy', () => {
    for (const [, { Properties }] of allResources(synthesized, 'AWS::IAM::Role')) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });
});

describe('schedules', () => {
  test.each([
    ['operatereconcile', 'rate(5 minutes)'],
    ['operaterebuild', 'rate(5 minutes)'],
    ['operatefold', 'rate(5 minutes)'],
    ['erasecustomers', 'rate(1 minute)'],
    ['runextracts', 'rate(1 minute)'],
  ])('%s runs at %s, one at a time, and is never repeated', (name, rate) => {
    const { Operate } = synthesized.templates;
    const rules = resourcesOf(Operate, 'AWS::Events::Rule').filter(([id]) => id.includes(name));
    expect(rules.map(([, { Properties }]) => Properties)).toMatchObject([
      {
        ScheduleExpression: rate,
        State: 'ENABLED',
        Targets: [
          {
            Arn: { 'Fn::GetAtt': [expect.stringContaining(name), 'Arn'] },
            RetryPolicy: { MaximumRetryAttempts: 0 },
          },
        ],
      },
    ]);
    const invoked = resourcesOf(Operate, 'AWS::Lambda::EventInvokeConfig');
    expect(invoked.map(([, { Properties }]) => Properties['MaximumRetryAttempts'])).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });
});

/** What browsers ask before a page may send. */
const PREFLIGHT = 'OPTIONS /{proxy+}';

describe('routes', () => {
  const { Serve } = synthesized.templates;
  const routes = resourcesOf(Serve, 'AWS::ApiGatewayV2::Route');
  const routeOf = (key: string) =>
    routes.find(([, { Properties }]) => Properties['RouteKey'] === key)?.[1].Properties;
  const guarded = operations.filter(({ scope }) => scope !== undefined);
  const keyed = operations.filter(({ key }) => key !== undefined);
  const open = operations.filter(({ scope, key }) => scope === undefined && !key);

  test.each(keyed.map((operation) => [routeKeyOf(operation), operation.key] as const))(
    '%s asks for a key that may %s, of an authorizer for nothing else',
    (key, use) => {
      const { AuthorizationType, AuthorizerId } = routeOf(key) ?? {};
      expect(AuthorizationType).toBe('CUSTOM');
      const authorizer = resourcesOf(Serve, 'AWS::ApiGatewayV2::Authorizer').find(
        ([id]) => id === (AuthorizerId as { readonly Ref: string }).Ref,
      );
      expect(authorizer?.[1].Properties).toMatchObject({
        Name: use === 'write' ? 'WriteKeys' : 'ReadKeys',
        EnableSimpleResponses: true,
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerResultTtlInSeconds: 60,
      });
    },
  );

  test('are those of the operations, and the answer to all others', () => {
    expect(routes.map(([, { Properties }]) => Properties['RouteKey']).sort()).toEqual(
      ['$default', PREFLIGHT, ...operations.map(routeKeyOf)].sort(),
    );
  });

  test('may be called by pages of the origins that are set, without cookies', () => {
    const [api] = resourcesOf(Serve, 'AWS::ApiGatewayV2::Api');
    expect(api?.[1].Properties['CorsConfiguration']).toEqual({
      AllowHeaders: ['authorization', 'content-type', 'x-strict'],
      AllowMethods: ['POST'],
      AllowOrigins: ['*'],
      MaxAge: 7200,
    });
  });

  test.each(guarded.map((operation) => [routeKeyOf(operation), operation] as const))(
    '%s asks for a token with its scope',
    (key, { scope }) => {
      expect(routeOf(key)).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: expect.any(String) },
        AuthorizationScopes: [scope],
      });
    },
  );

  test('that are open to anybody reach only the function that may do nothing', () => {
    expect(open.map(({ group }) => group)).toEqual(open.map(() => 'documents'));
    for (const key of ['$default', PREFLIGHT, ...open.map(routeKeyOf)]) {
      expect(routeOf(key)).toMatchObject({
        AuthorizationType: 'NONE',
        Target: routeOf('GET /v1/docs')?.['Target'],
      });
    }
  });

  test.each(resourcesOf(Serve, 'AWS::ApiGatewayV2::Integration'))(
    '%s speaks payload 2.0',
    (_id, { Properties }) => {
      expect(Properties).toMatchObject({ PayloadFormatVersion: '2.0' });
    },
  );

  test('are throttled and logged without identifiers', () => {
    const [stage] = resourcesOf(Serve, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.[1].Properties).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      AccessLogSettings: { Format: expect.stringContaining('$context.routeKey') },
    });
    expect(JSON.stringify(stage)).not.toContain('$context.path');
  });

  test('that take events have limits of their own, so that a flood of them keeps nobody from reading', () => {
    const [stage] = resourcesOf(Serve, 'AWS::ApiGatewayV2::Stage');
    const events = operations.filter(({ group }) => group === 'tracking').map(routeKeyOf);
    expect(events).toHaveLength(7);
    const limits = {
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1000,
      DetailedMetricsEnabled: true,
    };
    const { RouteSettings } = must(stage, 'stage')[1].Properties;
    expect(RouteSettings).toEqual(Object.fromEntries(events.map((key) => [key, limits])));
    const { DependsOn } = must(stage, 'stage')[1] as Resource & { DependsOn: readonly string[] };
    const waitedFor = DependsOn.flatMap((id) => Serve.Resources[id]?.Properties['RouteKey'] ?? []);
    expect(waitedFor.sort()).toEqual([...events].sort());
  });
});
