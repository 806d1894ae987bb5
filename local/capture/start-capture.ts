/**
 * Starting of capture: a child process that can be killed and started again, as the tests and the demo do.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CaptureConfig, CONFIG_VARIABLE } from './config.ts';
import type { CaptureEvent } from './source-capture.ts';

/** How far a source has come since the process started. */
export interface SourceProgress {
  /** Whether its load is complete. */
  readonly loaded: boolean;
  readonly rowsLoaded: number;
  readonly changes: number;
  /** Milliseconds from commit to stream of the newest change. */
  readonly lagMs: number;
  /** Changes read and not on the stream yet. */
  readonly waiting: number;
}

/** A running capture. */
export interface Capture {
  /** Process id; undefined when it is not running. */
  readonly pid: number | undefined;
  /** Per source id. */
  progress(): Readonly<Record<string, SourceProgress>>;
  /**
   * Returns when every source is loaded.
   * @throws Error when the process ends by itself before
   */
  loaded(): Promise<void>;
  /** Ends the process without warning (`kill -9`); returns when it is gone. */
  kill(): Promise<void>;
  /** Starts the process again, ending it first when it runs. */
  restart(): Promise<void>;
  /** Lets it finish what it has read, then ends it. Safe to repeat. */
  stop(): Promise<void>;
}

/** What {@link startCapture} tells about. */
export interface CaptureListeners {
  /** Every event of the process. */
  readonly onEvent?: (event: CaptureEvent) => void;
  /** The process ended by itself, with this exit code; null when a signal ended it. */
  readonly onExit?: (code: number | null) => void;
  /** Lines that are no events: warnings and stack traces. */
  readonly onError?: (line: string) => void;
}

/** How long a process may take to put what it has read on the stream. */
const STOP_MS = 10_000;

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Starts capture in a child process. */
export const startCapture = (config: CaptureConfig, listeners: CaptureListeners = {}): Capture => {
  const capture = new CaptureProcess(config, listeners);
  capture.start();
  return capture;
};

class CaptureProcess implements Capture {
  readonly #config: CaptureConfig;
  readonly #listeners: CaptureListeners;
  readonly #progress = new Map<string, SourceProgress>();
  readonly #waiters: (() => void)[] = [];
  #child: ChildProcess | undefined;
  #ending = false;
  #failed = false;

  constructor(config: CaptureConfig, listeners: CaptureListeners) {
    this.#config = config;
    this.#listeners = listeners;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  progress(): Readonly<Record<string, SourceProgress>> {
    return Object.fromEntries(this.#progress);
  }

  async loaded(): Promise<void> {
    while (!this.#isLoaded()) {
      if (this.#failed) throw new Error('capture ended before every source was loaded');
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  start(): void {
    for (const { source } of this.#config.sources) this.#progress.set(source, NOT_STARTED);
    this.#failed = false;
    // A session of its own: Ctrl-C reaches only the parent, which stops things in order.
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, [CONFIG_VARIABLE]: JSON.stringify(this.#config) },
    });
    child.once('exit', () => this.#exited(child));
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#listeners.onError?.(line));
    this.#child = child;
  }

  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  async stop(): Promise<void> {
    await this.#end((child) => {
      child.stdin?.end();
      setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
    });
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  async #end(how: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#ending = true;
    how(child);
    await gone;
    this.#ending = false;
  }

  #exited(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#ending) return;
    this.#failed = true;
    this.#listeners.onExit?.(child.exitCode);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  #read(line: string): void {
    if (!line.startsWith('{')) {
      this.#listeners.onError?.(line);
      return;
    }
    const event = JSON.parse(line) as CaptureEvent;
    this.#update(event);
    this.#listeners.onEvent?.(event);
  }

  #update(event: CaptureEvent): void {
    const known = this.#progress.get(event.source) ?? NOT_STARTED;
    if (event.event === 'progress') {
      const { rowsLoaded, changes, lagMs, waiting } = event;
      this.#progress.set(event.source, { ...known, rowsLoaded, changes, lagMs, waiting });
    }
    if (event.event !== 'loaded') return;
    this.#progress.set(event.source, { ...known, loaded: true, rowsLoaded: event.rows });
    this.#wakeAll();
  }

  #isLoaded(): boolean {
    return this.#config.sources.every(({ source }) => this.#progress.get(source)?.loaded);
  }
}

const NOT_STARTED: SourceProgress = {
  loaded: false,
  rowsLoaded: 0,
  changes: 0,
  lagMs: 0,
  waiting: 0,
};
