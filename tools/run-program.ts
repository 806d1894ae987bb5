/**
 * Runs another program in place of this one: same terminal, same signals, its exit code.
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program of node_modules without input, and passes signals on to it.
 * @returns its exit code; 128 and the signal's number when a signal ended it
 */
export const runProgram = async (program: string, args: readonly string[]): Promise<number> => {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  for (const each of SIGNALS) process.removeListener(each, passOn);
  return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
};
