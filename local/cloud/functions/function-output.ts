/**
 * Where a function's output goes: every line to its log file, every metric line to the metrics too.
 * @module
 */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { samplesIn } from './emf.ts';
import type { Metrics } from './metrics.ts';

/** The log of one function. */
export class FunctionOutput {
  readonly #file: WriteStream;
  readonly #metrics: Metrics;

  constructor(path: string, metrics: Metrics) {
    mkdirSync(dirname(path), { recursive: true });
    this.#file = createWriteStream(path, { flags: 'a' });
    this.#metrics = metrics;
  }

  /** Follows an output stream of an execution environment until it ends. */
  follow(output: Readable): void {
    createInterface({ input: output }).on('line', (line) => this.#take(line));
  }

  /** Adds one line of the platform's own, as Lambda does for START, END and errors. */
  note(line: string): void {
    this.#take(line);
  }

  /** Closes the file. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(resolve));
  }

  #take(line: string): void {
    this.#file.write(`${line}\n`);
    for (const sample of samplesIn(line)) this.#metrics.record(sample);
  }
}
