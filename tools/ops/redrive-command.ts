/**
 * The operator command that gives another chance to what Lambda gave up: batches of streams, and dropped files.
 * @module
 */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { makeReports, shortDigest } from '#adapters/files/drops.ts';
import { readRows } from '#adapters/files/read-rows.ts';
import { importFile } from '#application/capture/import-file.ts';
import type { RecomputeViews } from '#application/operate/ports.ts';
import { redriveFailed } from '#application/operate/redrive-failed.ts';
import { recomputeViews } from '#application/profile/maintain-views.ts';
import { tableChanges } from '../../lambdas/shared/table-changes.ts';
import type { Command } from './command.ts';
import type { Target } from './target.ts';

/** Gives what Lambda gave up another chance. */
export const redrive: Command = async (target, { discard = false }, note) => {
  const ports = {
    failed: target.objects('failed-bucket'),
    publish: target.publish(),
    recompute: recomputeOn(target),
    importFile: importOn(target),
  };
  const counts = { published: 0, recomputed: 0, imported: 0, discarded: 0, left: 0 };
  for await (const given of redriveFailed(ports, discard)) {
    counts[given.outcome] += 1;
    console.error(`${given.outcome}  ${given.records} records  ${given.note}\n  ${given.key}`);
  }
  const words = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  note(words.join(', '));
  console.log(`Failed batches: ${words.join(', ')}`);
  return counts.left === 0 ? 0 : 1;
};

const recomputeOn = (target: Target): RecomputeViews => {
  const table = target.table();
  const stores = { table, objects: target.objects('definitions-bucket') };
  const { current } = currentDefinitions(stores, Date.now);
  return async (event) => {
    const changes = tableChanges(event as unknown as DynamoDBStreamEvent);
    return (await recomputeViews({ table, clock: Date.now, definitions: current }, changes))
      .written;
  };
};

const importOn = (target: Target) => async (key: string) => {
  const drops = target.objects('drops-bucket');
  const stores = { table: target.table(), objects: target.objects('definitions-bucket') };
  return importFile(
    {
      definitions: currentDefinitions(stores, Date.now).current,
      readFile: target.readDrop(),
      readRows,
      ...makeReports(drops),
      publish: target.publish(),
      digest: shortDigest,
      clock: Date.now,
      hasTimeLeft: () => true,
    },
    key,
  );
};
