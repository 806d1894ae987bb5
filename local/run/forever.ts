/**
 * The running shop: changes go on until somebody ends it, and a line every few seconds says how it goes.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runShop } from '../sources/shop/run-shop.ts';
import { watchLoad } from './load-watch.ts';
import type { StartOptions } from './options.ts';
import type { Pipeline } from './pipeline.ts';

const REPORT_MS = 10_000;

/** Runs until the signal. */
export const runForever = async (
  pipeline: Pipeline,
  { seed, rate, dataDir }: StartOptions,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  log(`API ${pipeline.endpoints.api}; everything else in ${dataDir}/endpoints.json; Ctrl-C ends`);
  await Promise.race([watchLoad(pipeline, log), untilAborted(signal)]);
  if (signal.aborted) return;
  log(`loaded; the shop makes ${rate} changes a second`);
  let changes = 0;
  const shop = runShop({
    connect: pipeline.postgres.connection,
    truthDir: pipeline.truthDir,
    // A shop that is started again lives another day.
    seed: seed + Date.now(),
    rate,
    clock: Date.now,
    signal,
    onChange: (counts) => {
      changes += Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
  });
  while (!signal.aborted) {
    await sleep(REPORT_MS, undefined, { signal }).catch(() => undefined);
    log(statusLine(pipeline, changes));
  }
  await shop;
};

const statusLine = ({ cloud }: Pipeline, changes: number): string => {
  const applied = cloud.metrics.sum('ChangesApplied');
  const views = cloud.metrics.sum('ViewsWritten');
  const quarantined = cloud.metrics.sum('RecordsQuarantined');
  return `${changes} changes committed, ${applied} applied, ${views} views written, ${quarantined} in quarantine`;
};

const untilAborted = async (signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) await sleep(100);
};
