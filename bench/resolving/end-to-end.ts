/**
 * End to end: records put on the stream of the local cloud at the promised rate, resolved by the function as it is deployed,
 * with everything else that runs beside it; and how soon an un-merge is served.
 *
 * One resolve is one invocation of the function, as Lambda times it. Of some records the time is taken from outside, from
 * before they are put until their registry item and their contribution are read.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contributionName } from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem } from '#application/shared/items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { must } from '#domain/shared/assert.ts';
import type { Metrics } from '../../local/cloud/index.ts';
import { linkedCustomers } from '../../test/support/linked-customers.ts';
import { writeScoredFolder } from '../../test/support/scored-definitions.ts';
import { type ServingCloud, startServingCloud, until } from '../../test/support/serving-cloud.ts';
import { linkThem, makeTwo, profilesOf, unlinkThem } from '../../test/support/unmerge.ts';
import { type AnswerTimes, percentilesOf } from '../profile-read/open-loop.ts';
import type { LoadedRecords } from './load.ts';
import { EXACT_RATE, retailRecords, SCORED_RATE, scoredRecords } from './records.ts';

/** How much of it. */
export interface EndToEndOptions {
  readonly loadSeconds: number;
  readonly unmerges: number;
}

/** All that is found out. */
export interface EndToEndCosts {
  readonly exact: PipelineLoad;
  readonly scored: PipelineLoad;
  /** Milliseconds from the put of the change that ends a link until both customers are served as if it never was. */
  readonly unmerge: AnswerTimes;
}

/** Records at a rate through the local cloud. */
export interface PipelineLoad {
  readonly base: number;
  readonly records: number;
  readonly perSecond: number;
  /** Records a second from the first put until the function had taken the last. */
  readonly reached: number;
  /** Milliseconds of one invocation of the function. */
  readonly resolves: Percentiles & { readonly invocations: number };
  /** Milliseconds from before the put to committed, of one in ten rows that are new. */
  readonly committed: AnswerTimes;
  /** Milliseconds from commit at the source to the view of a customer, as the function tells; exact rules only. */
  readonly servable?: Percentiles;
  readonly failedInvocations: number;
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const PROBE_EVERY = 10;
const TICK_MS = 50;
const LOOK_MS = 10;
const PATIENCE_MS = 120_000;
const FUNCTION = 'identity/resolve-identity';

/** Measures on two clouds, one after the other. */
export const measureEndToEnd = async (
  { loadSeconds, unmerges }: EndToEndOptions,
  say: (line: string) => void,
): Promise<EndToEndCosts> => {
  const { exact, unmerge } = await onCloud(undefined, async (served) => {
    say(`end to end, exact rules, ${EXACT_RATE} records a second`);
    const load = await measureLoad(served, retailRecords(loadSeconds), EXACT_RATE);
    say(`${unmerges} un-merges`);
    return { exact: load, unmerge: await measureUnmerges(served, unmerges) };
  });
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-scored-'));
  try {
    writeScoredFolder(folder);
    const scored = await onCloud(folder, (served) => {
      say(`end to end, scored rules, ${SCORED_RATE} records a second`);
      return measureLoad(served, scoredRecords(loadSeconds), SCORED_RATE);
    });
    return { exact, scored, unmerge };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const onCloud = async <Outcome>(
  definitions: string | undefined,
  work: (served: ServingCloud) => Promise<Outcome>,
): Promise<Outcome> => {
  const served = await startServingCloud({}, definitions);
  try {
    return await work(served);
  } finally {
    await served.stop();
  }
};

const measureLoad = async (
  served: ServingCloud,
  loaded: LoadedRecords,
  perSecond: number,
): Promise<PipelineLoad> => {
  const { base, stream } = loaded;
  const { metrics, names } = served.cloud;
  const isTaken = (records: number) => async () =>
    metrics.sum('RecordsReceived', { function: FUNCTION }) >= records;
  await served.publish(base.map(messageOf));
  await until(isTaken(base.length), PATIENCE_MS);
  metrics.clear();
  const begun = performance.now();
  const probes = await putAtRate(served, loaded, perSecond);
  await until(isTaken(stream.length), PATIENCE_MS, LOOK_MS);
  const seconds = (performance.now() - begun) / 1000;
  const committed = percentilesOf(await Promise.all(probes));
  const name = must(
    Object.entries(names.functions).find(([id]) => id.endsWith('resolve-identity')),
    'the function that resolves',
  )[1];
  const ofFunction = { FunctionName: name };
  return {
    ...{ base: base.length, records: stream.length, perSecond },
    ...{ reached: stream.length / seconds, committed, ...servableIn(metrics) },
    resolves: {
      invocations: metrics.count('Invocations', ofFunction),
      ...must(percentilesIn(metrics, 'Duration', ofFunction), 'invocations'),
    },
    failedInvocations: metrics.sum('Errors'),
  };
};

const servableIn = (metrics: Metrics): Pick<PipelineLoad, 'servable'> => {
  const servable = percentilesIn(metrics, 'CommitToServableMs');
  return servable ? { servable } : {};
};

const percentilesIn = (
  metrics: Metrics,
  name: string,
  dimensions = {},
): Percentiles | undefined => {
  const [p50, p95, p99] = [50, 95, 99].map((at) => metrics.percentile(name, at, dimensions));
  return p50 === undefined || p95 === undefined || p99 === undefined
    ? undefined
    : { p50, p95, p99 };
};

const messageOf = ({ partitionKey, bytes }: StreamRecord) => ({
  key: partitionKey,
  data: new TextDecoder().decode(bytes),
});

// A change is committed at its source when it is put.
const putNow = (record: StreamRecord) => {
  const { key, data } = messageOf(record);
  const now = new Date().toISOString();
  return { key, data: data.replace(/"commit-timestamp":"[^"]*"/, `"commit-timestamp":"${now}"`) };
};

/** Puts what is due every {@link TICK_MS}; what follows one record is still on its way when the last is put. */
const putAtRate = async (
  served: ServingCloud,
  loaded: LoadedRecords,
  perSecond: number,
): Promise<readonly Promise<number>[]> => {
  const { stream } = loaded;
  const table = served.table('Customer360');
  const probed = probesOf(loaded);
  const probes: Promise<number>[] = [];
  const begun = performance.now();
  for (let put = 0; put < stream.length; ) {
    const due = Math.floor(((performance.now() - begun) * perSecond) / 1000);
    const some = stream.slice(put, due);
    const putAt = performance.now();
    if (some.length > 0) await served.publish(some.map(putNow));
    for (const record of some)
      if (probed.has(record)) probes.push(untilCommitted(table, record.partitionKey, putAt));
    put += some.length;
    await sleep(TICK_MS);
  }
  return probes;
};

/** Of the records that bring a new row about a customer, one in {@link PROBE_EVERY}. */
const probesOf = ({ definitions, base, stream }: LoadedRecords): ReadonlySet<StreamRecord> => {
  const seen = new Set(base.map(({ partitionKey }) => partitionKey));
  const isNew = ({ partitionKey }: StreamRecord): boolean => {
    const [source = '', table = ''] = partitionKey.split('.');
    const kind = definitions.definitions.sources[source]?.tables[table]?.kind;
    const known = seen.has(partitionKey);
    seen.add(partitionKey);
    return !known && (kind === 'party' || kind === 'fact' || kind === 'event');
  };
  return new Set(stream.filter(isNew).filter((_, at) => at % PROBE_EVERY === 0));
};

const untilCommitted = async (table: Table, row: string, putAt: number): Promise<number> => {
  await until(() => isCommitted(table, row), PATIENCE_MS, LOOK_MS);
  return performance.now() - putAt;
};

/** Whether a row that was not there is: a party row with its registry, a fact with its contribution. */
const isCommitted = async (table: Table, row: string): Promise<boolean> => {
  const [item] = await table.getAll([{ pk: `R#${row}`, sk: 'ROW' }]);
  if (item === undefined) return false;
  const { unit, bucket } = parseRowItem(item);
  if (unit === undefined || bucket === undefined) return true;
  const [stored] = await table.getAll([bucketKey(unit, bucket)]);
  return stored?.[contributionName(row as SourceRowKey)] !== undefined;
};

const measureUnmerges = async (served: ServingCloud, count: number): Promise<AnswerTimes> => {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const end = at % 2 === 0 ? 'gone' : 'one';
    const two = linkedCustomers(String(9_000_000 + at));
    await makeTwo(served, two, end);
    const before = await profilesOf(served, two);
    await linkThem(served, two);
    times.push(await unlinkThem(served, two, end, before));
  }
  return percentilesOf(times);
};
