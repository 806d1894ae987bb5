/**
 * Runs a program that cannot watch its parent, and ends it with the parent.
 *
 * Tells the parent the program's process id, so that a test can kill the engine and not its guard.
 * @module
 */
import { spawn } from 'node:child_process';
import { endWithParent, settings } from './parent.ts';

const GRACE_MS = 3_000;

const { command, args } = settings<{ command: string; args: readonly string[] }>();

const engine = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
engine.on('error', (error) => {
  process.stderr.write(`${command} cannot start: ${error.message}\n`);
  process.exit(1);
});
engine.on('exit', (code) => process.exit(code ?? 1));
process.send?.({ enginePid: engine.pid });

endWithParent(() => {
  engine.kill('SIGTERM');
  setTimeout(() => engine.kill('SIGKILL'), GRACE_MS);
});
