/**
 * Capture of one source: load once, then follow the log for ever.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Clock } from '#domain/shared/clock.ts';
import { historyRecord, statusRecord, type TaskStatus, taskStartRecords } from './bookkeeping.ts';
import type { CaptureSource } from './config.ts';
import type { CapturedTable } from './dms-records.ts';
import type { PutBatch } from './kinesis-target.ts';
import { loadTables } from './load.ts';
import { loadedGeneration, noteLoaded } from './load-state.ts';
import { Outbox } from './outbox.ts';
import { Replication } from './replicate.ts';
import { ensurePublication, ensureSlot } from './slot.ts';
import { readTables } from './tables.ts';
import { ChangeTranslator } from './translate.ts';

/** Something that happened; written as a line of JSON. */
export type CaptureEvent =
  | { readonly event: 'loaded'; readonly source: string; readonly rows: number }
  | {
      readonly event: 'progress';
      readonly source: string;
      readonly rowsLoaded: number;
      readonly changes: number;
      /** Milliseconds from commit to stream of the newest change. */
      readonly lagMs: number;
      readonly waiting: number;
      readonly position: string;
    }
  | { readonly event: 'trouble'; readonly source: string; readonly reason: string };

/** What a source's capture works with. */
export interface CaptureTools {
  readonly put: PutBatch;
  readonly stateDir: string;
  readonly clock: Clock;
  readonly tell: (event: CaptureEvent) => void;
}

const RETRY_MS = 500;

/** One source, from its load to its last change. */
export class SourceCapture {
  readonly #source: CaptureSource;
  readonly #tools: CaptureTools;
  readonly #outbox: Outbox;
  readonly #task: string;
  #replication: Replication | undefined;
  #stopping = false;
  #phase: TaskStatus['phase'] = 'FULL LOAD';
  #rowsLoaded = 0;
  #changes = 0;
  #lagMs = 0;

  constructor(source: CaptureSource, tools: CaptureTools) {
    this.#source = source;
    this.#tools = tools;
    this.#task = `tributary-local-${source.source}`;
    this.#outbox = new Outbox(tools.put, {
      onPut: (records, committedAt) => this.#count(records, committedAt),
      onAcknowledge: (lsn) => this.#replication?.acknowledge(lsn),
      onTrouble: (reason) => this.#tell({ event: 'trouble', reason }),
    });
  }

  /** Captures until {@link stop}. A lost connection is taken up again. */
  async run(): Promise<void> {
    this.#outbox.push(
      ...taskStartRecords(this.#task, this.#tools.clock()).map((record) => ({ record })),
    );
    while (!this.#stopping) {
      try {
        await this.#follow(await this.#prepare());
      } catch (error) {
        if (this.#stopping) return;
        this.#tell({ event: 'trouble', reason: reasonOf(error) });
        await this.#outbox.reset();
        await sleep(RETRY_MS);
      }
    }
  }

  /** Ends reading, and returns when everything read is on the stream. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#outbox.drained();
    await this.#replication?.stop();
  }

  /** Writes the task's row in `awsdms_status`. */
  writeStatus(): void {
    this.#outbox.push({ record: statusRecord(this.#status()) });
  }

  /** Tells how far it has come. */
  tellProgress(): void {
    this.#tell({
      event: 'progress',
      rowsLoaded: this.#rowsLoaded,
      changes: this.#changes,
      lagMs: this.#lagMs,
      waiting: this.#outbox.waiting,
      position: this.#replication?.position ?? '0/0',
    });
  }

  async #prepare(): Promise<readonly CapturedTable[]> {
    const client = new pg.Client({
      ...this.#source.connection,
      options: SESSION,
      types: { getTypeParser: () => (text: string) => text },
    });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const tables = await readTables(client, this.#source.source, this.#source.tables);
      this.#tellMissing(tables);
      await ensurePublication(client, tables);
      const slot = await ensureSlot(client);
      const { generation, source } = this.#source;
      const loaded = loadedGeneration(this.#tools.stateDir, source) === generation;
      if (slot === 'made' || !loaded) await this.#load(client, tables);
      else this.#tell({ event: 'loaded', rows: 0 });
      return tables;
    } finally {
      await client.end();
    }
  }

  #tellMissing(tables: readonly CapturedTable[]): void {
    const found = new Set(tables.map((table) => table.table));
    for (const name of this.#source.tables ?? []) {
      if (!found.has(name)) {
        this.#tell({ event: 'trouble', reason: `table ${name} is missing or has no primary key` });
      }
    }
  }

  async #load(client: pg.Client, tables: readonly CapturedTable[]): Promise<void> {
    const { generation, source } = this.#source;
    const { clock, stateDir } = this.#tools;
    this.#phase = 'FULL LOAD';
    const outbox = this.#outbox;
    const rows = await loadTables({ client, tables, outbox, task: this.#task, generation, clock });
    noteLoaded(stateDir, source, generation);
    this.#rowsLoaded = rows;
    outbox.push({ record: historyRecord(this.#status(), rows) });
    this.#tell({ event: 'loaded', rows });
  }

  async #follow(tables: readonly CapturedTable[]): Promise<void> {
    this.#phase = 'CHANGE PROCESSING';
    const { connection, generation } = this.#source;
    this.#replication = new Replication({
      connection: { ...connection, options: SESSION },
      translator: new ChangeTranslator(tables, generation, this.#tools.clock),
      outbox: this.#outbox,
    });
    try {
      await this.#replication.run();
    } finally {
      await this.#replication.stop();
      this.#replication = undefined;
    }
  }

  #count(records: number, committedAt: bigint | undefined): void {
    if (committedAt !== undefined) {
      this.#changes += records;
      this.#lagMs = Math.max(0, this.#tools.clock() - Number(committedAt / 1000n));
    }
    this.#replication?.continue();
  }

  #status(): TaskStatus {
    return {
      task: this.#task,
      phase: this.#phase,
      position: this.#replication?.position ?? '0/0',
      pendingChanges: this.#outbox.waiting,
      now: this.#tools.clock(),
    };
  }

  #tell(event: WithoutSource<CaptureEvent>): void {
    this.#tools.tell({ ...event, source: this.#source.source });
  }
}

type WithoutSource<Event> = Event extends CaptureEvent ? Omit<Event, 'source'> : never;

/** Text forms of values must not depend on the server's settings. */
const SESSION =
  '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c extra_float_digits=1';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
