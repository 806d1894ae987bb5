/**
 * One engine: a child process that is started, watched, restarted on the same port, and stopped.
 *
 * An engine that dies is started again where it was, because its data is on disk and its clients retry; that is
 * what a managed service looks like from outside. Children stand in a process group of their own, so that Ctrl-C
 * reaches only the parent, which then stops them in order.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How an engine is started. */
export interface EngineSpec {
  readonly name: string;
  readonly port: number;
  /** A module of `hosts/`, run with `settings` as its one argument. */
  readonly host: URL;
  readonly settings: unknown;
  readonly nodeOptions?: readonly string[];
  /** True when the host only guards another program and reports that program's process id. */
  readonly guarded?: boolean;
  readonly logFile: string;
}

/** Says one line to whoever runs the local cloud. */
export type Log = (line: string) => void;

const START_DEADLINE_MS = 20_000;
const PROBE_EVERY_MS = 25;
const STOP_DEADLINE_MS = 5_000;
const FAILURES_BEFORE_GIVING_UP = 10;

/** A running engine. */
export class EngineProcess {
  readonly name: string;
  readonly port: number;
  readonly #spec: EngineSpec;
  readonly #log: Log;
  #child: ChildProcess | undefined;
  #enginePid: number | undefined;
  #restarts = 0;
  #failures = 0;
  #stopping = false;

  constructor(spec: EngineSpec, log: Log) {
    this.name = spec.name;
    this.port = spec.port;
    this.#spec = spec;
    this.#log = log;
  }

  /** Where the engine answers. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The process id of the engine itself, never of its guard; undefined between two lives. */
  get pid(): number | undefined {
    return this.#spec.guarded ? this.#enginePid : this.#child?.pid;
  }

  /** How often it was started again after dying. */
  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Starts the engine and waits until it answers.
   * @throws Error when it ends early or stays silent
   */
  async start(): Promise<void> {
    const child = this.#spawn();
    const ended = new Promise<never>((_, reject) => {
      child.once('exit', (code) => reject(new Error(this.#couldNotStart(`it ended with ${code}`))));
    });
    ended.catch(() => undefined);
    await Promise.race([this.#answers(), ended]);
    this.#failures = 0;
    child.once('exit', () => void this.#restart());
    if (child.exitCode !== null || child.signalCode !== null) void this.#restart();
  }

  /** Stops the engine for good. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // Closing the channel is the one order that every host obeys.
    if (child.connected) child.disconnect();
    await Promise.race([ended, delay(STOP_DEADLINE_MS)]);
    this.#kill();
  }

  #spawn(): ChildProcess {
    mkdirSync(dirname(this.#spec.logFile), { recursive: true });
    const log = openSync(this.#spec.logFile, 'a');
    const child = fork(this.#spec.host, [JSON.stringify(this.#spec.settings)], {
      detached: true,
      execArgv: [...(this.#spec.nodeOptions ?? [])],
      stdio: ['ignore', log, log, 'ipc'],
    });
    // The child has its own copy of the descriptor now.
    closeSync(log);
    child.on('message', (message: { enginePid?: number }) => {
      this.#enginePid = message.enginePid;
    });
    this.#child = child;
    return child;
  }

  #kill(): void {
    this.#child?.kill('SIGKILL');
    // A guard that was killed leaves its program behind; a program that is gone already is fine.
    if (this.#enginePid !== undefined) killQuietly(this.#enginePid);
    this.#enginePid = undefined;
  }

  async #restart(): Promise<void> {
    if (this.#stopping) return;
    this.#kill();
    this.#restarts += 1;
    this.#log(`${this.name} ended; starting it again on port ${this.port}`);
    while (!this.#stopping && this.#failures < FAILURES_BEFORE_GIVING_UP) {
      try {
        return await this.start();
      } catch (error) {
        this.#kill();
        this.#failures += 1;
        this.#log(String(error));
        await delay(100 * this.#failures);
      }
    }
  }

  async #answers(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (Date.now() < deadline) {
      if (await fetch(this.endpoint).then(drained, () => false)) return;
      await delay(PROBE_EVERY_MS);
    }
    throw new Error(this.#couldNotStart(`it did not answer within ${START_DEADLINE_MS} ms`));
  }

  #couldNotStart(reason: string): string {
    return `the ${this.name} engine could not start: ${reason}; see ${this.#spec.logFile}`;
  }
}

const drained = async (response: Response): Promise<boolean> => {
  await response.arrayBuffer();
  return true;
};

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone, which is what was wanted.
  }
};
