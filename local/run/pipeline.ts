/**
 * Pipeline: everything of a local run, started in order and stopped in reverse.
 *
 * Source databases with a shop's history, the local cloud from the synthesized templates, the definitions in force,
 * and the capture that feeds the one from the other.
 * @module
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { publishDefinitions } from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { registerKey } from '#application/serve/client-keys.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { CaptureSource } from '../capture/config.ts';
import type { Capture } from '../capture/start-capture.ts';
import { startCapture } from '../capture/start-capture.ts';
import { type LocalCloud, resetDataFolder, startLocalCloud } from '../cloud/index.ts';
import { SOURCES } from '../sources/databases.ts';
import { type PostgresServer, startPostgres } from '../sources/postgres/server.ts';
import { type LoadReport, loadHistory } from '../sources/shop/load-history.ts';
import { type Endpoints, endpointsOf, removeEndpoints, writeEndpoints } from './endpoints.ts';
import { OptionError, type StartOptions } from './options.ts';
import { synthesize } from './synthesize.ts';

/** A running pipeline. */
export interface Pipeline {
  readonly cloud: LocalCloud;
  readonly postgres: PostgresServer;
  readonly capture: Capture;
  readonly captureSources: readonly CaptureSource[];
  readonly history: LoadReport;
  readonly truthDir: string;
  readonly endpoints: Endpoints;
  /** When capture began to load, epoch milliseconds. */
  readonly loadStartedAt: number;
  /** Ends everything; safe to call twice. */
  stop(): Promise<void>;
}

/** Credentials that every local engine accepts. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** What stops, in reverse order of starting. */
class StopList {
  readonly #stops: (() => Promise<void>)[] = [];
  #stopped: Promise<void> | undefined;

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#run();
    return this.#stopped;
  }

  async #run(): Promise<void> {
    for (const stop of this.#stops) await stop().catch(() => undefined);
  }
}

/**
 * Starts everything.
 * @param signal ends a start that is under way
 * @throws Error in one or a few sentences; what was started by then is stopped
 */
export const startPipeline = async (
  options: StartOptions,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Pipeline> => {
  const stops = new StopList();
  try {
    return await start(options, log, signal, stops);
  } catch (error) {
    await stops.stop();
    throw error;
  }
};

const start = async (
  options: StartOptions,
  log: (line: string) => void,
  signal: AbortSignal,
  stops: StopList,
): Promise<Pipeline> => {
  const { dataDir, definitionsDir, reset } = options;
  const truthDir = join(dataDir, 'truth');
  const definitions = checkedDefinitions(definitionsDir);
  if (reset) forget(dataDir, truthDir, log);
  const [assemblyDir, sources] = await both(
    synthesize(dataDir, definitionsDir, log),
    startSources(options, truthDir, log, stops),
  );
  signal.throwIfAborted();
  const cloud = await startCloud(options, assemblyDir, log);
  stops.add(() => cloud.stop());
  const endpoints = await endpointsOf(cloud, sources.postgres);
  await publish(endpoints, definitions);
  signal.throwIfAborted();
  const captureSources = captureSourcesOf(definitions, sources.postgres);
  const loadStartedAt = Date.now();
  const capture = startCapture(
    {
      sources: captureSources,
      kinesis: { ...endpoints.kinesis, region: endpoints.region, ...LOCAL_CREDENTIALS },
      stateDir: join(dataDir, 'capture'),
    },
    { onError: (line) => log(`capture: ${line}`) },
  );
  stops.add(() => capture.stop());
  writeEndpoints(dataDir, endpoints);
  stops.add(async () => removeEndpoints(dataDir));
  const { postgres, history } = sources;
  const stop = () => stops.stop();
  return {
    cloud,
    postgres,
    capture,
    captureSources,
    history,
    truthDir,
    endpoints,
    loadStartedAt,
    stop,
  };
};

// Both are waited for even when one fails, so that nothing starts behind the back of the clean-up.
const both = async <A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([a, b]);
  return [await a, await b];
};

const checkedDefinitions = (folder: string): Definitions => {
  const read = readDefinitions(folder);
  if (read.ok) return read.value.definitions;
  throw new OptionError(
    `the definitions cannot be used:\n${read.error.map(formatProblem).join('\n')}`,
  );
};

const forget = (dataDir: string, truthDir: string, log: (line: string) => void): void => {
  log(`reset: forgetting everything in ${dataDir}`);
  resetDataFolder(dataDir);
  for (const folder of [truthDir, join(dataDir, 'capture')]) {
    rmSync(folder, { recursive: true, force: true });
  }
};

const startSources = async (
  { dataDir, reset, customers, seed }: StartOptions,
  truthDir: string,
  log: (line: string) => void,
  stops: StopList,
): Promise<{ readonly postgres: PostgresServer; readonly history: LoadReport }> => {
  const postgres = await startPostgres({ dataDir, reset, log });
  stops.add(() => postgres.stop());
  const connect = postgres.connection;
  const history = await loadHistory({ connect, customers, seed, truthDir, clock: Date.now });
  log(`sources: ${history.reused ? 'reusing' : 'wrote'} ${history.rows} rows of history`);
  return { postgres, history };
};

const startCloud = (
  { dataDir, port }: StartOptions,
  assemblyDir: string,
  log: (line: string) => void,
): Promise<LocalCloud> =>
  startLocalCloud({
    assemblyDir,
    dataDir,
    log,
    warm: true,
    ...(port === undefined ? {} : { ports: { api: port } }),
  });

/** Makes the write key known and puts definitions in force, over the same adapters as `npm run ops -- publish`. */
const publish = async (endpoints: Endpoints, definitions: Definitions): Promise<void> => {
  const { region, dynamodb, s3 } = endpoints;
  const credentials = LOCAL_CREDENTIALS;
  const client = makeDynamoClient({ endpoint: dynamodb.endpoint, region, credentials });
  const s3Client = makeS3Client({
    endpoint: s3.endpoint,
    region,
    credentials,
    forcePathStyle: true,
  });
  const table = new DynamoTable({ client, tableName: dynamodb.table });
  await registerKey(table, sha256, endpoints.writeKey, 'local');
  await publishDefinitions(
    {
      table,
      objects: new S3ObjectStore(s3Client, s3.buckets.definitions),
    },
    definitions,
  );
  client.destroy();
  s3Client.destroy();
};

const captureSourcesOf = (
  definitions: Definitions,
  postgres: PostgresServer,
): readonly CaptureSource[] =>
  SOURCES.flatMap((source) => {
    const definition = definitions.sources[source];
    return definition
      ? [
          {
            source,
            connection: postgres.connection(source),
            generation: definition.generation,
            tables: Object.keys(definition.tables),
          },
        ]
      : [];
  });
