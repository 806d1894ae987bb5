/**
 * Memory home: where the database of the DynamoDB engine lies while it runs.
 *
 * The engine waits for the disk after every statement, which takes longer than the statement; files in memory spare it
 * that and survive its end and this process's, however they come about. When the engines are stopped the files go back
 * to the data folder. Only a machine that goes down takes them along, and the next start says so.
 * @module
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#adapters/crypto/sha256.ts';

/** Where Linux keeps files in memory; a container may have none, or little. */
const MEMORY = '/dev/shm';
/** Bytes that must be free for a database to grow in. */
const ROOM = 2 * 1024 ** 3;

const DATABASE = 'tables.db';
/** Lies in the data folder while its database is in memory. */
const MARK = 'in-memory';
/** Names, in memory, the data folder that a home belongs to. */
const OWNER = 'data-folder';

/**
 * Brings the database of a data folder into memory, where there is room.
 * @returns the folder that it is in now: in memory, or that of the data folder
 * @throws Error with one sentence when the database was in memory and the machine went down
 */
export const takeIntoMemory = (dataDir: string): string => {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true });
  forgetOrphans();
  const home = homeOf(dataDir);
  if (existsSync(home)) return home;
  if (existsSync(join(folder, MARK)))
    throw new Error(
      `The tables of ${dataDir} were in memory when this machine went down: start with --reset.`,
    );
  if (!hasRoom()) return folder;
  const made = `${home}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { mode: 0o700 });
  writeFileSync(join(made, OWNER), realpathSync(dataDir));
  copyDatabase(folder, made);
  writeFileSync(join(folder, MARK), '');
  renameSync(made, home);
  removeDatabase(folder);
  return home;
};

/** Brings the database back to its data folder. No engine may be running on it. */
export const bringBack = (dataDir: string): void => {
  const home = homeOf(dataDir);
  if (!existsSync(home)) return;
  const folder = folderOf(dataDir);
  copyDatabase(home, folder);
  rmSync(home, { recursive: true, force: true });
  rmSync(join(folder, MARK), { force: true });
};

/** Forgets what is in memory of a data folder. */
export const forgetMemory = (dataDir: string): void =>
  rmSync(homeOf(dataDir), { recursive: true, force: true });

const folderOf = (dataDir: string): string => join(dataDir, 'dynamodb');

const homeOf = (dataDir: string): string =>
  join(
    MEMORY,
    `tributary-${sha256(existsSync(dataDir) ? realpathSync(dataDir) : dataDir).slice(0, 16)}`,
  );

const hasRoom = (): boolean => {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ROOM;
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith(DATABASE));

const copyDatabase = (from: string, to: string): void => {
  for (const name of filesIn(from)) cpSync(join(from, name), join(to, name));
};

const removeDatabase = (folder: string): void => {
  for (const name of filesIn(folder)) rmSync(join(folder, name));
};

// A run that was killed leaves its home; nobody comes back for one whose data folder is gone.
const forgetOrphans = (): void => {
  if (!existsSync(MEMORY)) return;
  for (const name of readdirSync(MEMORY).filter((one) => one.startsWith('tributary-'))) {
    const owner = join(MEMORY, name, OWNER);
    if (existsSync(owner) && !existsSync(readFileSync(owner, 'utf8')))
      rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
};
