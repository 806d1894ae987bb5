/**
 * Load watch: waits until the load has gone through the pipeline, and times it.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fetchProfile } from './api.ts';
import type { Pipeline } from './pipeline.ts';

/** How the load went. */
export interface LoadTimes {
  readonly rowsLoaded: number;
  /** From the start of capture until every loaded row was resolved and its view written. */
  readonly seconds: number;
  /** From the start of capture until the API answered with a profile. */
  readonly firstProfileSeconds: number;
}

const STEP_MS = 50;
/** No function worked for this long: the load is through. */
const QUIET_MS = 3_000;
const REPORT_MS = 5_000;

/** Waits for the load, and says every few seconds how far it is. */
export const watchLoad = async (
  pipeline: Pipeline,
  log: (line: string) => void,
): Promise<LoadTimes> => {
  const first = firstProfile(pipeline);
  const busyUntil = await untilQuiet(pipeline, log);
  const since = (instant: number) => (instant - pipeline.loadStartedAt) / 1000;
  return {
    rowsLoaded: rowsLoaded(pipeline),
    seconds: since(busyUntil),
    firstProfileSeconds: since(await first),
  };
};

const untilQuiet = async (pipeline: Pipeline, log: (line: string) => void): Promise<number> => {
  let loaded = false;
  void pipeline.capture.loaded().then(() => {
    loaded = true;
  });
  let [work, changedAt, reportedAt] = [-1, Date.now(), Date.now()];
  while (!loaded || !isThrough(pipeline) || Date.now() - changedAt < QUIET_MS) {
    const now = workDone(pipeline);
    if (now !== work) [work, changedAt] = [now, Date.now()];
    if (Date.now() - reportedAt > REPORT_MS) {
      reportedAt = Date.now();
      log(
        `load: ${resolved(pipeline)} records resolved, ${pipeline.history.rows} rows in the sources`,
      );
    }
    await sleep(STEP_MS);
  }
  return changedAt;
};

// Everything that a record can come to, in the resolver's own counts.
const isThrough = (pipeline: Pipeline): boolean => resolved(pipeline) >= rowsLoaded(pipeline);

const rowsLoaded = ({ capture }: Pipeline): number =>
  Object.values(capture.progress()).reduce((sum, source) => sum + source.rowsLoaded, 0);

const resolved = ({ cloud }: Pipeline): number =>
  cloud.metrics.sum('RecordsReceived', { function: 'identity/resolve-identity' });

// Bookkeeping and heartbeats go on for ever; what they do not cause is applied changes and written views.
const workDone = ({ cloud }: Pipeline): number =>
  cloud.metrics.sum('ChangesApplied') + cloud.metrics.sum('ViewsWritten');

const firstProfile = async ({ postgres, endpoints }: Pipeline): Promise<number> => {
  const client = new pg.Client(postgres.connection('member'));
  await client.connect();
  const { rows } = await client.query<{ card_no: string }>(
    'SELECT card_no FROM member WHERE card_no IS NOT NULL LIMIT 20',
  );
  await client.end();
  for (;;) {
    for (const { card_no: card } of rows) {
      if (await fetchProfile(endpoints, `member-card:${card}`)) return Date.now();
    }
    await sleep(STEP_MS);
  }
};
