/**
 * The database server's life: made, reused, refused to a second run, and gone when its owner is.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverAccount } from '../../../local/sources/postgres/account.ts';
import { startPostgres } from '../../../local/sources/postgres/server.ts';

const HOLDER = fileURLToPath(new URL('./postgres-holder.ts', import.meta.url));

const SETPRIV = '/usr/bin/setpriv';

/** Whether everybody can reach a path: a clone below a home directory of mode 0700 is out of reach. */
const isOpen = (path: string): boolean =>
  (statSync(path).mode & 0o005) !== 0 && (dirname(path) === path || isOpen(dirname(path)));

let dataDir: string;
let home: string | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tributary-postgres-'));
  home = undefined;
});

afterEach(() => {
  if (home) rmSync(home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the database server', () => {
  test('keeps its rows between runs, unless told to reset', async () => {
    const first = await startPostgres({ dataDir });
    home = first.home;
    await query(first.connection('crm'), 'CREATE TABLE kept (id int)');
    await first.stop();
    const second = await startPostgres({ dataDir });
    const kept = await query(second.connection('crm'), "SELECT to_regclass('kept') AS name");
    await second.stop();
    const third = await startPostgres({ dataDir, reset: true });
    const gone = await query(third.connection('crm'), "SELECT to_regclass('kept') AS name");
    await third.stop();
    expect([first.fresh, second.fresh, third.fresh]).toEqual([true, false, true]);
    expect([kept, gone]).toEqual(['kept', null]);
  }, 60_000);

  test('logs what logical capture needs, on the loopback address alone', async () => {
    const server = await startPostgres({ dataDir });
    home = server.home;
    const connection = server.connection('pos');
    const shown = [
      await query(connection, 'SHOW wal_level'),
      await query(connection, 'SHOW listen_addresses'),
    ];
    await server.stop();
    expect(shown).toEqual(['logical', '127.0.0.1']);
  }, 60_000);

  test('is refused to a second run, ends when its owner is killed, and starts again', async () => {
    const holder = await hold(process.execPath, []);
    home = holder.home;
    await expect(startPostgres({ dataDir })).rejects.toThrow(/another run uses this data folder/);
    holder.child.kill('SIGKILL');
    await gone(holder.pid);
    const again = await startPostgres({ dataDir });
    await again.stop();
    expect(again.fresh).toBe(false);
  }, 60_000);

  test('an orphan whose guard was killed as well is stopped by the next start', async () => {
    const holder = await hold(process.execPath, []);
    home = holder.home;
    process.kill(holder.guard, 'SIGKILL');
    const [watch] = childrenOf(1, 'tributary-guard', home);
    holder.child.kill('SIGKILL');
    if (watch !== undefined) process.kill(watch, 'SIGKILL');
    const again = await startPostgres({ dataDir });
    await again.stop();
    expect(again.pids.at(-1)).not.toBe(holder.pid);
  }, 60_000);

  test.skipIf(serverAccount() === undefined || !existsSync(SETPRIV) || !isOpen(HOLDER))(
    'runs for a normal user as it does for root',
    async () => {
      chownSync(dataDir, 65534, 65534);
      const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath];
      const holder = await hold(SETPRIV, asNobody);
      expect(holder.home).toBe(join(dataDir, 'postgres'));
      holder.child.stdin?.end();
      await gone(holder.pid);
    },
    60_000,
  );
});

interface Holder {
  readonly child: ChildProcess;
  readonly home: string;
  readonly guard: number;
  readonly pid: number;
}

/** Starts a process that starts the server and then does nothing. */
const hold = async (program: string, args: readonly string[]): Promise<Holder> => {
  const child = spawn(program, [...args, HOLDER, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(child.stdout, 'data') as Promise<[Buffer]>,
    once(child, 'exit').then(() => Promise.reject(new Error('the holder did not start'))),
  ]);
  const { home: where, pids } = JSON.parse(String(line)) as {
    home: string;
    pids: [number, number];
  };
  return { child, home: where, guard: pids[0], pid: pids[1] };
};

const gone = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await sleep(20);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/status`, 'utf8').includes('State:\tZ');
  } catch {
    return false;
  }
};

/** Processes with this parent whose command line holds all words. */
const childrenOf = (parent: number, ...words: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const command = readProc(name, 'cmdline');
      const isChild = readProc(name, 'status').includes(`\nPPid:\t${parent}\n`);
      return isChild && words.every((word) => command.includes(word));
    })
    .map(Number);

const readProc = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

const query = async (connection: pg.ClientConfig, sql: string): Promise<unknown> => {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return Object.values(rows[0] ?? {})[0];
};
