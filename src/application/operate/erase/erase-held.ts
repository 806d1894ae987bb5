/**
 * Erase what is held: input that waits for somebody, in quarantine, in the failed bucket and in dropped files.
 *
 * A failed batch is written anew without the customer's records. A dropped file is taken away whole: the archive has its
 * rows, and a file with other bytes would be imported once more. Each look does so many objects and says how far it is:
 * nobody can say how many there are, or how large.
 * @module
 */
import { DROPS, type ImportReport, reportKey } from '#application/capture/import-file.ts';
import { type ThinnedBatch, thinFailedBatch } from '#application/operate/failed-batch.ts';
import { isJsonObject, type JsonObject } from '#domain/shared/json.ts';
import { logObject } from './log.ts';
import { nextOf, type Part, partOf } from './parts.ts';
import type { ErasurePlan } from './plan.ts';
import type { ErasePorts } from './ports.ts';
import { type Judge, makeJudge } from './theirs.ts';

/** Where Lambda puts its objects. */
const FAILED_PREFIX = 'aws/lambda/';

/** Records of the quarantine looked at in one go: a few KB each. */
const RECORDS = 200;
/** Failed batches or dropped files looked at in one go: megabytes each. */
const OBJECTS = 20;

/** Takes something of a customer out of the next objects of one place. Safe to repeat. */
export type EraseHeld = (
  ports: ErasePorts,
  id: string,
  plan: ErasurePlan,
  after: string | undefined,
) => Promise<Part>;

const judgeOf = async (ports: ErasePorts, plan: ErasurePlan): Promise<Judge> => {
  const { definitions } = await ports.definitions();
  return makeJudge({ definitions, pseudonymise: ports.pseudonymise }, plan);
};

/** Takes the customer's records out of quarantine. */
export const eraseFromQuarantine: EraseHeld = async (ports, id, plan, after) => {
  const judge = await judgeOf(ports, plan);
  const entries = await nextOf(ports.quarantine.list(after), RECORDS);
  for (const entry of entries) {
    const bytes = await ports.quarantine.bytes(entry);
    if (!bytes || !judge(bytes).theirs) continue;
    const change = { object: entry.object, records: 1, outcome: 'deleted' } as const;
    await logObject(ports.table, id, { store: 'quarantine', ...change });
    await ports.quarantine.remove(entry);
  }
  return partOf(
    entries.map(({ place }) => place),
    RECORDS,
  );
};

/** Takes the customer's records out of failed batches. */
export const eraseFromFailed: EraseHeld = async (ports, id, plan, after) => {
  const judge = await judgeOf(ports, plan);
  const ofItems = itemJudge(plan);
  const isLeftOut = (record: JsonObject) => ofItems(record) || judge(dataOf(record)).theirs;
  const objects = await nextOf(ports.failed.list(FAILED_PREFIX, after), OBJECTS);
  for (const object of objects) {
    const bytes = await ports.failed.get(object);
    const thinned = bytes && (thinFailedBatch(bytes, isLeftOut) ?? wholeIf(judge(bytes).theirs));
    if (thinned && thinned.removed > 0) await putThinned(ports, id, object, thinned);
  }
  return partOf(objects, OBJECTS);
};

const putThinned = async (
  { table, failed }: ErasePorts,
  id: string,
  object: string,
  { bytes, removed }: ThinnedBatch,
): Promise<void> => {
  const outcome = bytes ? 'rewritten' : 'deleted';
  await logObject(table, id, { store: 'failed batches', object, records: removed, outcome });
  if (bytes) await failed.put(object, bytes, 'application/json');
  else await failed.delete(object);
  await failed.forget(object);
};

const wholeIf = (theirs: boolean): ThinnedBatch => ({
  removed: theirs ? 1 : 0,
});

/** The data of a record of the change stream; of the table's stream the record as a whole. */
const dataOf = (record: JsonObject): Uint8Array => {
  const { kinesis } = record;
  return isJsonObject(kinesis) && typeof kinesis['data'] === 'string'
    ? new Uint8Array(Buffer.from(kinesis['data'], 'base64'))
    : new TextEncoder().encode(JSON.stringify(record));
};

/** Whether a record of the table's stream is of one of the customer's items. */
const itemJudge = ({ items, ids, units }: ErasurePlan): ((record: JsonObject) => boolean) => {
  const partitions = new Set([
    ...items.map(({ pk }) => pk),
    ...ids.map((id) => `C#${id}`),
    ...units.map((unit) => `U#${unit}`),
  ]);
  return ({ dynamodb }) => {
    const keys = isJsonObject(dynamodb) ? dynamodb['Keys'] : undefined;
    const pk = isJsonObject(keys) ? keys['pk'] : undefined;
    return isJsonObject(pk) && partitions.has(String(pk['S']));
  };
};

/** Takes dropped files away that name the customer, once they are imported. */
export const eraseFromDrops: EraseHeld = async (ports, id, plan, after) => {
  const judge = await judgeOf(ports, plan);
  const objects = await nextOf(ports.drops.list(DROPS, after), OBJECTS);
  for (const object of objects) {
    const bytes = await ports.drops.get(object);
    const verdict = bytes && judge(await unpacked(ports, object, bytes));
    if (verdict?.theirs) await takeAway(ports, id, object);
  }
  return partOf(objects, OBJECTS);
};

const takeAway = async (ports: ErasePorts, id: string, object: string): Promise<void> => {
  const done = await isImported(ports, object);
  const change = { object, records: 1, outcome: done ? 'deleted' : 'kept' } as const;
  await logObject(ports.table, id, { store: 'dropped files', ...change });
  if (!done) return;
  await ports.drops.delete(object);
  await ports.drops.forget(object);
};

/** A file that is not packed as its name says is searched as it is. */
const unpacked = async (
  { compression }: ErasePorts,
  object: string,
  bytes: Uint8Array,
): Promise<Uint8Array> =>
  object.endsWith('.gz') ? compression.unpack(bytes).catch(() => bytes) : bytes;

const isImported = async ({ drops }: ErasePorts, object: string): Promise<boolean> => {
  const bytes = await drops.get(reportKey(object));
  const report = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as ImportReport);
  return report !== undefined && report.state !== 'running';
};
