/**
 * Measures: everything that `npm run bench` finds out, each in a process of its own, so that none warms or fills the
 * heap of another.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import { must } from '#domain/shared/assert.ts';
import { startEngines, stopEngines } from '../local/cloud/engines/engines.ts';
import { LOCAL_CREDENTIALS } from '../local/run/pipeline.ts';
import { startPostgres } from '../local/sources/postgres/server.ts';
import { createTable } from '../test/support/engines.ts';
import { type BatchRequests, countBatchRequests } from './costs/batch-requests.ts';
import type { CountedPipeline } from './costs/counted-pipeline.ts';
import { countWhale, type WhaleCosts } from './costs/whales.ts';
import { countWorkload, type WorkloadCosts } from './costs/write-costs.ts';
import { type HandlerCosts, measureHandlers } from './processor/handler-costs.ts';
import { measureReads, type ReadCosts } from './profile-read/read-costs.ts';
import {
  type EndToEndCosts,
  type EndToEndOptions,
  measureEndToEnd,
} from './resolving/end-to-end.ts';
import {
  measureResolving,
  type ResolvingCosts,
  type ResolvingOptions,
} from './resolving/resolving.ts';
import { type WorkloadOptions, workloadOf } from './workload/retail-workload.ts';

/** What is asked of a measure, and what comes back. */
export interface Measures {
  readonly workload: {
    readonly input: { readonly options: WorkloadOptions; readonly points: readonly number[] };
    readonly output: WorkloadCosts;
  };
  readonly batches: {
    readonly input: { readonly changes: number };
    readonly output: BatchRequests;
  };
  readonly whale: { readonly input: { readonly rows: number }; readonly output: WhaleCosts };
  readonly handlers: {
    readonly input: { readonly changes: number };
    readonly output: HandlerCosts;
  };
  readonly reads: {
    readonly input: { readonly customers: number; readonly seconds: number };
    readonly output: ReadCosts;
  };
  readonly resolving: {
    readonly input: ResolvingOptions;
    readonly output: ResolvingCosts;
  };
  readonly endToEnd: {
    readonly input: EndToEndOptions;
    readonly output: EndToEndCosts;
  };
}

/** Name of a measure. */
export type MeasureName = keyof Measures;

type Run<Name extends MeasureName> = (
  input: Measures[Name]['input'],
  say: (line: string) => void,
) => Promise<Measures[Name]['output']>;

/** How each is run. */
export const MEASURES: { readonly [Name in MeasureName]: Run<Name> } = {
  workload: ({ options, points }, say) => countWorkload(options, points, say),
  batches: ({ changes }) => countBatchRequests(workloadOf(changes)),
  whale: ({ rows }) => countWhale(rows, largestItem),
  handlers: ({ changes }, say) => inFolder((folder) => measureWithEngines(folder, changes, say)),
  reads: ({ customers, seconds }, say) =>
    inFolder((folder) => measureReads(folder, customers, seconds, say)),
  endToEnd: (input, say) => measureEndToEnd(input, say),
  resolving: (input, say) =>
    inFolder(async (folder) => {
      const engines = await startEngines(folder, {}, () => undefined);
      const client = engineClient(engines.dynamodb.endpoint);
      try {
        const pid = must(engines.dynamodb.pid, 'process of the engine');
        return await measureResolving({ client, pid }, input, say);
      } finally {
        client.destroy();
        await stopEngines(engines);
      }
    }),
};

const largestItem = ({ memory }: CountedPipeline): WhaleCosts['largestItem'] =>
  memory
    .dump()
    .map((item) => ({ kind: item.sk, bytes: itemSize(item) }))
    .reduce((a, b) => (b.bytes > a.bytes ? b : a));

const inFolder = async <Outcome>(work: (folder: string) => Promise<Outcome>): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const engineClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region: 'ap-east-1', credentials: LOCAL_CREDENTIALS });

const measureWithEngines = async (
  folder: string,
  changes: number,
  say: (line: string) => void,
): Promise<HandlerCosts> => {
  const postgres = await startPostgres({ dataDir: folder });
  const engines = await startEngines(folder, {}, () => undefined);
  const { endpoint } = engines.dynamodb;
  const client = engineClient(endpoint);
  try {
    const tableName = await createTable(client);
    const dynamo = { endpoint, tableName };
    return await measureHandlers({ postgres, dynamo }, workloadOf(changes), say);
  } finally {
    client.destroy();
    await stopEngines(engines);
    await postgres.stop();
    // For an administrator the cluster lies in a folder of its own.
    rmSync(postgres.home, { recursive: true, force: true });
  }
};
