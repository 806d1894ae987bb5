import { expect, test } from 'vitest';
import { samplesIn } from '../../../../local/cloud/functions/emf.ts';
import { Metrics } from '../../../../local/cloud/functions/metrics.ts';

const line = (members: object) =>
  JSON.stringify({
    _aws: {
      Timestamp: 0,
      CloudWatchMetrics: [
        {
          Namespace: 'Tributary',
          Dimensions: [['service', 'function']],
          Metrics: [{ Name: 'ChangesApplied', Unit: 'Count' }, { Name: 'CommitToServableMs' }],
        },
      ],
    },
    service: 'tributary',
    function: 'profile/maintain-view',
    ...members,
  });

test('a metric line gives a sample per value', () => {
  const dimensions = { service: 'tributary', function: 'profile/maintain-view' };
  expect(samplesIn(line({ ChangesApplied: 3, CommitToServableMs: [10, 20] }))).toEqual([
    { namespace: 'Tributary', name: 'ChangesApplied', dimensions, value: 3 },
    { namespace: 'Tributary', name: 'CommitToServableMs', dimensions, value: 10 },
    { namespace: 'Tributary', name: 'CommitToServableMs', dimensions, value: 20 },
  ]);
});

test.each([
  ['plain text', 'hello "_aws"'],
  ['a log line', '{"level":"INFO","message":"hello"}'],
  ['broken JSON', '{"_aws":'],
  ['a header without directives', '{"_aws":{}}'],
])('%s gives none', (_, text) => {
  expect(samplesIn(text)).toEqual([]);
});

test('sums, counts and percentiles go over all series that have the dimensions', () => {
  const metrics = new Metrics();
  for (const [source, value] of [
    ['erp', 1],
    ['erp', 3],
    ['pos', 10],
  ] as const)
    metrics.record({ namespace: 'T', name: 'Lag', dimensions: { source }, value });
  expect([
    metrics.sum('Lag'),
    metrics.sum('Lag', { source: 'erp' }),
    metrics.count('Lag', { source: 'erp' }),
    metrics.percentile('Lag', 50),
    metrics.percentile('Lag', 100),
    metrics.percentile('Lag', 50, { source: 'shop' }),
  ]).toEqual([14, 4, 2, 3, 10, undefined]);
});
