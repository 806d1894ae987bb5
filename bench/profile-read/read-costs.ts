/**
 * Profile reads on the local cloud: what follows what, and how long it takes at 100 requests a second.
 *
 * The whole of it runs, gateway, authorizer, function and engine, with a small shop loaded. A bare GetItem through the
 * same engine is the floor; a PostgreSQL query for the same customer's figures, kept by triggers, is the peer. The three
 * take turns.
 * @module
 */
import { rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import pg from 'pg';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { toKey } from '#adapters/dynamodb/marshal.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
import { watchLoad } from '../../local/run/load-watch.ts';
import { LOCAL_CREDENTIALS, type Pipeline, startPipeline } from '../../local/run/pipeline.ts';
import { BATCH, CountedPipeline, resolvePortsOn } from '../costs/counted-pipeline.ts';
import { RoundsTable } from '../costs/rounds.ts';
import { landingBatch } from '../peer-postgres-trigger/landing.ts';
import { TriggerPeer } from '../peer-postgres-trigger/trigger-peer.ts';
import { batchesOf, retailWorkload, WORKLOAD_START } from '../workload/retail-workload.ts';
import {
  type AnswerTime,
  type AnswerTimes,
  percentilesOf,
  RefusalError,
  sendAtRate,
} from './open-loop.ts';

/** What a read takes. */
export interface ReadCosts {
  readonly rounds: ReadRounds;
  readonly perSecond: number;
  readonly api: AnswerTimes;
  readonly floor: AnswerTimes;
  readonly peer: AnswerTimes;
}

/** Requests to the table that follow each other, by a member card, over all members of a shop. */
export interface ReadRounds {
  readonly members: number;
  readonly most: number;
  /** Members whose card's claim names an id that redirects now, as customers have merged since. */
  readonly redirected: number;
  readonly mostRedirected: number;
}

const PER_SECOND = 100;
const WARM_UP_SECONDS = 6;
const TURNS = 3;

/** Measures; `seconds` for each of the three in all. */
export const measureReads = async (
  dataDir: string,
  customers: number,
  seconds: number,
  say: (line: string) => void,
): Promise<ReadCosts> => {
  const rounds = await countReadRounds(customers);
  say('reads: starting the local cloud with a small shop');
  const pipeline = await startPipeline(
    {
      customers,
      rate: 1,
      seed: 1,
      seconds: 1,
      dataDir,
      definitionsDir: new URL('../../definitions', import.meta.url).pathname,
      reset: true,
      once: true,
      json: true,
    },
    () => undefined,
    new AbortController().signal,
  );
  try {
    await watchLoad(pipeline, () => undefined);
    say('reads: 100 a second from the API, the engine and the peer in turns');
    return {
      rounds,
      perSecond: PER_SECOND,
      ...(await timeReads(pipeline, customers, seconds)),
    };
  } finally {
    await pipeline.stop();
    rmSync(pipeline.postgres.home, { recursive: true, force: true });
  }
};

/** Reads every member by their card from the counting store. */
const countReadRounds = async (customers: number): Promise<ReadRounds> => {
  let rounds: RoundsTable | undefined;
  const pipeline = new CountedPipeline({
    through: (memory, meter) => {
      rounds = new RoundsTable(memory, meter);
      return rounds;
    },
  });
  const cards: string[] = [];
  for (const batch of batchesOf(retailWorkload(workload(customers)), BATCH)) {
    await pipeline.take(batch.map(({ record }) => record));
    for (const { record } of batch) cards.push(...cardOf(record.partitionKey));
  }
  const ports = {
    ...resolvePortsOn(pipeline.table, pipeline.definitions),
    clock: () => WORKLOAD_START,
    pseudonymise: makePseudonymiser('a pepper for measuring, and for nothing else'),
  };
  const [direct, redirected]: [number[], number[]] = [[], []];
  for (const card of new Set(cards)) {
    must(rounds, 'table in rounds').takeRounds();
    let named: OneId | undefined;
    const onCustomer = (id: OneId): void => {
      named ??= id;
    };
    const found = await getProfile({ ...ports, onCustomer }, `member-card:${card}`);
    const taken = must(rounds, 'table in rounds').takeRounds();
    // A card of several customers is looked into further before the answer is a conflict.
    if (found.ok) (found.value.customerId === named ? direct : redirected).push(taken);
  }
  return {
    members: direct.length + redirected.length,
    most: Math.max(...direct),
    redirected: redirected.length,
    mostRedirected: Math.max(0, ...redirected),
  };
};

const workload = (customers: number) => ({ seed: 1, customers, dayChanges: 0 });

const cardOf = (row: string): readonly string[] =>
  row.startsWith('member.member.') ? [row.slice('member.member.'.length)] : [];

const timeReads = async (pipeline: Pipeline, customers: number, seconds: number) => {
  const readers = await openReaders(pipeline, customers);
  const times: Record<(typeof NAMES)[number], AnswerTime[]> = { api: [], floor: [], peer: [] };
  try {
    // The first seconds of each wake connections, execution environments and compilers, and are not counted. They come at
    // the measured rate: at a lower one, the environments that it takes do not start.
    for (const name of NAMES) await sendAtRate(PER_SECOND, WARM_UP_SECONDS, readers[name]);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const name of NAMES) {
        times[name].push(...(await sendAtRate(PER_SECOND, seconds / TURNS, readers[name])));
      }
    }
  } finally {
    await readers.close();
  }
  return {
    api: percentilesOf(times.api),
    floor: percentilesOf(times.floor),
    peer: percentilesOf(times.peer),
  };
};

const NAMES = ['api', 'floor', 'peer'] as const;

/** One way to read for each of the three; each takes the next member in turn. */
const openReaders = async (pipeline: Pipeline, customers: number) => {
  const agent = new Agent({ keepAlive: true });
  const { dynamodb, region } = pipeline.endpoints;
  const client = makeDynamoClient({
    endpoint: dynamodb.endpoint,
    region,
    credentials: LOCAL_CREDENTIALS,
  });
  const peer = await filledPeer(pipeline, customers);
  const answers = await answeringCards(pipeline, agent);
  const at = (index: number) => must(answers[index % answers.length], 'member that is answered');
  return {
    api: async (index: number) => {
      const { status } = await fetchProfile(pipeline, agent, at(index).card);
      if (status !== 200) throw new RefusalError(`the API answered ${status}`);
    },
    floor: async (index: number) => {
      const Key = toKey({ pk: `C#${at(index).customerId}`, sk: 'SUMMARY' });
      await client.send(
        new GetItemCommand({ TableName: dynamodb.table, Key, ConsistentRead: true }),
      );
    },
    peer: async (index: number) => {
      await peer.read(`member-card::${at(index).card}`);
    },
    close: async () => {
      agent.destroy();
      client.destroy();
      await peer.close();
    },
  };
};

const filledPeer = async (pipeline: Pipeline, customers: number): Promise<TriggerPeer> => {
  const { definitions } = new CountedPipeline().definitions;
  const peer = await TriggerPeer.open(pipeline.postgres.connection('erp'));
  for (const batch of batchesOf(retailWorkload(workload(customers)), BATCH)) {
    await peer.apply(landingBatch(definitions, batch));
  }
  return peer;
};

interface Member {
  readonly card: string;
  readonly customerId: string;
}

/** Members whose card names one customer; a shared card is answered with a conflict. */
const answeringCards = async (pipeline: Pipeline, agent: Agent): Promise<readonly Member[]> => {
  const client = new pg.Client(pipeline.postgres.connection('member'));
  await client.connect();
  const { rows } = await client.query<{ card_no: string }>('SELECT card_no FROM member ORDER BY 1');
  await client.end();
  const members: Member[] = [];
  for (const { card_no: card } of rows) {
    const { status, body } = await fetchProfile(pipeline, agent, card);
    if (status !== 200) continue;
    members.push({ card, customerId: (JSON.parse(body) as { customerId: string }).customerId });
  }
  return members;
};

const fetchProfile = (
  { endpoints }: Pipeline,
  agent: Agent,
  card: string,
): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const url = `${endpoints.api}/v1/profiles/member-card:${card}`;
    const headers = { authorization: `Bearer ${endpoints.token}` };
    get(url, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    }).on('error', reject);
  });
