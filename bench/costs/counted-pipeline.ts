/**
 * The counted pipeline: the use cases of both sides on the counting store, batch by batch, with what each write cost.
 *
 * The store bills as DynamoDB does (src/adapters/dynamodb/meter.ts). What it writes goes to the stream side through the
 * filter of the deployed mapping, in batches of its size: what a batch of changes wrote is followed together.
 * @module
 */
import { base32 } from '#adapters/crypto/base32.ts';
import { keyedHash } from '#adapters/crypto/keyed-hash.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { type Meter, makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryQuarantine } from '#adapters/memory/quarantine.ts';
import { MemoryTable, type PerformedAction } from '#adapters/memory/table.ts';
import { makeOpenWatch } from '#application/identity/open-scopes.ts';
import {
  type BatchReport,
  type ResolvePorts,
  resolveBatch,
} from '#application/identity/resolve-batch.ts';
import { type FollowPorts, makeFollower } from '#application/profile/follow-table.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { CurrentDefinitions, StreamRecord } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { seededRandom } from '../../local/sources/shop/dice.ts';
import { WORKLOAD_START } from '../workload/retail-workload.ts';

/** Records in a batch of the change stream. */
export const BATCH = 100;

/** Records in a batch of the table's stream, as in lib/constructs/stream-mapping.ts. */
const VIEW_BATCH = 500;

/** The definitions of the demo. */
export const demoDefinitions = (): CurrentDefinitions => {
  const read = readDefinitions(new URL('../../definitions', import.meta.url).pathname);
  if (!read.ok) throw new Error('the demo definitions do not compile');
  return { hash: read.value.hash, definitions: read.value.definitions };
};

/** Ports for resolving on a table, the same in every run: fixed keys, clock and draws. */
export const resolvePortsOn = (table: Table, current: CurrentDefinitions): ResolvePorts => ({
  table,
  quarantine: new MemoryQuarantine(),
  definitions: async () => current,
  pseudonymise,
  mint: (anchor, attempt) =>
    `one_${base32(keyedHash('measuring', [anchor, String(attempt)]))}` as OneId,
  clock: () => WORKLOAD_START,
  random: seededRandom(7),
  sleep: async () => {},
  openScopes: makeOpenWatch(() => WORKLOAD_START),
});

/** Ports for following the table's stream, the same in every run. */
export const followPortsOn = (table: Table, current: CurrentDefinitions): FollowPorts => ({
  table,
  definitions: async () => current,
  lookups: async () => ({ table, pseudonymise }),
  clock: () => WORKLOAD_START,
});

const pseudonymise = makePseudonymiser('a pepper for measuring, and for nothing else');

/** What happened to one batch. */
export interface BatchCost {
  readonly report: BatchReport;
  readonly resolve: Meter;
  readonly view: Meter;
  /** Every action of the resolve side. */
  readonly actions: readonly PerformedAction[];
  /** Every action of the stream side. */
  readonly viewActions: readonly PerformedAction[];
  /** Batches that the stream side took. */
  readonly viewBatches: number;
}

/** How a pipeline differs from the demo's. */
export interface PipelineOptions {
  readonly definitions?: CurrentDefinitions;
  /** Puts something between the use cases and the store. */
  readonly through?: (table: MemoryTable, meter: Meter) => Table;
  /** Hears of every batch of the stream side. */
  readonly onViewBatch?: (changes: readonly TableChange[]) => void;
}

/** Both sides of the pipeline on one counting store. */
export class CountedPipeline {
  readonly meter: Meter = makeMeter();
  readonly memory: MemoryTable;
  /** What the use cases see. */
  readonly table: Table;
  readonly definitions: CurrentDefinitions;
  readonly #ports: ResolvePorts;
  readonly #follow: ReturnType<typeof makeFollower>;
  readonly #onViewBatch: PipelineOptions['onViewBatch'];
  #actions: PerformedAction[] = [];
  #sequence = 0;

  constructor(options: PipelineOptions = {}) {
    this.memory = new MemoryTable({
      meter: this.meter,
      onAction: (performed) => this.#actions.push(performed),
    });
    this.table = options.through?.(this.memory, this.meter) ?? this.memory;
    this.definitions = options.definitions ?? demoDefinitions();
    this.#ports = resolvePortsOn(this.table, this.definitions);
    this.#follow = makeFollower(followPortsOn(this.table, this.definitions));
    this.#onViewBatch = options.onViewBatch;
  }

  /** Resolves a batch and lets the stream side catch up. */
  async take(records: readonly StreamRecord[]): Promise<BatchCost> {
    const before = { ...this.meter };
    const report = await resolveBatch(this.#ports, records);
    if (report.failed.length > 0) throw report.error ?? new Error('records failed');
    const resolve = difference(this.meter, before);
    const actions = this.#takeActions();
    const between = { ...this.meter };
    const followed = await this.#maintain(actions);
    return { report, resolve, view: difference(this.meter, between), actions, ...followed };
  }

  /** The stream side also sees what it writes itself. */
  async #maintain(
    actions: readonly PerformedAction[],
  ): Promise<Pick<BatchCost, 'viewActions' | 'viewBatches'>> {
    let open = this.#streamed(actions);
    let viewBatches = 0;
    const viewActions: PerformedAction[] = [];
    while (open.length > 0) {
      const batch = open.slice(0, VIEW_BATCH);
      this.#onViewBatch?.(batch);
      await this.#follow(batch);
      viewBatches += 1;
      const done = this.#takeActions();
      viewActions.push(...done);
      open = [...open.slice(VIEW_BATCH), ...this.#streamed(done)];
    }
    return { viewActions, viewBatches };
  }

  #takeActions(): readonly PerformedAction[] {
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  #streamed(actions: readonly PerformedAction[]): readonly TableChange[] {
    return actions.filter(showsInViews).map(({ before, after }) => ({
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      sequence: String(++this.#sequence),
    }));
  }
}

/** Whether the stream carries the action and the mapping's filter lets it through (lib/stacks/profile-stack.ts). */
export const showsInViews = ({
  before,
  after,
}: {
  readonly before?: Item | undefined;
  readonly after?: Item | undefined;
}): boolean => {
  if (before === after) return false;
  const item: Item | undefined = after ?? before;
  if (item?.sk === 'BUCKET' || after?.['lists'] !== undefined) return true;
  if ([before, after].some((image) => image?.['evidence'] !== undefined)) return true;
  return before !== undefined && item?.sk === 'CUSTOMER';
};

const difference = (now: Meter, then: Meter): Meter => ({
  requests: now.requests - then.requests,
  readUnits: now.readUnits - then.readUnits,
  writeUnits: now.writeUnits - then.writeUnits,
});
