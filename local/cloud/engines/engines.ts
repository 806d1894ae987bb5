/**
 * The engines of the local cloud: dynoxide for DynamoDB, kinesalite for Kinesis, s3rver for S3.
 *
 * All three keep their data below one folder, so that a restart with the same folder continues. While DynamoDB runs, its
 * database is in memory (memory-home.ts).
 * @module
 */
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineProcess, type EngineSpec, type Log } from './engine-process.ts';
import { bringBack, takeIntoMemory } from './memory-home.ts';
import { freePort } from './ports.ts';
import { indexStreamRecords } from './stream-index.ts';

/** Ports asked for by the user; every other port is a free one. */
export interface EnginePorts {
  readonly dynamodb?: number | undefined;
  readonly kinesis?: number | undefined;
  readonly s3?: number | undefined;
}

/** The running engines. */
export interface Engines {
  readonly dynamodb: EngineProcess;
  readonly kinesis: EngineProcess;
  readonly s3: EngineProcess;
  readonly dataDir: string;
}

const START_ATTEMPTS = 5;
const START_PAUSE_MS = 300;

const DYNOXIDE = '@dynoxide/linux-x64';

/**
 * Starts the three engines side by side.
 * @param dataDir where they keep their data; made when absent
 * @throws Error with one sentence when an engine has no build for this platform or does not start
 */
export const startEngines = async (
  dataDir: string,
  ports: EnginePorts,
  log: Log,
): Promise<Engines> => {
  const database = join(takeIntoMemory(dataDir), 'tables.db');
  const specs = [
    dynamodbSpec(dataDir, database, ports.dynamodb ?? (await freePort())),
    kinesisSpec(dataDir, ports.kinesis ?? (await freePort())),
    s3Spec(dataDir, ports.s3 ?? (await freePort())),
  ] as const;
  const [dynamodb, kinesis, s3] = specs.map((spec) => new EngineProcess(spec, log));
  const engines = { dynamodb, kinesis, s3, dataDir } as Engines;
  try {
    await Promise.all(processesOf(engines).map(startPatiently));
    indexStreamRecords(database);
  } catch (error) {
    await stopEngines(engines);
    throw error;
  }
  return engines;
};

/** After a kill the engines of the run before may hold their files for a moment longer. */
const startPatiently = async (engine: EngineProcess): Promise<void> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await engine.start();
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error;
      await delay(START_PAUSE_MS);
    }
};

/** Stops all engines; those that are not running are left alone. */
export const stopEngines = async (engines: Engines): Promise<void> => {
  await Promise.all(processesOf(engines).map((engine) => engine.stop()));
  bringBack(engines.dataDir);
};

const processesOf = ({ dynamodb, kinesis, s3 }: Engines): readonly EngineProcess[] => [
  dynamodb,
  kinesis,
  s3,
];

/** Starts the DynamoDB engine by itself, on a free port and in memory; its log goes to `folder`. */
export const startDatabase = async (folder: string, log: Log): Promise<EngineProcess> => {
  const port = await freePort();
  const spec = dynamodbSpec(folder, '', port);
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port)];
  const engine = new EngineProcess({ ...spec, settings: { command: dynoxideBinary(), args } }, log);
  await startPatiently(engine);
  return engine;
};

/** Whether there is a build of the DynamoDB engine for this machine. */
export const hasDatabase = (): boolean => process.platform === 'linux' && process.arch === 'x64';

const hostAt = (name: string): URL => new URL(`hosts/${name}.ts`, import.meta.url);

const folder = (...parts: string[]): string => {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
};

const dynamodbSpec = (dataDir: string, database: string, port: number): EngineSpec => {
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', database];
  return {
    name: 'DynamoDB',
    port,
    host: hostAt('guard'),
    settings: { command: dynoxideBinary(), args },
    guarded: true,
    logFile: join(dataDir, 'logs', 'dynamodb.log'),
  };
};

const dynoxideBinary = (): string => {
  const { platform, arch } = process;
  if (!hasDatabase())
    throw new Error(
      `The local DynamoDB engine (${DYNOXIDE}) is built for Linux on x64 only; this is ${platform} on ${arch}.`,
    );
  const require = createRequire(import.meta.url);
  const binary = join(dirname(require.resolve(`${DYNOXIDE}/package.json`)), 'dynoxide');
  if (!existsSync(binary)) throw new Error(`${DYNOXIDE} is not installed: run "npm ci".`);
  return binary;
};

const kinesisSpec = (dataDir: string, port: number): EngineSpec => ({
  name: 'Kinesis',
  port,
  host: hostAt('kinesis-host'),
  settings: { port, path: folder(dataDir, 'kinesis') },
  logFile: join(dataDir, 'logs', 'kinesis.log'),
});

const s3Spec = (dataDir: string, port: number): EngineSpec => ({
  name: 'S3',
  port,
  host: hostAt('s3-host'),
  settings: { port, path: folder(dataDir, 's3'), incoming: folder(dataDir, 's3-incoming') },
  nodeOptions: ['--openssl-legacy-provider'],
  logFile: join(dataDir, 'logs', 's3.log'),
});
