/**
 * Cluster folder: where a PostgreSQL cluster lies, and whether it belongs to this data folder.
 *
 * An unprivileged run keeps the cluster inside its data folder. A run by root keeps it below {@link SHARED_ROOT},
 * under a name made from the data folder's path, owned by the server's account. A token in both places tells a cluster
 * that was left behind by a deleted data folder, which is then thrown away.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';
import { SHARED_ROOT } from './binaries.ts';

/** A cluster's place on disk. */
export interface ClusterFolder {
  /** Folder of everything below; also the server's working directory. */
  readonly home: string;
  /** PGDATA. */
  readonly data: string;
  readonly log: string;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  /** Whether the cluster has been initialised, completely. */
  readonly initialised: boolean;
}

/** Says that `initdb` came to its end. */
const TOKEN_FILE = 'tributary.token';

/** Finds or prepares the folder; `reset` empties it first. */
export const clusterFolder = (
  dataDir: string,
  account: Account | undefined,
  reset: boolean,
): ClusterFolder => {
  mkdirSync(dataDir, { recursive: true });
  const home = account ? sharedHome(dataDir) : join(realpathSync(dataDir), 'postgres');
  const password = passwordOf(dataDir);
  const initialised = !reset && tokenIn(home) === tokenFor(password);
  if (!initialised) rmSync(home, { recursive: true, force: true });
  makeHome(home, account);
  return { home, data: join(home, 'data'), log: join(home, 'postgres.log'), password, initialised };
};

/** Marks the cluster as complete. */
export const markInitialised = (folder: ClusterFolder): void =>
  writeFileSync(join(folder.home, TOKEN_FILE), tokenFor(folder.password));

const sharedHome = (dataDir: string): string => {
  const hash = createHash('sha256').update(realpathSync(dataDir)).digest('hex');
  return join(SHARED_ROOT, `tributary-${hash.slice(0, 12)}`);
};

const passwordOf = (dataDir: string): string => {
  const file = join(dataDir, 'postgres.password');
  if (!existsSync(file))
    writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
};

const tokenFor = (password: string): string => createHash('sha256').update(password).digest('hex');

const tokenIn = (home: string): string | undefined => {
  const file = join(home, TOKEN_FILE);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const makeHome = (home: string, account: Account | undefined): void => {
  if (!existsSync(home)) mkdirSync(home, { mode: 0o700 });
  const owner = account?.uid ?? process.getuid?.();
  if (account && lstatSync(home).uid === 0) chownSync(home, account.uid, account.gid);
  const stat = lstatSync(home);
  if (!stat.isDirectory() || stat.uid !== owner) {
    throw new Error(`${home} belongs to somebody else: remove it or choose another data folder`);
  }
};
