/**
 * Load: resolving on the local engine, at once as fast as it goes, and then at a fixed rate whether or not it keeps up.
 *
 * As Lambda does, four lanes take what waits for them, up to 500 records, one batch after the other; a row always has the
 * same lane. The time of a record runs from when it was due to when its batch is resolved, so a stall costs all that come
 * in it. Nothing but the engine is another process: what the load itself takes is part of the figures.
 * @module
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { type ResolvePorts, resolveBatch } from '#application/identity/resolve-batch.ts';
import type { CurrentDefinitions, StreamRecord } from '#application/shared/ports.ts';
import { textHash } from '#domain/shared/checksum.ts';
import { createTable } from '../../test/support/engines.ts';
import { resolvePortsOn } from '../costs/counted-pipeline.ts';
import { type AnswerTimes, percentilesOf } from '../profile-read/open-loop.ts';

/** What is resolved: rows that are there first, and those that come at a rate. */
export interface LoadedRecords {
  readonly definitions: CurrentDefinitions;
  readonly base: readonly StreamRecord[];
  readonly stream: readonly StreamRecord[];
}

/** What resolving under load comes to. */
export interface LoadCosts {
  readonly base: number;
  /** Records a second while there is always more. */
  readonly saturated: number;
  readonly perSecond: number;
  /** Milliseconds from when a record was due to when it was resolved. */
  readonly records: AnswerTimes;
  /** Milliseconds of one call of the use case. */
  readonly resolves: AnswerTimes;
  /** Records that still waited when the last was due. */
  readonly backlog: number;
  /** Processor milliseconds per record at that rate: of the resolver with its load, and of the engine. */
  readonly processor: { readonly resolver: number; readonly engine: number };
}

/** Where to resolve. */
export interface LoadEngine {
  readonly client: DynamoDBClient;
  /** The process whose processor time is told. */
  readonly pid: number;
}

const LANES = 4;
const MOST_RECORDS = 500;

/** Measures. */
export const measureLoad = async (
  { client, pid }: LoadEngine,
  { definitions, base, stream }: LoadedRecords,
  perSecond: number,
): Promise<LoadCosts> => {
  const table = new DynamoTable({ client, tableName: await createTable(client) });
  const ports: ResolvePorts = {
    ...resolvePortsOn(table, definitions),
    clock: Date.now,
    random: Math.random,
    sleep: async (ms) => void (await sleep(ms)),
  };
  const saturated = await resolveAtOnce(ports, base);
  const engineBefore = processorMs(pid);
  const ownBefore = process.cpuUsage();
  const run = await resolveAtRate(ports, stream, perSecond);
  const { user, system } = process.cpuUsage(ownBefore);
  return {
    ...{ base: base.length, saturated, perSecond, ...run },
    processor: {
      resolver: (user + system) / 1000 / stream.length,
      engine: (processorMs(pid) - engineBefore) / stream.length,
    },
  };
};

const laneOf = ({ partitionKey }: StreamRecord): number => textHash(partitionKey) % LANES;

const resolveAtOnce = async (
  ports: ResolvePorts,
  records: readonly StreamRecord[],
): Promise<number> => {
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    records.filter((record) => laneOf(record) === lane),
  );
  const begun = performance.now();
  await Promise.all(
    lanes.map(async (lane) => {
      for (let at = 0; at < lane.length; at += MOST_RECORDS)
        await resolveAll(ports, lane.slice(at, at + MOST_RECORDS));
    }),
  );
  return records.length / ((performance.now() - begun) / 1000);
};

/** Resolves a batch, and what of it failed again, as the mapping does. */
const resolveAll = async (ports: ResolvePorts, batch: readonly StreamRecord[]): Promise<void> => {
  let open = batch;
  while (open.length > 0) {
    const { failed } = await resolveBatch(ports, open);
    open = open.filter(({ sequenceNumber }) => failed.includes(sequenceNumber));
  }
};

interface Due {
  readonly record: StreamRecord;
  readonly at: number;
}

const resolveAtRate = async (
  ports: ResolvePorts,
  records: readonly StreamRecord[],
  perSecond: number,
): Promise<Pick<LoadCosts, 'records' | 'resolves' | 'backlog'>> => {
  const waiting: Due[][] = Array.from({ length: LANES }, () => []);
  const times: number[] = [];
  const calls: number[] = [];
  let fed = false;
  const work = async (lane: Due[]) => {
    while (!fed || lane.length > 0) {
      const batch = lane.splice(0, MOST_RECORDS);
      if (batch.length === 0) {
        await sleep(1);
        continue;
      }
      const begun = performance.now();
      await resolveAll(
        ports,
        batch.map(({ record }) => record),
      );
      const now = performance.now();
      calls.push(now - begun);
      times.push(...batch.map(({ at }) => now - at));
    }
  };
  const working = Promise.all(waiting.map(work));
  const begun = performance.now();
  for (const [index, record] of records.entries()) {
    const at = begun + (index * 1000) / perSecond;
    await sleep(Math.max(0, at - performance.now()));
    waiting[laneOf(record)]?.push({ record, at });
  }
  const backlog = waiting.reduce((sum, lane) => sum + lane.length, 0);
  fed = true;
  await working;
  return { records: percentilesOf(times), resolves: percentilesOf(calls), backlog };
};

const TICK_MS = 10;

/** User and system time of a process so far, milliseconds. Source: proc(5), /proc/pid/stat, fields 14 and 15. */
const processorMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};
