/**
 * Redrive: gives the batches that a reader gave up another chance, once the cause is gone.
 *
 * Changes go back on the stream, where every reader sees them again; versions make that harmless. Table changes cannot be
 * put back on a table's stream, and need not be: summaries are computed from what the table holds now. A dropped file is
 * imported here, where there is no limit of time; it goes on where its report says.
 * @module
 */
import type { ImportReport } from '#application/capture/import-file.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import { type FailedBatch, readFailedBatch } from './failed-batch.ts';
import type { Publish, RecomputeViews } from './ports.ts';

/** What a redrive needs. */
export interface RedrivePorts {
  readonly failed: ObjectStore;
  readonly publish: Publish;
  readonly recompute: RecomputeViews;
  /** Imports a dropped file; `undefined` when nothing of it is left to import. */
  readonly importFile: (key: string) => Promise<ImportReport | undefined>;
}

/** What became of one failed batch. */
export interface Redriven {
  readonly key: string;
  /** `left`: it stays where it is, for the reason in `note`. */
  readonly outcome: 'published' | 'recomputed' | 'imported' | 'discarded' | 'left';
  /** Records in the batch, or rows of the file; 0 when it cannot be read. */
  readonly records: number;
  readonly note: string;
}

/** Where Lambda puts its objects. */
const FAILED_PREFIX = 'aws/lambda/';

/**
 * Redrives every failed batch that is there when it begins, and deletes each once it is taken over. Safe to repeat.
 * @param discardTableChanges deletes batches of the table's stream instead of recomputing the customers they touch
 * @throws what the publisher or the store throws; then that batch and those after it are as they were
 */
export async function* redriveFailed(
  ports: RedrivePorts,
  discardTableChanges = false,
): AsyncGenerator<Redriven> {
  const keys = await Array.fromAsync(ports.failed.list(FAILED_PREFIX));
  for (const key of keys) {
    const bytes = await ports.failed.get(key);
    if (bytes === undefined) continue;
    const batch = readFailedBatch(bytes);
    if (!batch.ok) {
      yield { key, outcome: 'left', records: 0, note: batch.error };
      continue;
    }
    const outcome = await takeOver(ports, batch.value, discardTableChanges);
    await ports.failed.delete(key);
    yield { key, ...outcome };
  }
}

const takeOver = async (
  { publish, recompute, importFile }: RedrivePorts,
  batch: FailedBatch,
  discardTableChanges: boolean,
): Promise<Omit<Redriven, 'key'>> => {
  const note = `${batch.condition} of ${batch.reader}`;
  if (batch.stream === 'changes') {
    await publish(batch.messages);
    return { outcome: 'published', records: batch.messages.length, note };
  }
  if (batch.stream === 'files') {
    const report = await importFile(batch.file);
    const state = report?.state ?? 'nothing left to import';
    return {
      outcome: 'imported',
      records: report?.published ?? 0,
      note: `${batch.file}: ${state}`,
    };
  }
  const { records, event } = batch;
  if (discardTableChanges) return { outcome: 'discarded', records, note };
  const views = await recompute(event);
  return { outcome: 'recomputed', records, note: `${note}, ${views} summaries` };
};
