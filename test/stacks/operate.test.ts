/**
 * Operate: every alarm can be acted on, and nothing that matters is without one.
 * @module
 */
import { describe, expect, test } from 'vitest';
import { readCaptureSources } from '../../lib/config/capture-sources.ts';
import { FUNCTION_IDS } from '../../lib/config/function-ids.ts';
import { runbookHeadings, runbookLink } from '../../lib/config/runbook.ts';
import { resourcesOf, synthesize } from './synthesized.ts';

const { app, templates } = synthesize();
const { Operate } = templates;
const alarms = resourcesOf(Operate, 'AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({
  id,
  description: String(Properties['AlarmDescription']),
  properties: Properties,
}));
const anchor = (heading: string) => runbookLink('', heading);

describe('every alarm', () => {
  test.each(alarms)('$id links a heading of the runbook', ({ description }) => {
    const link = description.match(
      /^\[(page|ticket)\] .+\. Runbook: docs\/operate\/runbook\.md(#[a-z-]+)$/,
    );
    expect(runbookHeadings().map(anchor)).toContain(link?.[2]);
  });

  test.each(alarms)('$id says what missing data means, and is sent somewhere', ({ properties }) => {
    expect(properties).toMatchObject({
      TreatMissingData: expect.stringMatching(/^(breaching|notBreaching)$/),
      AlarmActions: [{ Ref: expect.any(String) }],
      OKActions: [{ Ref: expect.any(String) }],
      DatapointsToAlarm: expect.any(Number),
    });
  });
});

describe('nothing is unwatched', () => {
  const sources = readCaptureSources(app.node).map(({ source }) => source);

  test.each(FUNCTION_IDS)('%s has alarms for errors, throttles and duration', (id) => {
    const own = alarms.filter(({ description }) => description.includes(` ${id} `));
    for (const heading of ['Function errors', 'Function throttles', 'Function duration']) {
      expect(own.filter((alarm) => alarm.description.endsWith(anchor(heading)))).toHaveLength(1);
    }
  });

  test.each([
    ['Freshness', sources.length],
    ['Silence', sources.length],
    ['DMS latency', 2 * sources.length],
    ['Iterator age', 4],
    ['Failed objects', 2],
    ['Files failed', 1],
    ['File rows rejected', 1],
    ['Events rejected', 1],
    ['Data quality', 1],
    ['Quarantine', 1],
    ['Table throttles', 2],
    ['Table system errors', 2],
    ['Stream throttles', 1],
    ['Write cost', 1],
    ['Log cost', 1],
    ['API server errors', 1],
    ['API latency', 1],
    ['Audit failures', 1],
    ['Bulk reads', 1],
    ['View differences', 1],
    ['Reconciliation silence', 1],
    ['Erasures overdue', 1],
    ['Extracts failed', 1],
    ['Rekey stands still', 1],
    ['Schedule silence', 5],
  ])('%s has %i alarms', (heading, count) => {
    const own = alarms.filter(({ description }) => description.endsWith(anchor(heading)));
    expect(own).toHaveLength(count);
  });

  test.each(sources)('freshness and silence of %s read what the functions write', (source) => {
    const dimensions = (functionId: string) => [
      { Name: 'function', Value: functionId },
      { Name: 'service', Value: 'tributary' },
      { Name: 'source', Value: source },
    ];
    const own = alarms.filter(({ description }) => description.includes(` ${source} `));
    const metrics = JSON.stringify(own.map(({ properties }) => properties['Metrics']));
    for (const [name, functionId] of [
      ['CommitToServableMs', 'profile/maintain-view'],
      ['SourceLagMs', 'identity/resolve-identity'],
    ] as const) {
      const dims = JSON.stringify(dimensions(functionId));
      expect(metrics).toContain(
        `"Dimensions":${dims},"MetricName":"${name}","Namespace":"Tributary"`,
      );
    }
  });

  test('errors of DynamoDB are counted for every operation that functions may ask, of both tables', () => {
    const own = alarms.filter(({ description }) =>
      description.endsWith(anchor('Table system errors')),
    );
    const tables = own.map(({ properties }) => {
      const metrics = JSON.stringify(properties['Metrics']);
      const counted = [...metrics.matchAll(/"Name":"Operation","Value":"(\w+)"/g)];
      expect(counted.map(([, operation]) => operation).sort()).toEqual([
        ...['BatchExecuteStatement', 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem'],
        ...['Query', 'Scan', 'TransactWriteItems', 'UpdateItem'],
      ]);
      return /Customer360|Audit/.exec(metrics)?.[0];
    });
    expect(tables.sort()).toEqual(['Audit', 'Customer360']);
  });

  test('silence rings when nothing is measured', () => {
    const silence = alarms.filter(({ description }) => description.endsWith(anchor('Silence')));
    for (const { properties } of silence) {
      expect(properties).toMatchObject({
        TreatMissingData: 'breaching',
        ComparisonOperator: 'LessThanThreshold',
      });
    }
  });

  const rules = resourcesOf(Operate, 'AWS::Events::Rule').map(([, { Properties }]) => ({
    id: String(Properties['Description']).replace('runs ', ''),
    minutes: Number(/rate\((\d+) minutes?\)/.exec(String(Properties['ScheduleExpression']))?.[1]),
  }));

  test('a function that runs less than every minute is judged by its runs', () => {
    const seldom = rules.filter(({ minutes }) => minutes > 1);
    expect(seldom.map(({ id }) => id).sort()).toEqual([
      'operate/fold-metrics',
      'operate/rebuild-views',
      'operate/reconcile',
    ]);
    for (const { id, minutes } of seldom) {
      const own = alarms.filter(
        ({ description }) =>
          description.includes(` ${id} `) && description.match(/#function-[a-z]+$/),
      );
      expect(own).toHaveLength(3);
      for (const { properties } of own) {
        expect(properties).toMatchObject({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
        expect(JSON.stringify(properties)).toContain(`"Period":${60 * minutes}`);
      }
    }
  });

  test('a schedule that runs nothing rings after three periods without an invocation', () => {
    const silence = alarms.filter(({ description }) =>
      description.endsWith(anchor('Schedule silence')),
    );
    for (const { properties } of silence) {
      expect(properties).toMatchObject({
        ...{ MetricName: 'Invocations', Period: 300, EvaluationPeriods: 3, DatapointsToAlarm: 3 },
        ...{ Threshold: 1, ComparisonOperator: 'LessThanThreshold' },
        TreatMissingData: 'breaching',
      });
    }
  });

  test('the dashboard has three rows', () => {
    const [dashboard] = resourcesOf(Operate, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.[1].Properties['DashboardBody']);
    const rows = new Set(body.match(/\\"y\\":\d+/g)?.map((y) => y.replaceAll(/\D/g, '')));
    expect([...rows]).toEqual(['0', '6', '12']);
  });
});

test('a heading that the runbook lacks fails synthesis', () => {
  expect(() => runbookLink('runbook.md', 'No such heading')).toThrow(
    'no heading "No such heading"',
  );
});

describe('costs', () => {
  const expressionOf = (heading: string) => {
    const own = alarms.find(({ description }) => description.endsWith(anchor(heading)));
    const metrics = (own?.properties['Metrics'] ?? []) as readonly Record<string, unknown>[];
    return {
      expression: metrics.find((metric) => 'Expression' in metric)?.['Expression'],
      of: metrics.flatMap(({ MetricStat }) => {
        const stat = MetricStat as { Metric: { MetricName: string }; Period: number } | undefined;
        return stat ? [`${stat.Metric.MetricName} ${stat.Period}`] : [];
      }),
    };
  };

  test('what the table writes is watched for each change', () => {
    expect(expressionOf('Write cost')).toEqual({
      expression: 'IF(FILL(counted0, 0) > 1000, (FILL(spent0, 0)) / (FILL(counted0, 0)), 0)',
      of: ['ConsumedWriteCapacityUnits 3600', 'ChangesApplied 3600'],
    });
  });

  test('what is logged is watched for each batch of every reader', () => {
    const { of } = expressionOf('Log cost');
    expect(of).toEqual([
      ...Array.from({ length: 4 }, () => 'IncomingBytes 3600'),
      ...Array.from({ length: 4 }, () => 'Invocations 3600'),
    ]);
  });
});
