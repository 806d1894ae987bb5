/**
 * operate/erase-customers: goes on with the erasures that were asked for, a part in each invocation, until each is done.
 *
 * A rotation of the pepper keeps them waiting, so this also tells for how long one has stood still.
 * @module
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeQuarantineShelf } from '#adapters/quarantine/quarantine-shelf.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { continueErasure } from '#application/operate/erase/erase-customer.ts';
import type { ErasePorts } from '#application/operate/erase/ports.ts';
import { isRekeying, standstillOf } from '#application/operate/rekey/rekey.ts';
import { makeErasedRows } from '#application/shared/erased-rows.ts';
import { type Erasure, runningErasures } from '#application/shared/erasures.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import {
  bindDefinitions,
  bindMark,
  bindMinter,
  bindPseudonymiser,
  bindTable,
  boundForAWhile,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

/** An erasure should be done within a day; one that is not needs a person. */
const OVERDUE_MS = 24 * 3_600_000;

/** Makes the handler on given ports. An erasure that fails does not keep the others waiting. */
export const makeHandler = (
  ports: () => Promise<ErasePorts>,
  reserveMs: number,
  telemetry: Telemetry,
) =>
  withTelemetry(telemetry, async (_event: ScheduledEvent, context: Context): Promise<void> => {
    const bound = await ports();
    telemetry.count('RekeyStoodMinutes', Math.floor((await standstillOf(bound)) / 60_000));
    if (await isRekeying(bound.table)) return telemetry.log.info('the pepper is being rotated');
    const { erasures, failures } = await goOn(bound, hasTimeLeft(context, reserveMs), telemetry);
    tell(telemetry, bound.clock(), erasures);
    if (failures.length > 0) throw failures[0];
  });

const goOn = async (ports: ErasePorts, mayGoOn: () => boolean, { log }: Telemetry) => {
  const erasures: Erasure[] = [];
  const failures: unknown[] = [];
  for (const id of await runningErasures(ports.table)) {
    try {
      const erasure = await continueErasure(ports, id, { mayGoOn });
      if (erasure) erasures.push(erasure);
    } catch (error) {
      failures.push(error);
      log.error('an erasure could not go on', error, { object: id });
    }
  }
  return { erasures, failures };
};

const tell = ({ count, log }: Telemetry, now: number, erasures: readonly Erasure[]): void => {
  const isOverdue = ({ step, requestedAt }: Erasure) =>
    step !== 'done' && now - requestedAt > OVERDUE_MS;
  count('ErasuresDone', erasures.filter(({ step }) => step === 'done').length);
  count('ErasuresOverdue', erasures.filter(isOverdue).length);
  for (const { id, step } of erasures) log.info('erasure', { object: id, status: step });
};

const env = readEnvironment(
  'ARCHIVE_BUCKET',
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'DROPS_BUCKET',
  'ERASURE_KEY_SECRET_ARN',
  'FAILED_BUCKET',
  'FUNCTION_ID',
  'ONE_ID_KEY_SECRET_ARN',
  'PEPPER_SECRET_ARN',
  'QUARANTINE_BUCKET',
  'RIGHTS_BUCKET',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Longer than a reader of the change stream may take for a batch, its window included. */
const SETTLE_MS = 90_000;

const client = makeS3Client();

const productionPorts = boundForAWhile(async (): Promise<ErasePorts> => {
  const bucket = (name: string) => new S3ObjectStore(client, name);
  const mark = await bindMark(env.ERASURE_KEY_SECRET_ARN);
  return {
    table,
    definitions: current,
    pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN, env.ONE_ID_KEY_SECRET_ARN),
    mint: await bindMinter(env.ONE_ID_KEY_SECRET_ARN),
    mark,
    erasedRows: makeErasedRows({ table, mark, clock: wallClock }),
    audit: bindTable(env.AUDIT_TABLE_NAME),
    archive: bucket(env.ARCHIVE_BUCKET),
    quarantine: makeQuarantineShelf(bucket(env.QUARANTINE_BUCKET), table),
    failed: bucket(env.FAILED_BUCKET),
    drops: bucket(env.DROPS_BUCKET),
    rights: bucket(env.RIGHTS_BUCKET),
    compression: gzipCompression,
    hash: sha256,
    clock: wallClock,
    random: Math.random,
    sleep,
    settleMs: SETTLE_MS,
  };
});

/** Bound to every store. */
export const handler = makeHandler(productionPorts, 60_000, makeTelemetry(env.FUNCTION_ID));
