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

/** Finds the place of a data folder's cluster. */
export const clusterFolder = (dataDir: string, account: Account | undefined): ClusterFolder => {
  mkdirSync(dataDir, { recursive: true });
  const home = account ? sharedHome(dataDir) : join(realpathSync(dataDir), 'postgres');
  const password = passwordOf(dataDir);
  const initialised = tokenIn(home) === tokenFor(password);
  return { home, data: join(home, 'data'), log: join(home, 'postgres.log'), password, initialised };
};

/**
 * Makes an empty home for a new cluster; what lies there is thrown away. No server may be running on it.
 * @throws Error when somebody else owns the place
 */
export const emptyHome = ({ home }: ClusterFolder, account: Account | undefined): void => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  if (account) chownSync(home, account.uid, account.gid);
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
