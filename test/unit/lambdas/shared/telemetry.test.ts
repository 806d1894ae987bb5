import type { Context } from 'aws-lambda';
import { beforeEach, expect, test, vi } from 'vitest';
import { withTelemetry } from '../../../../lambdas/shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../../../lambdas/shared/telemetry.ts';

const CONTEXT = {
  functionName: 'resolve',
  awsRequestId: 'r-1',
  getRemainingTimeInMillis: () => 10_000,
} as Context;

const lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Tributary');
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'tributary');
  // In development mode Powertools writes through the console that tests can replace.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const keep = (line: string) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line));
  };
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation(keep);
  }
});

const telemetryOf = (): Telemetry => makeTelemetry('identity/resolve-identity');

test('counts are one metric line, under service and function', async () => {
  const telemetry = telemetryOf();
  const handler = withTelemetry(telemetry, async (event: { n: number }) => {
    telemetry.count('RecordsReceived', event.n);
    telemetry.count('ChangesStale', 0);
    return 'done';
  });
  expect(await handler({ n: 3 }, CONTEXT)).toBe('done');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    _aws: {
      CloudWatchMetrics: [{ Namespace: 'Tributary', Dimensions: [['service', 'function']] }],
    },
    service: 'tributary',
    function: 'identity/resolve-identity',
    RecordsReceived: 3,
    ChangesStale: 0,
  });
});

test('values of a source are one line of their own, under the source too', () => {
  const telemetry = telemetryOf();
  telemetry.observe('CommitToServableMs', 'pos', [12, 40, 7]);
  telemetry.observe('CommitToServableMs', 'erp', []);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'function', 'source']] }] },
    source: 'pos',
    CommitToServableMs: [12, 40, 7],
  });
});

test('what a handler throws is logged without its values, and thrown on', async () => {
  const telemetry = telemetryOf();
  const handler = withTelemetry(telemetry, async () => {
    telemetry.count('RecordsReceived', 1);
    throw new SyntaxError('Unexpected token in {"phone":"+85291234567"');
  });
  await expect(handler({}, CONTEXT)).rejects.toThrow(SyntaxError);
  expect(lines.map((line) => line['message'])).toEqual(['invocation failed', undefined]);
  expect(lines[0]).toMatchObject({ function_request_id: 'r-1', failure: { kind: 'SyntaxError' } });
  expect(JSON.stringify(lines)).not.toContain('85291234567');
});

test('the event is never logged', async () => {
  const telemetry = telemetryOf();
  const handler = withTelemetry(telemetry, async (_: unknown) => telemetry.log.info('done'));
  await handler({ phone: '+85291234567' }, CONTEXT);
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('85291234567');
});
