import type { KinesisStreamEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ResolvePorts } from '#application/identity/resolve-batch.ts';
import { dmsControlText, dmsText } from '../../support/builders/dms-record.ts';
import { type Call, interposed } from '../../support/interposed-table.ts';
import { aLambda, CONTEXT, metric } from '../../support/lambda.ts';
import { aPipeline } from '../../support/pipeline.ts';

const PHONE = '91234567';

const receipt = (no: string, more: object = {}) =>
  dmsText({
    data: {
      receipt_no: no,
      card_no: `70010020${no}`,
      mobile: PHONE,
      market: 'HK',
      amt: '5',
      ccy: 'HKD',
    },
    ...more,
  });

const eventOf = (...texts: readonly string[]) =>
  ({
    Records: texts.map((text, index) => ({
      eventID: `shardId-000000000000:${index + 1}`,
      kinesis: {
        data: Buffer.from(text).toString('base64'),
        partitionKey: 'k',
        sequenceNumber: String(index + 1),
        approximateArrivalTimestamp: 1_795_332_567.483,
      },
    })),
  }) as unknown as KinesisStreamEvent;

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

/** A commit of the identity graph writes a scope, by itself or in a transaction. */
const commitsScope = (call: Call): boolean =>
  (call.name === 'writeAll' || call.name === 'transact') &&
  JSON.stringify(call.args).includes('"SCOPE"');

const handlerOn = async (ports: ResolvePorts) => {
  const { makeHandler } = await import('../../../lambdas/identity/resolve-identity/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  return makeHandler(async () => ports, makeTelemetry('identity/resolve-identity'));
};

describe('a batch', () => {
  test('that was applied is acknowledged, and counted', async () => {
    const { ports, table } = aPipeline();
    const handler = await handlerOn(ports);
    const event = eventOf(receipt('1'), dmsControlText('drop-table'), 'poison', receipt('2'));
    expect(await handler(event, CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(table.dump().filter(({ sk }) => sk === 'ROW')).toHaveLength(2);
    const counts = [
      'RecordsReceived',
      'RecordsIgnored',
      'RecordsQuarantined',
      'ChangesApplied',
      'ChangesStale',
      'IdentityConflicts',
    ];
    expect(counts.map((name) => metric(lines, name))).toEqual([4, 1, 1, 2, 0, 0]);
    expect(lines.find((line) => 'SourceLagMs' in line)).toMatchObject({
      source: 'pos',
      SourceLagMs: expect.any(Number),
    });
  });

  test('with defects counts them by source and rule', async () => {
    const handler = await handlerOn(aPipeline().ports);
    const bad = dmsText({ data: { receipt_no: '1', card_no: 'NULL', amt: '1', ccy: 'HKD' } });
    await handler(eventOf(bad), CONTEXT);
    expect(lines.find((line) => 'QualityDefects' in line)).toMatchObject({
      source: 'pos',
      rule: 'not-an-identifier',
      QualityDefects: 1,
    });
    expect(metric(lines, 'RowsDefective')).toBe(1);
  });

  test('with a row that failed names its record, and no other', async () => {
    const { ports } = aPipeline();
    const failing = interposed(ports.table, commitsScope, () =>
      Promise.reject(new Error(`about ${PHONE}`)),
    );
    const handler = await handlerOn({ ...ports, table: failing });
    const noted = dmsText({ data: { receipt_no: '9', amt: '5', ccy: 'HKD' } });
    expect(await handler(eventOf(noted, receipt('1'), noted), CONTEXT)).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }],
    });
    expect(lines.some((line) => line['message'] === 'rows failed and will be repeated')).toBe(true);
  });

  test('whose records carry one row names all of them when it fails', async () => {
    const { ports } = aPipeline();
    const failing = interposed(ports.table, commitsScope, () => Promise.reject(new Error('no')));
    const handler = await handlerOn({ ...ports, table: failing });
    const { batchItemFailures } = await handler(
      eventOf(receipt('1'), receipt('1', { record: 2 })),
      CONTEXT,
    );
    expect(batchItemFailures).toEqual([{ itemIdentifier: '1' }, { itemIdentifier: '2' }]);
  });

  test('that cannot be read at all fails as a whole', async () => {
    const { ports } = aPipeline();
    const failing = interposed(
      ports.table,
      (call) => call.name === 'getAll',
      () => Promise.reject(new Error('no table')),
    );
    const handler = await handlerOn({ ...ports, table: failing });
    await expect(handler(eventOf(receipt('1')), CONTEXT)).rejects.toThrow('no table');
    expect(lines.some((line) => line['message'] === 'invocation failed')).toBe(true);
  });

  test('without definitions fails as a whole', async () => {
    const { ports } = aPipeline({ definitions: () => Promise.reject(new Error('not published')) });
    const handler = await handlerOn(ports);
    await expect(handler(eventOf(receipt('1')), CONTEXT)).rejects.toThrow('not published');
  });

  test('leaves no personal value in any line', async () => {
    const { ports } = aPipeline();
    const failing = interposed(
      ports.table,
      (call) => call.name === 'transact',
      () => Promise.reject(new Error(`about ${PHONE}`)),
    );
    const handler = await handlerOn({ ...ports, table: failing });
    await handler(eventOf(receipt('1'), `{"phone":${PHONE}`, dmsText({ source: PHONE })), CONTEXT);
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toContain(PHONE);
    expect(JSON.stringify(lines)).not.toContain('700100201');
  });
});
