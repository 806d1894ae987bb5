/**
 * Guarded process: a child that ends when its parent does, even by `kill -9`.
 *
 * A small shell holds the read end of a pipe from the parent. When the parent is gone, in whatever way, the pipe
 * closes and the shell interrupts the child. The child has a session of its own, so Ctrl-C in the terminal reaches
 * only the parent, which stops its children in its own order.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** How to run the program. */
export interface GuardedOptions {
  readonly cwd: string;
  /** File descriptor that takes the program's output. */
  readonly output: number;
  readonly account: Account | undefined;
}

/** Name that the guarding shell shows in the process list. */
export const GUARD_NAME = 'tributary-guard';

const SCRIPT = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
( read -r _ <&3; kill -INT "$server" 2>/dev/null ) & watch=$!
exec 3<&-
wait "$server"; status=$?
kill "$watch" 2>/dev/null
exit $status
`;

/** Starts the program; end the returned process's `stdin` to interrupt it (SIGINT). */
export const spawnGuarded = (
  program: string,
  args: readonly string[],
  { cwd, output, account }: GuardedOptions,
): ChildProcess =>
  spawn('/bin/sh', ['-c', SCRIPT, GUARD_NAME, program, ...args], {
    cwd,
    detached: true,
    stdio: ['pipe', output, output],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
