import { beforeEach, expect, test } from 'vitest';
import { readRows } from '#adapters/files/read-rows.ts';
import type { ImportPorts, ImportReport } from '#application/capture/import-file.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { aLambda, CONTEXT, metric } from '../../support/lambda.ts';
import { NOW } from '../../support/pipeline.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const definitions = someDefinitions([aSource({ source: 'mall', engine: 'files' }, [aTable()])]);

const run = async (key: string, content: string, remainingMs = 60_000) => {
  const { makeHandler } = await import('../../../lambdas/capture/import-file/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const reports: ImportReport[] = [];
  const ports: Omit<ImportPorts, 'hasTimeLeft'> = {
    definitions: async () => ({ definitions }),
    readFile: async () => ({
      modifiedAt: NOW,
      open: async function* () {
        yield new TextEncoder().encode(content);
      },
    }),
    readRows,
    readReport: async () => undefined,
    writeReport: async (_, report) => void reports.push(report),
    publish: async () => {},
    digest: () => '0'.repeat(24),
    clock: () => NOW,
  };
  const handler = makeHandler(ports, makeTelemetry('capture/import-file'));
  const event = { detail: { bucket: { name: 'drops' }, object: { key } } } as never;
  await handler(event, { ...CONTEXT, getRemainingTimeInMillis: () => remainingMs });
  return reports;
};

test('a file is imported and counted, and the log names nobody', async () => {
  const reports = await run('drops/mall/receipt/x.csv', 'receipt_no,name\n1,陳大文\n,nobody\n');
  expect(reports).toMatchObject([{ state: 'done', published: 1, rejected: 1 }]);
  expect(metric(lines, 'FileRowsPublished')).toBe(1);
  expect(metric(lines, 'FileRowsRejected')).toBe(1);
  expect(JSON.stringify(lines)).not.toContain('陳大文');
});

test('a file of which nothing can be read is counted', async () => {
  expect(await run('drops/mall/receipt/x.pdf', '')).toMatchObject([{ state: 'failed' }]);
  expect(metric(lines, 'FilesFailed')).toBe(1);
});

test('an invocation whose time is over fails, so that it comes again', async () => {
  await expect(run('drops/mall/receipt/x.csv', 'receipt_no\n1\n', 10_000)).rejects.toThrow(
    'rows are in',
  );
});
