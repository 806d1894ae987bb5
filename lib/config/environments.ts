/**
 * Environments: everything that differs between two deployments, typed and checked at synthesis.
 *
 * What does not differ (batch sizes, retention, DMS settings) stands beside its resource, so that one environment
 * cannot silently weaken it. Account and region are optional: without them the templates are
 * environment-agnostic and need no look-up. `local` is the environment that runs on one machine.
 * @module
 */
import type { Environment } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import * as z from 'zod';
import { FUNCTION_IDS } from './function-ids.ts';

const port = z.int().min(1).max(65535);
const dcu = z.union([1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384].map((unit) => z.literal(unit)));

const endpoint = z.strictObject({
  /** Secrets Manager name or ARN of a secret with the keys username, password, host and port. */
  secret: z.string().min(1).max(2048),
  /** Key that encrypts the secret, when it is not the account's default one. */
  secretKeyArn: z.string().startsWith('arn:').optional(),
  /** Where the host of the secret lives; with `port` it opens the only way out of the replication's network. */
  network: z.cidrv4(),
  port,
  database: z.string().min(1),
  /** Schema (PostgreSQL, SQL Server), owner (Oracle) or database (MySQL) that holds the tables. */
  schema: z.string().min(1),
  sslMode: z.enum(['none', 'require', 'verify-ca', 'verify-full']),
  /** DMS certificate; the two verifying modes need it. */
  certificateArn: z.string().startsWith('arn:').optional(),
  /** DMS capacity units, 2 GB of memory each. */
  minCapacityUnits: dcu,
  maxCapacityUnits: dcu,
});

const checkedEndpoint = endpoint
  .refine((e) => !e.sslMode.startsWith('verify') || e.certificateArn !== undefined, {
    error: 'the verifying modes need certificateArn',
    path: ['sslMode'],
  })
  .refine((e) => e.minCapacityUnits <= e.maxCapacityUnits, {
    error: 'must not exceed maxCapacityUnits',
    path: ['minCapacityUnits'],
  });

/** Of a token bucket: what it gains in a second, and what it holds. */
const limits = { rate: z.int().positive(), burst: z.int().positive() };

const schema = z.strictObject({
  account: z
    .string()
    .regex(/^\d{12}$/, '12 digits')
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region name')
    .optional(),
  /**
   * How callers of the API show who they are: with a token of `jwt.issuer`, or, where there is none (the China regions
   * have no Cognito user pools), with a signature of an IAM role.
   */
  callers: z._default(z.enum(['jwt', 'iam']), 'jwt'),
  /** Who may issue tokens for the API, and for whom. */
  jwt: z.strictObject({
    issuer: z.url({ protocol: /^https$/, error: 'an https URL' }),
    audience: z.array(z.string().min(1)).min(1),
  }),
  /** An existing network for the replications; without it a minimal isolated one is made. */
  vpc: z
    .strictObject({
      id: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id'),
      availabilityZones: z.array(z.string()).min(2),
      subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id')).min(2),
    })
    .optional(),
  /** The source databases: what all share, and what one has of its own. Placeholder {source} is replaced. */
  capture: z.strictObject({
    multiAz: z.boolean(),
    defaults: endpoint,
    sources: z.record(z.string(), endpoint.partial()),
  }),
  /**
   * Origins whose pages may call the API from a browser, as API Gateway takes them (`https://shop.example.com`, `*`). It
   * holds for all routes, and gives nothing away: a browser adds no credentials of its own. None: browsers may not.
   */
  browserOrigins: z.array(
    z.string().regex(/^(\*|https?:\/\/(\*|[\w.-]+(:\d+)?))$/, 'an origin without a path, or *'),
  ),
  /**
   * Requests per second and burst that the API takes before it answers 429. Each route that takes events in has limits of its
   * own, so that no flood of events keeps anybody from reading.
   */
  throttle: z.strictObject({ ...limits, events: z.strictObject(limits) }),
  /** Reads of one client in one hour at which somebody is to look. */
  bulkReadsPerHour: z._default(z.int().positive(), 10_000),
  /** Executions kept for each function; a stream needs shards times parallelization factor. */
  reservedConcurrency: z.record(z.enum(FUNCTION_IDS), z.int().positive()),
  /** Jobs over the whole table: how often they run, and how many items one run of the reconciler reads at most. */
  upkeep: z.strictObject({
    reconcileMinutes: z.int().min(1).max(60),
    reconcileItems: z.int().min(1_000),
    rebuildMinutes: z.int().min(1).max(60),
    /** A pass over all customers and rows begins so often; what it costs is in ADR 0043. */
    metricsMinutes: z.int().min(1).max(1_440),
  }),
  alarms: z.strictObject({
    /** Where alarms are sent; an existing topic, or a new one with this subscriber. */
    topicArn: z.string().startsWith('arn:').optional(),
    email: z.email().optional(),
    /** Address of the runbook, to which alarm descriptions append the heading; a URL makes it a link in the mail. */
    runbook: z.string().min(1),
  }),
  logRetentionDays: z.union([7, 14, 30, 90, 180, 365].map((days) => z.literal(days))),
  archiveRetentionDays: z.int().min(30),
});

/** Connection of one source database, complete. */
export type EndpointSettings = z.infer<typeof endpoint>;

/** Settings of one environment. */
export interface EnvironmentSettings extends Readonly<z.infer<typeof schema>> {
  readonly name: EnvironmentName;
  readonly env: Environment;
}

/** The settings as they are written. */
type EnvironmentInput = z.input<typeof schema>;

const RUNBOOK = 'docs/operate/runbook.md';

const dev = {
  jwt: { issuer: 'https://issuer.dev.tributary.example', audience: ['tributary-dev'] },
  capture: {
    multiAz: false,
    defaults: {
      secret: 'tributary/dev/{source}',
      network: '10.20.0.0/16',
      port: 5432,
      database: '{source}',
      schema: 'public',
      sslMode: 'require',
      minCapacityUnits: 1,
      maxCapacityUnits: 2,
    },
    sources: {},
  },
  browserOrigins: ['*'],
  throttle: { rate: 500, burst: 1000, events: { rate: 500, burst: 1000 } },
  reservedConcurrency: {
    'capture/archive-changes': 16,
    'capture/import-file': 2,
    'identity/resolve-identity': 16,
    'profile/maintain-view': 16,
    'serve/get-profile': 20,
    'serve/record-consent': 5,
    'serve/list-sources': 5,
    'serve/describe-api': 5,
    'serve/authorize-key': 5,
    'serve/accept-events': 20,
    'serve/chain-audit': 8,
    'serve/answer-rights': 5,
    'operate/reconcile': 1,
    'operate/rebuild-views': 1,
    'operate/fold-metrics': 1,
    'operate/erase-customers': 1,
    'operate/run-extracts': 1,
  },
  upkeep: { reconcileMinutes: 5, reconcileItems: 20_000, rebuildMinutes: 5, metricsMinutes: 5 },
  alarms: { runbook: RUNBOOK },
  logRetentionDays: 30,
  archiveRetentionDays: 90,
} satisfies EnvironmentInput;

const environments = {
  dev,
  local: {
    ...dev,
    jwt: { issuer: 'https://issuer.local.tributary.example', audience: ['tributary-local'] },
  },
  production: {
    ...dev,
    jwt: { issuer: 'https://issuer.tributary.example', audience: ['tributary'] },
    capture: {
      multiAz: true,
      defaults: {
        ...dev.capture.defaults,
        secret: 'tributary/production/{source}',
        network: '10.10.0.0/16',
        maxCapacityUnits: 8,
      },
      sources: { erp: { minCapacityUnits: 2, maxCapacityUnits: 16 } },
    },
    browserOrigins: ['https://www.tributary.example'],
    throttle: { rate: 500, burst: 1000, events: { rate: 500, burst: 1000 } },
    reservedConcurrency: {
      'capture/archive-changes': 64,
      'capture/import-file': 4,
      'identity/resolve-identity': 128,
      'profile/maintain-view': 128,
      'serve/get-profile': 200,
      'serve/record-consent': 20,
      'serve/list-sources': 10,
      'serve/describe-api': 5,
      'serve/authorize-key': 5,
      'serve/accept-events': 20,
      'serve/chain-audit': 8,
      'serve/answer-rights': 5,
      'operate/reconcile': 1,
      'operate/rebuild-views': 1,
      'operate/fold-metrics': 1,
      'operate/erase-customers': 1,
      'operate/run-extracts': 1,
    },
    upkeep: { ...dev.upkeep, metricsMinutes: 60 },
    alarms: { runbook: RUNBOOK, email: 'tributary-operations@tributary.example' },
    logRetentionDays: 90,
    archiveRetentionDays: 1095,
  },
} satisfies Record<string, EnvironmentInput>;

/** Names that context `environment` accepts. */
export type EnvironmentName = keyof typeof environments;

const isEnvironmentName = (name: unknown): name is EnvironmentName =>
  typeof name === 'string' && Object.hasOwn(environments, name);

/**
 * Settings of the environment that context `environment` names, `dev` when absent. Context `account`, `region` and
 * `callers` override the settings' own.
 * @throws Error that lists the known environments, or every wrong setting with its path
 */
export const loadEnvironment = (node: Node): EnvironmentSettings => {
  const name: unknown = node.tryGetContext('environment') ?? 'dev';
  if (!isEnvironmentName(name)) {
    const known = Object.keys(environments).join(', ');
    throw new Error(`Context environment is ${JSON.stringify(name)}; known are ${known}.`);
  }
  const overrides = pickContext(node, ['account', 'region', 'callers']);
  return parseEnvironment(name, { ...environments[name], ...overrides });
};

/**
 * Checks the settings of one environment.
 * @throws Error with every wrong setting and its path
 */
export const parseEnvironment = (name: EnvironmentName, input: unknown): EnvironmentSettings => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new Error(`Settings of environment ${name}:\n${z.prettifyError(parsed.error)}`);
  }
  const { account, region } = parsed.data;
  return { ...parsed.data, name, env: { account, region } };
};

/**
 * Connection of one source: its own settings over the defaults, `{source}` replaced by the source id.
 * @throws Error with every wrong setting and its path
 */
export const endpointOf = (settings: EnvironmentSettings, source: string): EndpointSettings => {
  const merged = { ...settings.capture.defaults, ...settings.capture.sources[source] };
  const filled = Object.entries(merged).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('{source}', source) : value,
  ]);
  const parsed = checkedEndpoint.safeParse(Object.fromEntries(filled));
  if (parsed.success) return parsed.data;
  throw new Error(
    `Source ${source} in environment ${settings.name}:\n${z.prettifyError(parsed.error)}`,
  );
};

const pickContext = (node: Node, names: readonly string[]): Record<string, unknown> => {
  const found = names.map((name) => [name, node.tryGetContext(name)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
};
