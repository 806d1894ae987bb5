/**
 * Processor time of the functions per change, against a store that answers at once, and of the peer for the same.
 *
 * The workload runs once on the counting store and once through the SDK on the local engine, which records all answers;
 * then the functions' own handlers run on the recordings, in turns with JSON.parse of the same records and with the
 * peer. What is measured is processor time of the process, garbage collection included, from the event's JSON to the
 * answer; the first round warms up and is not counted, the median of the others is.
 * @module
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import type { PostgresServer } from '../../local/sources/postgres/server.ts';
import {
  BATCH,
  CountedPipeline,
  demoDefinitions,
  followPortsOn,
  resolvePortsOn,
} from '../costs/counted-pipeline.ts';
import { RoundsTable } from '../costs/rounds.ts';
import { type LandingBatch, landingBatch } from '../peer-postgres-trigger/landing.ts';
import { TriggerPeer } from '../peer-postgres-trigger/trigger-peer.ts';
import {
  batchesOf,
  recordText,
  retailWorkload,
  WORKLOAD_START,
  type WorkloadOptions,
  type WorkloadRecord,
} from '../workload/retail-workload.ts';
import { kinesisEvent, tableEvent } from './handler-events.ts';
import { type Handlers, loadHandlers } from './handlers.ts';
import { plainIdentity } from './plain-identity.ts';
import { HttpRecording } from './recorded-http.ts';
import { TableRecording } from './recorded-table.ts';
import { digestOf, linesOf } from './result-lines.ts';

/** Microseconds of processor time per change. */
export interface HandlerCosts {
  readonly changes: number;
  readonly rounds: number;
  /** Both functions, SDK included. */
  readonly withSdk: SideCosts;
  /** Both functions on a table that answers at once. */
  readonly withoutSdk: SideCosts;
  readonly jsonParse: number;
  readonly peer: number;
  /** Digest of the peer's customers, equal to the product's, or this would not have been returned. */
  readonly digest: string;
  readonly customers: number;
}

/** The resolve function, the view function, and both. */
export interface SideCosts {
  readonly resolve: number;
  readonly view: number;
  readonly both: number;
}

/** Engines that the measure needs. */
export interface HandlerEngines {
  readonly postgres: PostgresServer;
  /** An empty table of the local engine. */
  readonly dynamo: { readonly endpoint: string; readonly tableName: string };
}

/** The two sides came to different customers. */
export class DigestError extends Error {
  override readonly name = 'DigestError';
}

const ROUNDS = 5;

/** Measures; `say` hears of progress. */
export const measureHandlers = async (
  engines: HandlerEngines,
  options: WorkloadOptions,
  say: (line: string) => void,
): Promise<HandlerCosts> => {
  const definitions = plainIdentity(demoDefinitions());
  const handlers = await loadHandlers();
  const records = [...retailWorkload(options)].filter(({ concernsCustomer }) => concernsCustomer);
  const batches = [...batchesOf(records, BATCH)];
  const tables = new TableRecording();
  say('processor time: running the workload on the counting store');
  const { steps, digest, customers } = await recordOnMemory(definitions, batches, tables);
  say('processor time: recording the local engine behind the SDK');
  const https = new HttpRecording();
  await recordOnEngine(handlers, definitions, engines, steps, https);
  const landing = batches.map((batch) => landingBatch(definitions.definitions, batch));
  const texts = records.map(recordText);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    say(`processor time: round ${round + 1} of ${ROUNDS}`);
    rounds.push({
      withSdk: await runSteps(handlers, definitions, playedThroughSdk(engines, https), steps),
      withoutSdk: await runSteps(handlers, definitions, inLockstep(tables.player()), steps),
      jsonParse: parseAll(texts),
      peer: await runPeer(engines.postgres, landing, digest),
    });
  }
  return { ...summarised(rounds.slice(1), records.length), digest, customers };
};

interface Round {
  readonly withSdk: Sides;
  readonly withoutSdk: Sides;
  readonly jsonParse: number;
  readonly peer: number;
}

interface Sides {
  readonly resolve: number;
  readonly view: number;
}

/** A batch of the change stream with the batches of the table's stream that follow it, as JSON. */
interface Step {
  readonly resolve: string;
  readonly views: readonly string[];
}

const recordOnMemory = async (
  definitions: CurrentDefinitions,
  batches: readonly (readonly WorkloadRecord[])[],
  recording: TableRecording,
) => {
  let views: string[] = [];
  const pipeline = new CountedPipeline({
    definitions,
    through: (memory) => inLockstep(recording.recorder(memory)),
    onViewBatch: (changes: readonly TableChange[]) => views.push(tableEvent(changes)),
  });
  const steps: Step[] = [];
  for (const batch of batches) {
    views = [];
    const records = batch.map(({ record }) => record);
    await pipeline.take(records);
    steps.push({ resolve: kinesisEvent(records), views });
  }
  const lines = linesOf(pipeline.memory, definitions.definitions.view, WORKLOAD_START);
  return { steps, digest: digestOf(lines), customers: lines.length };
};

const clientOf = (
  { dynamo }: HandlerEngines,
  requestHandler: ReturnType<HttpRecording['player']>,
): DynamoDBClient =>
  makeDynamoClient({
    endpoint: dynamo.endpoint,
    region: 'ap-east-1',
    credentials: { accessKeyId: 'measuring', secretAccessKey: 'measuring' },
    requestHandler,
  });

const recordOnEngine = async (
  handlers: Handlers,
  definitions: CurrentDefinitions,
  engines: HandlerEngines,
  steps: readonly Step[],
  recording: HttpRecording,
): Promise<void> => {
  const client = clientOf(engines, recording.recorder());
  const table = new DynamoTable({ client, tableName: engines.dynamo.tableName });
  await runSteps(handlers, definitions, inLockstep(table), steps);
  client.destroy();
};

const playedThroughSdk = (engines: HandlerEngines, recording: HttpRecording): Table =>
  inLockstep(
    new DynamoTable({
      client: clientOf(engines, recording.player()),
      tableName: engines.dynamo.tableName,
    }),
  );

// What is under way together goes on in the order of asking, however fast the answers come, so that every run draws the
// same random numbers for the same work and asks the same.
const inLockstep = (table: Table): Table => new RoundsTable(table, makeMeter());

const runSteps = async (
  handlers: Handlers,
  definitions: CurrentDefinitions,
  table: Table,
  steps: readonly Step[],
): Promise<Sides> => {
  const ports = resolvePortsOn(table, definitions);
  const resolve = handlers.resolve(ports);
  const maintain = handlers.maintain(followPortsOn(table, definitions));
  const sides = { resolve: 0, view: 0 };
  for (const step of steps) {
    sides.resolve += await cpuOf(() => resolve(step.resolve));
    for (const view of step.views) sides.view += await cpuOf(() => maintain(view));
  }
  return sides;
};

const cpuOf = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

let parsed = 0;

const parseAll = (texts: readonly string[]): number => {
  const before = process.cpuUsage();
  // Looked at, so that no compiler leaves the parsing out.
  for (const text of texts) parsed += Object.keys(JSON.parse(text)).length;
  const { user, system } = process.cpuUsage(before);
  return parsed > 0 ? user + system : 0;
};

const runPeer = async (
  postgres: PostgresServer,
  batches: readonly LandingBatch[],
  expected: string,
): Promise<number> => {
  const peer = await TriggerPeer.open(postgres.connection('erp'));
  try {
    const before = peer.cpuMicros();
    for (const batch of batches) await peer.apply(batch);
    const spent = peer.cpuMicros() - before;
    const digest = digestOf(await peer.lines());
    if (digest !== expected) {
      throw new DigestError(`the peer came to other customers: ${digest}, not ${expected}`);
    }
    return spent;
  } finally {
    await peer.close();
  }
};

const summarised = (rounds: readonly Round[], changes: number) => {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick)) / changes;
  const sides = (pick: (round: Round) => Sides): SideCosts => ({
    resolve: of((round) => pick(round).resolve),
    view: of((round) => pick(round).view),
    both: of((round) => pick(round).resolve + pick(round).view),
  });
  return {
    changes,
    rounds: rounds.length,
    withSdk: sides(({ withSdk }) => withSdk),
    withoutSdk: sides(({ withoutSdk }) => withoutSdk),
    jsonParse: of(({ jsonParse }) => jsonParse),
    peer: of(({ peer }) => peer),
  };
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
