/**
 * Runs the planned functions: finds their bundles, gives them their environment, invokes them by name.
 *
 * Counts what AWS counts in the namespace AWS/Lambda (Invocations, Errors, Throttles, Duration), so that a
 * dashboard or an alarm of the templates has the same numbers to look at.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must } from '#domain/shared/assert.ts';
import type { Log } from '../engines/engine-process.ts';
import type { Account } from '../permissions/account.ts';
import type { FunctionPlan } from '../plan/model.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import { FunctionOutput } from './function-output.ts';
import { FunctionPool, type Invocation } from './function-pool.ts';
import type { Metrics } from './metrics.ts';

/** What the host needs besides the plans. */
export interface FunctionHostOptions {
  readonly account: Account;
  /** AWS_ENDPOINT_URL_… of every service that runs locally. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly logDir: string;
  readonly metrics: Metrics;
  /** Environments of one function at the same time. */
  readonly mostEnvironments: number;
  readonly log: Log;
}

interface HostedFunction {
  readonly plan: FunctionPlan;
  readonly pool: FunctionPool;
  readonly output: FunctionOutput;
}

/** Every function of the plan, ready to be invoked. */
export class FunctionHost {
  readonly #functions: ReadonlyMap<string, HostedFunction>;
  readonly #metrics: Metrics;
  readonly #refusals: string[] = [];

  constructor(plans: readonly FunctionPlan[], options: FunctionHostOptions) {
    this.#metrics = options.metrics;
    const refuse = (refusal: string) => {
      this.#refusals.push(refusal);
      options.log(refusal);
    };
    this.#functions = new Map(plans.map((plan) => [plan.name, hosted(plan, options, refuse)]));
  }

  /** Calls that the role of a function did not allow, in words. */
  get refusals(): readonly string[] {
    return this.#refusals;
  }

  /** Starts environments of a function before an event asks for them. */
  async warm(name: string, count: number): Promise<void> {
    await must(this.#functions.get(name), `function ${name}`).pool.warm(count);
  }

  /**
   * Invokes a function and waits for its answer.
   * @param event JSON text
   */
  async invoke(name: string, event: string, requestId: string = randomUUID()): Promise<Invocation> {
    const { plan, pool, output } = must(this.#functions.get(name), `function ${name}`);
    const startedAt = performance.now();
    const invocation = await pool.invoke(event, requestId);
    if (invocation.kind === 'function-error')
      output.note(`${requestId} ERROR ${JSON.stringify(invocation.error)}`);
    this.#count(plan, invocation, performance.now() - startedAt);
    return invocation;
  }

  /** Ends every environment of every function. */
  async stop(): Promise<void> {
    const all = [...this.#functions.values()];
    await Promise.all(all.map(({ pool }) => pool.stop()));
    await Promise.all(all.map(({ output }) => output.close()));
  }

  #count(plan: FunctionPlan, invocation: Invocation, durationMs: number): void {
    const dimensions = { FunctionName: plan.name };
    const counted = {
      throttled: { Throttles: 1 },
      success: { Invocations: 1, Duration: durationMs },
      'function-error': { Invocations: 1, Duration: durationMs, Errors: 1 },
      'too-large': {},
    }[invocation.kind];
    for (const [name, value] of Object.entries(counted))
      this.#metrics.record({ namespace: 'AWS/Lambda', name, dimensions, value });
  }
}

const hosted = (
  plan: FunctionPlan,
  options: FunctionHostOptions,
  refuse: (refusal: string) => void,
): HostedFunction => {
  const file = `${plan.constructId.replaceAll(/[^A-Za-z0-9._-]/g, '-')}.log`;
  const output = new FunctionOutput(join(options.logDir, file), options.metrics);
  const start = () =>
    new ExecutionEnvironment({
      settings: {
        module: moduleOf(plan),
        exportName: plan.handler.slice(plan.handler.lastIndexOf('.') + 1),
        functionName: plan.name,
        functionArn: plan.arn,
        memoryMb: plan.memoryMb,
        logStream: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
        guarded: {
          statements: plan.statements,
          account: options.account,
          hosts: Object.values(options.endpoints).map((endpoint) => new URL(endpoint).host),
        },
      },
      environment: environmentOf(plan, options),
      memoryMb: plan.memoryMb,
      onOutput: (stream) => output.follow(stream),
      onRefusal: (call) => refuse(`${plan.constructId} may not do ${call}`),
    });
  return { plan, output, pool: new FunctionPool(plan, start, options.mostEnvironments) };
};

/** Finds the file of `<module>.<export>` the way Lambda's runtime does. */
const moduleOf = (plan: FunctionPlan): string => {
  const base = join(plan.codeDirectory, plan.handler.slice(0, plan.handler.lastIndexOf('.')));
  const file = ['.js', '.mjs', '.cjs'].map((end) => base + end).find((path) => existsSync(path));
  return pathToFileURL(must(file, `the module of handler ${plan.handler} of ${plan.name}`)).href;
};

/** The template's variables, and those that Lambda itself sets; secrets and endpoints are local ones. */
const environmentOf = (plan: FunctionPlan, options: FunctionHostOptions) => ({
  ...plan.environment,
  ...options.endpoints,
  AWS_REGION: options.account.region,
  AWS_DEFAULT_REGION: options.account.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_${plan.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: plan.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${plan.name}`,
  LAMBDA_TASK_ROOT: plan.codeDirectory,
  _HANDLER: plan.handler,
  // A function signs as itself: whoever answers can tell the caller by the key.
  AWS_ACCESS_KEY_ID: plan.logicalId,
  AWS_SECRET_ACCESS_KEY: 'local',
  TZ: 'UTC',
});
