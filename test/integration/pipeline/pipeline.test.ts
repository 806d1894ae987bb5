/**
 * The main job on real input: five databases, capture, stream, functions, table and API, with the kills that must not
 * matter and the records of a stranger.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import { checkRun } from '../../../local/run/check-run.ts';
import type { Endpoints } from '../../../local/run/endpoints.ts';
import { watchLoad } from '../../../local/run/load-watch.ts';
import { readOptions } from '../../../local/run/options.ts';
import { type Pipeline, startPipeline } from '../../../local/run/pipeline.ts';
import { readStoredCustomers } from '../../../local/run/stored-customers.ts';
import { runShop } from '../../../local/sources/shop/run-shop.ts';
import { seededRandom } from '../../support/scheduler.ts';
import {
  activityOf,
  activityProblems,
  channelsOf,
  readSqlMetrics,
  recordsOf,
} from '../../support/sql-metrics.ts';
import { cardOf, type Message, story } from './strangers-records.ts';

const quiet = () => undefined;

const optionsFor = (dataDir: string) => {
  const options = readOptions([
    '--data',
    dataDir,
    '--customers',
    '60',
    '--rate',
    '30',
    '--seed',
    '7',
  ]);
  if (!options) throw new Error('options');
  return options;
};

const publish = async (endpoints: Endpoints, messages: readonly Message[]): Promise<void> => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = makeKinesisClient({
    endpoint: endpoints.kinesis.endpoint,
    region: endpoints.region,
    credentials,
  });
  const send = makePublish(client, endpoints.kinesis.stream);
  await send(messages.map(({ key, data }) => ({ partitionKey: key, bytes: Buffer.from(data) })));
  client.destroy();
};

const ask = async ({ api, token }: Endpoints, path: string) => {
  const response = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** What an answer says of the customer, without what differs from customer to customer and from instant to instant. */
const story360 = async (endpoints: Endpoints, tag: string): Promise<string> => {
  const { body } = await ask(endpoints, `/v1/profiles/member-card:${cardOf(tag)}`);
  const { customerId: _id, asOf: _as, lagMs: _lag, positions: _pos, version: _v, ...told } = body;
  return JSON.stringify(told).replaceAll(tag, '##');
};

const OPS = join(import.meta.dirname, '../../../tools/ops.ts');

const foldMetrics = async (dataDir: string): Promise<void> => {
  await promisify(execFile)(process.execPath, [OPS, 'metrics', '--data', dataDir]);
};

const DAY_MS = 86_400_000;

const until = async (holds: () => Promise<boolean>, patienceMs: number): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs} ms`);
    await sleep(100);
  }
};

describe('a running pipeline', () => {
  let dataDir: string;
  let pipeline: Pipeline;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tributary-pipeline-'));
    pipeline = await startPipeline(optionsFor(dataDir), quiet, new AbortController().signal);
    await watchLoad(pipeline, quiet);
  });

  afterAll(async () => {
    await pipeline?.stop();
    rmSync(dataDir, { recursive: true, force: true });
    expect(pipeline?.cloud.refusals).toEqual([]);
  });

  test('kill -9 of capture and of the DynamoDB engine loses and doubles nothing', async () => {
    const { cloud, capture, postgres, truthDir } = pipeline;
    const shop = runShop({
      connect: postgres.connection,
      truthDir,
      seed: 99,
      rate: 30,
      seconds: 12,
      clock: Date.now,
    });
    await sleep(3_000);
    await capture.kill();
    await sleep(500);
    await capture.restart();
    const engine = cloud.enginePids().dynamodb;
    if (engine !== undefined) process.kill(engine, 'SIGKILL');
    await shop;
    const found = await checkRun(pipeline, quiet);
    const { lost, surplus, wrongViews } = found;
    expect({ lost, surplus, wrongViews }).toEqual({ lost: [], surplus: [], wrongViews: [] });
  });

  test('figures of all customers are those of SQL on the sources', async () => {
    const { endpoints, postgres } = pipeline;
    // Nothing changes any more when it returns.
    const { lost, surplus, wrongViews } = await checkRun(pipeline, quiet);
    expect({ lost, surplus, wrongViews }).toEqual({ lost: [], surplus: [], wrongViews: [] });
    const { customerOf } = await readStoredCustomers(endpoints);
    await foldMetrics(dataDir);
    const figures = async (name: string) => (await ask(endpoints, `/v1/metrics/${name}`)).body;
    const activity = await figures('member-activity');
    const startedAt = Date.parse(String(activity['asOf']));
    // The whole of a day that the trend keeps, where the stores are.
    const from = new Date(startedAt - 90 * DAY_MS + 8 * 3_600_000).toISOString().slice(0, 10);
    const sql = await readSqlMetrics(postgres.connection, from);

    expect(sql.sales.length).toBeGreaterThan(5);
    expect((await figures(`sales-trend?from=${from}`))['days']).toEqual(sql.sales);
    const channels = channelsOf(sql, customerOf).map((channel) => ({
      ...channel,
      conversion: Math.round((10_000 * channel.buyers) / channel.customers) / 10_000,
    }));
    expect((await figures('channel-conversion'))['channels']).toEqual(channels);
    expect((await figures('identity'))['sources']).toMatchObject(recordsOf(sql, customerOf));
    expect(activityProblems(activity, activityOf(sql, customerOf), startedAt)).toEqual([]);
  });

  test('a wrong token, a wrong path and an unknown customer are refused', async () => {
    const { endpoints } = pipeline;
    const stranger = { ...endpoints, token: `${endpoints.token.slice(0, -4)}AAAA` };
    expect((await ask(stranger, '/v1/sources')).status).toBe(401);
    expect((await ask(endpoints, '/v1/nothing')).status).toBe(404);
    expect((await ask(endpoints, '/v1/profiles/member-card:NOBODY1')).status).toBe(404);
    expect((await ask(endpoints, '/v1/profiles/nonsense')).status).toBe(400);
  });

  test('records in any order, three times each, tell the same story as once in order', async () => {
    const { endpoints } = pipeline;
    const random = seededRandom(20_261_122);
    const shuffled = ['62', '62', '62']
      .flatMap(story)
      .map((message) => ({ message, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => message);
    await publish(endpoints, story('61'));
    await publish(endpoints, shuffled);
    const told = () => Promise.all(['61', '62'].map((tag) => story360(endpoints, tag)));
    await until(async () => {
      const [once, thrice] = await told();
      return once === thrice && String(once).includes('"pointsBalance":540');
    }, 20_000).catch(() => undefined);
    const [once, thrice] = await told();
    expect(once).toContain('"pointsBalance":540');
    expect(thrice).toBe(once);
  });

  test('what cannot be understood is set aside, and its neighbours arrive', async () => {
    const { endpoints, cloud } = pipeline;
    const before = cloud.metrics.sum('RecordsQuarantined');
    const [first, ...rest] = story('63');
    await publish(endpoints, [
      ...(first ? [first] : []),
      { key: 'poison', data: '{"data": {"card_no": ' },
      ...rest,
    ]);
    await until(
      async () => (await story360(endpoints, '63')).includes('"pointsBalance":540'),
      20_000,
    );
    expect(cloud.metrics.sum('RecordsQuarantined')).toBe(before + 1);
  });
});

describe('a pipeline that is killed', () => {
  test('goes on where it was: kill -9 of the poller and its functions, then a checked run', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tributary-killed-'));
    const args = ['--data', dataDir, '--customers', '40', '--rate', '30', '--seed', '3'];
    try {
      const first = cli(args);
      await until(async () => existsSync(join(dataDir, 'endpoints.json')), 120_000);
      await sleep(6_000);
      first.kill('SIGKILL');
      await ended(first);
      const second = cli([...args, '--once', '--seconds', '5', '--json']);
      const [, output] = await Promise.all([ended(second), textOf(second)]);
      const result = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as { problems: string[] };
      // Of so few people one couple taken for one person is a twentieth of all pairs; who is who is shown elsewhere.
      const lost = result.problems.filter((problem) => !problem.startsWith('pairwise '));
      expect(lost).toEqual([]);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

const CLI = join(import.meta.dirname, '../../../local/cli.ts');

const cli = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('close', resolve);
  });

const textOf = async (child: ChildProcess): Promise<string> => {
  let text = '';
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  return text;
};
