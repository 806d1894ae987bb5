/**
 * One function: as many execution environments as its events need at once, within its limits.
 *
 * The newest idle environment is used first, so a trickle of events keeps one environment warm instead of
 * starting several. Beyond the reserved concurrency an invocation is throttled, as on AWS; beyond what this
 * machine should carry it waits.
 * @module
 */
import type { FunctionPlan } from '../plan/model.ts';
import type { EnvironmentOutcome, ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionError } from './messages.ts';

/** How an invocation ended, as the callers of Lambda see it. */
export type Invocation =
  | { readonly kind: 'success'; readonly payload: string }
  | { readonly kind: 'function-error'; readonly error: FunctionError }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'too-large'; readonly bytes: number };

/** Lambda's limit on a synchronous request or response, in bytes. */
const PAYLOAD_LIMIT = 6 * 1024 * 1024;

const STOPPED: Invocation = {
  kind: 'function-error',
  error: { errorType: 'Runtime.ExitError', errorMessage: 'the local cloud is stopping' },
};

/** The environments of one function. */
export class FunctionPool {
  readonly #plan: FunctionPlan;
  readonly #start: () => ExecutionEnvironment;
  readonly #mostEnvironments: number;
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #waiting: ((environment: ExecutionEnvironment) => void)[] = [];
  #running = 0;
  #stopped = false;

  constructor(plan: FunctionPlan, start: () => ExecutionEnvironment, mostEnvironments: number) {
    this.#plan = plan;
    this.#start = start;
    this.#mostEnvironments = mostEnvironments;
  }

  /** How many events are being handled or wait for an environment. */
  get concurrency(): number {
    return this.#running;
  }

  /** Starts so many environments before an event asks for them, as provisioned concurrency does. */
  async warm(count: number): Promise<void> {
    const missing = Math.min(count, this.#mostEnvironments) - this.#all.size;
    const added = Array.from({ length: Math.max(0, missing) }, () => this.#add());
    await Promise.all(added.map((environment) => environment.started()));
    this.#idle.push(...added);
  }

  /** Invokes the function with an event in JSON text. */
  async invoke(event: string, requestId: string): Promise<Invocation> {
    const bytes = Buffer.byteLength(event);
    if (bytes > PAYLOAD_LIMIT) return { kind: 'too-large', bytes };
    if (this.#stopped) return STOPPED;
    const limit = this.#plan.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    if (this.#running >= limit) return { kind: 'throttled' };
    this.#running += 1;
    try {
      return await this.#invokeIn(await this.#take(), event, requestId);
    } finally {
      this.#running -= 1;
    }
  }

  /** Ends every environment. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#all].map((environment) => environment.stop()));
    this.#all.clear();
  }

  async #invokeIn(
    environment: ExecutionEnvironment,
    event: string,
    requestId: string,
  ): Promise<Invocation> {
    const outcome = await environment.invoke(event, requestId, this.#plan.timeoutMs);
    this.#giveBack(environment);
    return invocationOf(outcome);
  }

  async #take(): Promise<ExecutionEnvironment> {
    for (let found = this.#idle.pop(); found; found = this.#idle.pop()) {
      if (found.alive) return found;
      this.#all.delete(found);
    }
    if (this.#all.size < this.#mostEnvironments) return this.#add();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #add(): ExecutionEnvironment {
    const environment = this.#start();
    this.#all.add(environment);
    return environment;
  }

  #giveBack(environment: ExecutionEnvironment): void {
    if (!environment.alive) this.#all.delete(environment);
    const next = this.#waiting.shift();
    // After the stop a waiting event gets the ended environment, and with it an error.
    if (next) next(environment.alive || this.#stopped ? environment : this.#add());
    else if (environment.alive) this.#idle.push(environment);
  }
}

const invocationOf = (outcome: EnvironmentOutcome): Invocation => {
  if (outcome.kind === 'error') return { kind: 'function-error', error: outcome.error };
  const bytes = Buffer.byteLength(outcome.payload);
  if (bytes <= PAYLOAD_LIMIT) return { kind: 'success', payload: outcome.payload };
  const errorMessage = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${PAYLOAD_LIMIT} bytes).`;
  return {
    kind: 'function-error',
    error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
  };
};
