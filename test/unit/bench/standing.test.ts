import { expect, test } from 'vitest';
import { standingLines, standingSections } from '../../../bench/costs/standing.ts';
import { tableOfSections } from '../../../bench/print.ts';
import type { TemplateResource } from '../../../local/cloud/template/types.ts';

test('what is billed by the month is counted in the units that are billed', () => {
  const lines = standingLines(
    [
      ['AWS::DMS::ReplicationConfig', { ComputeConfig: { MinCapacityUnits: 2, MultiAZ: true } }],
      ['AWS::DMS::ReplicationConfig', { ComputeConfig: { MinCapacityUnits: 1, MultiAZ: false } }],
      ['AWS::EC2::VPCEndpoint', { SubnetIds: ['a', 'b'] }],
      ['AWS::EC2::VPCEndpoint', { RouteTableIds: ['a'] }],
      ['AWS::CloudWatch::Alarm', { MetricName: 'Errors' }],
      [
        'AWS::CloudWatch::Alarm',
        { Metrics: [{ Expression: 'a / b' }, { MetricStat: {} }, { MetricStat: {} }] },
      ],
      ['AWS::DynamoDB::Table', { BillingMode: 'PAY_PER_REQUEST' }],
    ].map(([Type, Properties]) => ({ Type, Properties }) as TemplateResource),
  );
  expect(lines.map(({ what, count }) => [what, count])).toEqual([
    ['DMS, one zone', 1],
    ['DMS, several zones', 2],
    ['interface endpoints', 2],
    ['alarms', 3],
  ]);
  const table = tableOfSections(standingSections([{ environment: 'dev', lines }]));
  expect(table).toContain('environment dev');
  expect(table).toMatch(/all together +334 USD/);
  expect(table).not.toContain('budgets');
});
