/**
 * A mapping that can be switched off and on, as Lambda's UpdateEventSourceMapping does it: what is in flight settles first,
 * and reading goes on where it ended.
 * @module
 */
import type { Log } from '../engines/engine-process.ts';
import type { MappingDescription, MappingState } from '../engines/lambda-api.ts';
import { readJsonFile, replaceJsonFile } from '../files.ts';
import type { MappingPlan } from '../plan/model.ts';
import type { MappingRunner } from './mapping-runner.ts';

/** The mappings that are switched off, kept in a small file. */
export class Switches {
  readonly #path: string;
  readonly #off: Set<string>;

  constructor(path: string) {
    this.#path = path;
    this.#off = new Set(readJsonFile<string[]>(path) ?? []);
  }

  /** Whether a mapping is switched off. */
  has(uuid: string): boolean {
    return this.#off.has(uuid);
  }

  /** Notes that a mapping is switched off, or on again. */
  set(uuid: string, off: boolean): void {
    if (off) this.#off.add(uuid);
    else this.#off.delete(uuid);
    replaceJsonFile(this.#path, [...this.#off]);
  }
}

/** One mapping with its switch. */
export class SwitchedMapping {
  readonly mapping: MappingPlan;
  readonly #makeRunner: () => MappingRunner;
  readonly #log: Log;
  #runner: MappingRunner | undefined;
  #state: MappingState = 'Disabled';
  /** The switching under way; those asked for meanwhile follow it. */
  #switching: Promise<void> = Promise.resolve();

  constructor(mapping: MappingPlan, makeRunner: () => MappingRunner, log: Log) {
    this.mapping = mapping;
    this.#makeRunner = makeRunner;
    this.#log = log;
  }

  /** The mapping as Lambda describes it. */
  get description(): MappingDescription {
    const { uuid, source, functionArn } = this.mapping;
    return {
      UUID: uuid,
      State: this.#state,
      EventSourceArn: source.arn,
      FunctionArn: functionArn,
    };
  }

  /** Switches it on; done when its shards are being read. */
  async start(): Promise<void> {
    this.#state = 'Enabling';
    this.#runner = this.#makeRunner();
    await this.#runner.start();
    this.#state = 'Enabled';
  }

  /** Ends it for good, or until it is started again. */
  async stop(): Promise<void> {
    await this.#switching;
    await this.#runner?.stop();
    this.#runner = undefined;
  }

  /** Begins to switch it; nothing to do when it is so already. */
  switchTo(enabled: boolean): void {
    if (enabled === (this.#runner !== undefined)) return;
    this.#state = enabled ? 'Enabling' : 'Disabling';
    this.#switching = (enabled ? this.start() : this.#end()).catch((error) =>
      this.#log(`${this.mapping.logicalId}: ${error}`),
    );
  }

  async #end(): Promise<void> {
    await this.#runner?.stop();
    this.#runner = undefined;
    this.#state = 'Disabled';
  }
}
