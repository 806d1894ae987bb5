/**
 * The local cloud: runs a synthesized CDK assembly on this machine, exactly as its templates say.
 *
 * Tables, streams and buckets stand on real engines; functions run from the bundles that deploy; event source
 * mappings and the HTTP API behave as Lambda and API Gateway do. Nothing is defined here a second time.
 * @module
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CleanUps } from './clean-ups.ts';
import { type CloudClients, cloudClients } from './clients.ts';
import { lockDataFolder } from './data-folder.ts';
import { deploy } from './deploy/deploy.ts';
import { differenceLines } from './differences.ts';
import type { Log } from './engines/engine-process.ts';
import { type Engines, startEngines, stopEngines } from './engines/engines.ts';
import { type SideServices, startSideServices } from './engines/side-services.ts';
import { type EventSources, startEventSources } from './event-sources/event-sources.ts';
import { startObjectEvents } from './event-sources/object-events.ts';
import { FunctionHost } from './functions/function-host.ts';
import type { Invocation } from './functions/function-pool.ts';
import { Metrics } from './functions/metrics.ts';
import { type AccessKey, AccessKeys, type KeyHolder } from './gateway/access-keys.ts';
import { type Gateway, startGateway } from './gateway/gateway.ts';
import { type LocalIssuer, startLocalIssuer, type TokenRequest } from './gateway/local-issuer.ts';
import { accountOf } from './permissions/account.ts';
import type { CloudPlan, Identity } from './plan/model.ts';
import { planCloud } from './plan/plan-cloud.ts';
import { startSchedules } from './schedules/schedules.ts';
import { loadAssembly } from './template/assembly.ts';
import { ACCOUNT_ID } from './template/physical.ts';

export { resetDataFolder } from './data-folder.ts';
export type { Metrics } from './functions/metrics.ts';
export type { CloudPlan } from './plan/model.ts';

/** Ports asked for; a port that is not named is a free one. */
export interface CloudPorts {
  readonly api?: number;
  readonly dynamodb?: number;
  readonly kinesis?: number;
  readonly s3?: number;
  readonly secrets?: number;
  readonly issuer?: number;
}

/** What the caller decides; everything else is in the templates. */
export interface LocalCloudOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDir: string;
  /** Holds all state; starting again with the same folder continues. */
  readonly dataDir: string;
  readonly region?: string;
  readonly ports?: CloudPorts;
  /** Shards of an on-demand stream when it is first created; 2. */
  readonly shards?: number;
  /** Pause between two reads of a shard that has records; 25 ms. */
  readonly pollIntervalMs?: number;
  /** Longest pause between two reads of a shard that has none; 100 ms. */
  readonly idlePollIntervalMs?: number;
  /** Pauses between retries of a failing batch; from 100 ms up to 10 s. */
  readonly retryBackoffMs?: { readonly first: number; readonly longest: number };
  /** Execution environments of one function at the same time; as many as the machine has processors, at least 2. */
  readonly environmentsPerFunction?: number;
  /** Starts the functions that read streams before there is anything to read. */
  readonly warm?: boolean;
  readonly log: Log;
}

/** Names by construct id (`Customer360`, `identity/resolve-identity`) and by logical id. */
export type Names = Readonly<Record<string, string>>;

/** A running local cloud. */
export interface LocalCloud {
  readonly plan: CloudPlan;
  readonly region: string;
  readonly endpoints: {
    /** The first HTTP API of the templates; undefined when they have none. */
    readonly api: string | undefined;
    readonly apis: Names;
    readonly kinesis: string;
    readonly dynamodb: string;
    readonly s3: string;
    readonly secrets: string;
    readonly issuer: string;
  };
  readonly names: {
    readonly tables: Names;
    readonly streams: Names;
    readonly buckets: Names;
    readonly secrets: Names;
    readonly functions: Names;
  };
  readonly metrics: Metrics;
  /** Calls of functions that their roles do not allow, in words: there should be none. */
  readonly refusals: readonly string[];
  /** Process ids of the engines at this moment, for tests that kill them. */
  enginePids(): Readonly<Record<'dynamodb' | 'kinesis' | 's3', number | undefined>>;
  /** A signed token; without scopes one for every scope that a route asks. */
  token(scopes?: readonly string[], more?: Omit<TokenRequest, 'scopes'>): Promise<string>;
  /** A key that signs for an IAM principal of the local account. */
  accessKey(holder: KeyHolder): AccessKey;
  /** Invokes a function by name with an event. */
  invoke(functionName: string, event: unknown): Promise<Invocation>;
  /** Ends everything; safe to call twice. */
  stop(): Promise<void>;
}

const STOP_MAPPINGS_WITHIN_MS = 5_000;
/** Pause between two looks for new objects. */
const OBJECT_POLL_MS = 500;

/**
 * Starts a local cloud and returns when it serves.
 * @throws Error with one sentence when the templates, the platform or the data folder do not allow it; everything
 *   that was started until then is stopped
 */
export const startLocalCloud = async (options: LocalCloudOptions): Promise<LocalCloud> => {
  const plan = planCloud(loadAssembly(options.assemblyDir), options.region);
  const dataDir = resolve(options.dataDir);
  const cleanUps = new CleanUps();
  try {
    cleanUps.add(lockDataFolder(dataDir));
    return await start(plan, { ...options, dataDir }, cleanUps);
  } catch (error) {
    await cleanUps.run();
    throw error;
  }
};

const start = async (
  plan: CloudPlan,
  options: LocalCloudOptions,
  cleanUps: CleanUps,
): Promise<LocalCloud> => {
  const { dataDir, log, ports = {} } = options;
  sayWhatIsMissing(plan, log);
  const engines = await startEngines(dataDir, ports, log);
  cleanUps.add(() => stopEngines(engines));
  const clients = cloudClients(endpointsOf(engines), plan.region);
  cleanUps.add(() => clients.close());
  const sideServices = await startSecrets(plan, options);
  cleanUps.add(() => sideServices.close());
  await deploy(clients, plan, options.shards ?? 2);
  const metrics = new Metrics();
  const functions = startFunctions(plan, options, { engines, sideServices, metrics });
  cleanUps.add(() => functions.stop());
  if (options.warm) await warmMapped(plan, functions);
  const issuer = await startIssuer(plan, options);
  cleanUps.add(() => issuer.close());
  const accessKeys = new AccessKeys();
  const gateways = await startGateways(plan, { functions, issuer, accessKeys }, ports.api);
  for (const gateway of gateways) cleanUps.add(() => gateway.close());
  const eventSources = await startMappings(plan, options, { clients, functions, metrics });
  const tooLong = () => delay(STOP_MAPPINGS_WITHIN_MS, undefined, { ref: false });
  cleanUps.add(() => Promise.race([eventSources.stop(), tooLong()]));
  sideServices.serveLambda({
    mappings: () => eventSources.mappings(),
    setEnabled: (uuid, enabled) => eventSources.setEnabled(uuid, enabled),
    environment: (name) =>
      plan.functions.find((one) => one.name === name || name.endsWith(`:function:${one.name}`))
        ?.environment,
  });
  const objectEvents = startObjectEvents(plan, {
    s3: clients.s3,
    functions,
    pollMs: OBJECT_POLL_MS,
    log,
  });
  cleanUps.add(() => Promise.race([objectEvents.stop(), tooLong()]));
  const schedules = startSchedules(plan.schedules, {
    functions,
    region: plan.region,
    account: ACCOUNT_ID,
    log,
    clock: Date.now,
  });
  cleanUps.add(() => schedules.stop());
  const callers = { issuer, accessKeys, gateways };
  return describe(plan, { engines, sideServices, functions, metrics, ...callers, cleanUps });
};

const sayWhatIsMissing = (plan: CloudPlan, log: Log): void => {
  const types = [...new Set(plan.leftOut.map((it) => it.type))].sort();
  log(`not run locally: ${plan.leftOut.length} resources (${types.join(', ')})`);
  for (const line of differenceLines()) log(`differs from AWS: ${line}`);
};

const endpointsOf = ({ dynamodb, kinesis, s3 }: Engines) => ({
  dynamodb: dynamodb.endpoint,
  kinesis: kinesis.endpoint,
  s3: s3.endpoint,
});

const startSecrets = async (
  plan: CloudPlan,
  { dataDir, ports }: LocalCloudOptions,
): Promise<SideServices> => {
  const arnOf = (name: string) =>
    `arn:aws:secretsmanager:${plan.region}:${ACCOUNT_ID}:secret:${name}-000000`;
  const services = await startSideServices(
    join(dataDir, 'secrets.json'),
    ports?.secrets ?? 0,
    arnOf,
  );
  for (const secret of plan.secrets) services.secrets.ensure(secret);
  return services;
};

const startFunctions = (
  plan: CloudPlan,
  options: LocalCloudOptions,
  { engines, sideServices, metrics }: Pick<Parts, 'engines' | 'sideServices' | 'metrics'>,
): FunctionHost =>
  new FunctionHost(plan.functions, {
    account: accountOf(plan),
    endpoints: {
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamodb.endpoint,
      AWS_ENDPOINT_URL_KINESIS: engines.kinesis.endpoint,
      AWS_ENDPOINT_URL_S3: engines.s3.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: sideServices.endpoint,
    },
    logDir: join(options.dataDir, 'logs'),
    metrics,
    mostEnvironments: options.environmentsPerFunction ?? Math.max(2, availableParallelism()),
    log: options.log,
  });

// What reads a stream is busy from the first second of a run, and starting is work that would then stand in its way.
const warmMapped = async (plan: CloudPlan, functions: FunctionHost): Promise<void> => {
  await Promise.all(
    plan.mappings.map(({ functionName, parallelizationFactor }) =>
      functions.warm(functionName, parallelizationFactor),
    ),
  );
};

const startIssuer = (plan: CloudPlan, options: LocalCloudOptions): Promise<LocalIssuer> => {
  const routes = plan.apis.flatMap((api) => api.routes);
  const authorizers = routes.flatMap(({ authorizer }) =>
    authorizer?.kind === 'token' ? [authorizer] : [],
  );
  return startLocalIssuer({
    issuer: authorizers[0]?.issuer ?? 'https://issuer.local/',
    audience: [...new Set(authorizers.flatMap((it) => it.audience))],
    scopes: [...new Set(routes.flatMap((route) => route.scopes))],
    keyFile: join(options.dataDir, 'issuer.json'),
    port: options.ports?.issuer ?? 0,
  });
};

const startGateways = (
  { apis, region }: CloudPlan,
  { functions, issuer, accessKeys }: Pick<Parts, 'functions' | 'issuer' | 'accessKeys'>,
  port = 0,
): Promise<Gateway[]> =>
  Promise.all(
    apis.map((api, index) =>
      startGateway(api, index === 0 ? port : 0, {
        functions,
        keysOf: () => issuer.keys,
        accessKeys,
        region,
        clock: Date.now,
      }),
    ),
  );

const startMappings = (
  plan: CloudPlan,
  options: LocalCloudOptions,
  parts: { clients: CloudClients; functions: FunctionHost; metrics: Metrics },
): Promise<EventSources> =>
  startEventSources(plan, {
    ...parts,
    checkpointDir: join(options.dataDir, 'checkpoints'),
    poll: {
      busyMs: options.pollIntervalMs ?? 50,
      idleMs: options.idlePollIntervalMs ?? 100,
    },
    backoff: {
      firstMs: options.retryBackoffMs?.first ?? 100,
      longestMs: options.retryBackoffMs?.longest ?? 10_000,
    },
    log: options.log,
  });

interface Parts {
  readonly engines: Engines;
  readonly sideServices: SideServices;
  readonly functions: FunctionHost;
  readonly metrics: Metrics;
  readonly issuer: LocalIssuer;
  readonly accessKeys: AccessKeys;
  readonly gateways: readonly Gateway[];
  readonly cleanUps: CleanUps;
}

const describe = (plan: CloudPlan, parts: Parts): LocalCloud => {
  const { engines, issuer, accessKeys, functions } = parts;
  const apis = plan.apis.flatMap((api, index) =>
    [api.constructId, api.logicalId].map((id) => [id, String(parts.gateways[index]?.endpoint)]),
  );
  return {
    plan,
    region: plan.region,
    endpoints: {
      api: parts.gateways[0]?.endpoint,
      apis: Object.fromEntries(apis),
      ...endpointsOf(engines),
      secrets: parts.sideServices.endpoint,
      issuer: issuer.endpoint,
    },
    names: {
      tables: namesOf(plan.tables),
      streams: namesOf(plan.streams),
      buckets: namesOf(plan.buckets),
      secrets: namesOf(plan.secrets),
      functions: namesOf(plan.functions),
    },
    metrics: parts.metrics,
    refusals: functions.refusals,
    enginePids: () => ({
      dynamodb: engines.dynamodb.pid,
      kinesis: engines.kinesis.pid,
      s3: engines.s3.pid,
    }),
    token: (scopes, more) => issuer.mintToken({ ...more, ...(scopes && { scopes }) }),
    accessKey: (holder) => accessKeys.issue(holder),
    invoke: (name, event) => functions.invoke(name, JSON.stringify(event)),
    stop: () => parts.cleanUps.run(),
  };
};

const namesOf = (plans: readonly Identity[]): Names =>
  Object.fromEntries(
    plans.flatMap((plan) => [
      [plan.logicalId, plan.name],
      [plan.constructId, plan.name],
    ]),
  );
