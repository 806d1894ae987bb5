/**
 * One execution environment: a worker thread that handles one event at a time, as a Lambda sandbox does.
 *
 * A thread and not a process, because two cores have to hold every function; what a sandbox guarantees and a
 * thread does not (being frozen between invocations, a file system of its own) is listed in differences.ts.
 * @module
 */
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type {
  EnvironmentMessage,
  EnvironmentSettings,
  FunctionError,
  InvokeMessage,
} from './messages.ts';

/** How an invocation ended inside an environment. */
export type EnvironmentOutcome =
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError };

/** What a worker is started with. */
export interface EnvironmentOptions {
  readonly settings: EnvironmentSettings;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly onOutput: (output: Readable) => void;
  /** Told of a call that the role does not allow. */
  readonly onRefusal: (call: string) => void;
}

/** Lambda gives the code outside the handler ten seconds. */
const START_LIMIT_MS = 10_000;

type Settle = (outcome: EnvironmentOutcome) => void;

/** An execution environment, from its first event to its end. */
export class ExecutionEnvironment {
  readonly #worker: Worker;
  readonly #ready: Promise<FunctionError | undefined>;
  #settle: Settle | undefined;
  #ended: FunctionError | undefined;

  constructor(options: EnvironmentOptions) {
    this.#worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: options.settings,
      env: { ...options.environment },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
    options.onOutput(this.#worker.stdout);
    options.onOutput(this.#worker.stderr);
    this.#ready = new Promise((resolve) => this.#listen(resolve, options.onRefusal));
  }

  /** Resolves when the code outside the handler has run, or has failed; the first event hears of the failure. */
  async started(): Promise<void> {
    await this.#ready;
  }

  /** False once the environment cannot take another event. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Handles one event. The environment must not be handling another.
   * @param timeoutMs counted from the moment the environment is ready; starting has a limit of its own
   */
  async invoke(event: string, requestId: string, timeoutMs: number): Promise<EnvironmentOutcome> {
    const outcome = new Promise<EnvironmentOutcome>((resolve) => {
      this.#settle = resolve;
    });
    const starting = this.#limit(requestId, START_LIMIT_MS);
    const failed = await Promise.race([this.#ready, outcome.then(() => undefined)]);
    clearTimeout(starting);
    if (failed) this.#end(failed);
    const running = this.#limit(requestId, timeoutMs);
    this.#post({ requestId, event, deadline: Date.now() + timeoutMs });
    return outcome.finally(() => clearTimeout(running));
  }

  /** Ends the environment; an event in flight ends with an error. */
  async stop(): Promise<void> {
    this.#end({ errorType: 'Runtime.ExitError', errorMessage: 'the local cloud is stopping' });
    await this.#worker.terminate();
  }

  #post(message: InvokeMessage): void {
    if (this.#ended) this.#end(this.#ended);
    else this.#worker.postMessage(message);
  }

  #listen(
    becomeReady: (failure: FunctionError | undefined) => void,
    onRefusal: EnvironmentOptions['onRefusal'],
  ): void {
    this.#worker.on('message', (message: EnvironmentMessage) => {
      if (message.kind === 'ready') return becomeReady(undefined);
      if (message.kind === 'init-failed') return becomeReady(message.error);
      if (message.kind === 'refused') return onRefusal(message.call);
      this.#finish(message);
    });
    const die = (error: FunctionError) => {
      this.#end(error);
      becomeReady(error);
    };
    this.#worker.on('error', (error: Error) => die(exitError(error)));
    this.#worker.on('exit', (code) =>
      die({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with code ${code}` }),
    );
  }

  #limit(requestId: string, timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => void this.#timeOut(requestId, timeoutMs), timeoutMs);
  }

  async #timeOut(requestId: string, timeoutMs: number): Promise<void> {
    const seconds = (timeoutMs / 1000).toFixed(2);
    const at = new Date().toISOString();
    this.#end({
      errorType: 'Sandbox.Timedout',
      errorMessage: `${at} ${requestId} Task timed out after ${seconds} seconds`,
    });
    await this.#worker.terminate();
  }

  #end(error: FunctionError): void {
    this.#ended ??= error;
    this.#finish({ kind: 'error', error: this.#ended });
  }

  #finish(outcome: EnvironmentOutcome): void {
    this.#settle?.(outcome);
    this.#settle = undefined;
  }
}

const exitError = (error: Error & { code?: string }): FunctionError =>
  error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? { errorType: 'Runtime.OutOfMemory', errorMessage: 'Runtime exited: out of memory' }
    : {
        errorType: error.name,
        errorMessage: error.message,
        trace: String(error.stack).split('\n'),
      };
