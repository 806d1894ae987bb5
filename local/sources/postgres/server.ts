/**
 * PostgreSQL server: one real cluster on 127.0.0.1 that holds the five source databases.
 *
 * `wal_level=logical` is what a production source needs for capture as well. The cluster is kept between runs.
 * @module
 */
import { type ChildProcess, execFile } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Connect, SOURCES } from '../databases.ts';
import { type Account, serverAccount } from './account.ts';
import { serverBinaries } from './binaries.ts';
import { type ClusterFolder, clusterFolder, emptyHome, markInitialised } from './cluster-folder.ts';
import { spawnGuarded } from './guarded-process.ts';
import { clearOrphan } from './orphan.ts';

/** What {@link startPostgres} needs to know. */
export interface PostgresOptions {
  /** Folder that belongs to this run; made when missing. */
  readonly dataDir: string;
  /** TCP port; a free one when absent. */
  readonly port?: number;
  /** Throws an existing cluster away first. */
  readonly reset?: boolean;
  /** Takes one line about each step. */
  readonly log?: (line: string) => void;
}

/** A running server. */
export interface PostgresServer {
  readonly port: number;
  /** Whether the cluster was made by this start. */
  readonly fresh: boolean;
  /** Folder of the cluster and its log. */
  readonly home: string;
  readonly connection: Connect;
  /** Process ids: the guard, then the server. */
  readonly pids: readonly number[];
  /** Fast shutdown; returns when the server is gone. Safe to repeat. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const USER = 'postgres';
const START_MS = 30_000;
const STOP_MS = 10_000;
const STEP_MS = 20;

/**
 * Starts the server, with its five databases.
 * @throws Error in one sentence: no build for the platform, data folder in use, or the server's own last words
 */
export const startPostgres = async (options: PostgresOptions): Promise<PostgresServer> => {
  const log = options.log ?? (() => undefined);
  const account = serverAccount();
  const binaries = serverBinaries(account);
  const folder = clusterFolder(options.dataDir, account);
  await clearOrphan(folder.data);
  const fresh = !folder.initialised || options.reset === true;
  if (fresh) await initialise(binaries, folder, account);
  log(`postgres: ${fresh ? 'made' : 'reusing'} ${folder.data}`);
  const running = await run(binaries, folder, account, options.port ?? (await freePort()));
  const server = { ...running, fresh };
  log(`postgres: ${HOST}:${server.port}, process ${server.pids.at(-1)}`);
  await createDatabases(server);
  return server;
};

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, HOST, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const initialise = async (
  binaries: string,
  folder: ClusterFolder,
  account: Account | undefined,
): Promise<void> => {
  emptyHome(folder, account);
  const passwordFile = join(folder.home, 'password');
  writeFileSync(passwordFile, folder.password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const args = ['-D', folder.data, '-U', USER, `--pwfile=${passwordFile}`, '--no-sync'];
  await promisify(execFile)(
    join(binaries, 'bin/initdb'),
    [...args, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    {
      cwd: folder.home,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    },
  );
  rmSync(passwordFile);
  markInitialised(folder);
};

const settings = (port: number): readonly string[] =>
  [
    `port=${port}`,
    `listen_addresses=${HOST}`,
    'unix_socket_directories=',
    'wal_level=logical',
    'max_wal_senders=20',
    'max_replication_slots=20',
    'max_connections=80',
    'shared_buffers=64MB',
    'timezone=UTC',
  ].flatMap((setting) => ['-c', setting]);

const run = async (
  binaries: string,
  folder: ClusterFolder,
  account: Account | undefined,
  port: number,
): Promise<Omit<PostgresServer, 'fresh'>> => {
  const output = openSync(folder.log, 'a');
  const guard = spawnGuarded(
    join(binaries, 'bin/postgres'),
    ['-D', folder.data, ...settings(port)],
    { cwd: folder.home, output, account },
  );
  closeSync(output);
  const pid = await ready(guard, folder);
  return {
    port,
    home: folder.home,
    connection: (database) => ({
      host: HOST,
      port,
      user: USER,
      password: folder.password,
      database,
    }),
    pids: guard.pid === undefined ? [pid] : [guard.pid, pid],
    stop: () => stop(guard, pid),
  };
};

// The server writes its state in the eighth line of its lock file.
const ready = async (guard: ChildProcess, folder: ClusterFolder): Promise<number> => {
  const lock = join(folder.data, 'postmaster.pid');
  for (let waited = 0; waited < START_MS; waited += STEP_MS) {
    const lines = existsSync(lock) ? readFileSync(lock, 'utf8').split('\n') : [];
    if (lines[7]?.trim() === 'ready') return Number(lines[0]);
    if (guard.exitCode !== null) break;
    await sleep(STEP_MS);
  }
  guard.stdin?.end();
  const words = readFileSync(folder.log, 'utf8').trim().split('\n').slice(-5).join(' | ');
  throw new Error(`PostgreSQL did not start: ${words}`);
};

const stop = async (guard: ChildProcess, pid: number): Promise<void> => {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  guard.stdin?.end();
  const impatience = setTimeout(() => process.kill(pid, 'SIGQUIT'), STOP_MS);
  await ended;
  clearTimeout(impatience);
};

const createDatabases = async (server: PostgresServer): Promise<void> => {
  const client = new pg.Client({ ...server.connection('erp'), database: 'postgres' });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
  const present = new Set(rows.map((row) => row.datname));
  for (const source of SOURCES.filter((name) => !present.has(name))) {
    // The template copied file by file: less log to write than by the default strategy's pages.
    await client.query(`CREATE DATABASE ${source} STRATEGY file_copy`);
  }
  await client.end();
};
