/**
 * Failure paths: whatever is counted as a failure rings, what rings has a page that says what to do, and something provokes
 * it. Whoever adds a metric or an alarm answers here.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { must } from '#domain/shared/assert.ts';
import { COUNT_METRICS, type CountMetric } from '../../lambdas/shared/telemetry.ts';
import { runbookLink } from '../../lib/config/runbook.ts';
import { allResources, resourcesOf, synthesize } from './synthesized.ts';

const synthesized = synthesize();
const alarms = resourcesOf(synthesized.templates.Operate, 'AWS::CloudWatch::Alarm').map(
  ([, { Properties }]) => ({
    description: String(Properties['AlarmDescription']),
    threshold: Number(Properties['Threshold']),
    properties: Properties,
  }),
);
const root = join(import.meta.dirname, '../..');
const runbook = readFileSync(join(root, 'docs/operate/runbook.md'), 'utf8');
const pages = [
  ...must(runbook.split('\n## Alarms\n')[1]?.split('\n## ')[0], 'alarms').matchAll(/^### (.+)$/gm),
].map(([, heading]) => must(heading, 'heading'));

const alarmsOf = (heading: string) =>
  alarms.filter(({ description }) => description.endsWith(runbookLink('', heading)));

/** Why a count rings nothing. */
const WITHOUT_ALARM: Partial<Record<CountMetric, string>> = {
  AuditChained: 'progress',
  ChangesStale: 'older versions and repetitions: delivery is at least once',
  ConsentsRecorded: 'progress',
  ErasuresDone: 'progress',
  ExtractedRows: 'progress',
  HeldLinks: 'a decision for people, listed by `npm run ops -- held`; no change is lost by it',
  IdentityConflicts:
    'data that disagrees, settled by rule; the losing link is explained by `why-not`',
  LookupsWritten: 'progress',
  MetricsFolded: 'progress; a pass that fails is an error of its function',
  ProfilesRead: 'progress',
  RecordsErased: 'what was to be left out',
  ViewsRebuilt: 'progress; a run that fails is an error of its function',
  ViewsWritten: 'progress',
};

/** The test that provokes what an alarm measures, or why none can here. */
const PROVOKED: Readonly<Record<string, readonly [file: string, title: string] | string>> = {
  Freshness: ['test/unit/lambdas/maintain-view.test.ts', 'says how long each change took'],
  Silence: 'absence of data: the template test "silence rings when nothing is measured"',
  'Schedule silence':
    'absence of data: the template test "a schedule that runs nothing rings after three periods"',
  'DMS latency': 'a metric of AWS, which no local engine has',
  'Iterator age': 'a metric of AWS, which no local engine has',
  'Function errors': [
    'test/unit/lambdas/resolve-identity.test.ts',
    'that cannot be read at all fails as a whole',
  ],
  'Function throttles': 'a metric of AWS, which no local engine has',
  'Function duration': 'a metric of AWS, which no local engine has',
  'Failed objects': ['test/unit/operate/redrive-failed.test.ts', 'changes go back on the stream'],
  'Files failed': [
    'test/unit/lambdas/import-file.test.ts',
    'a file of which nothing can be read is counted',
  ],
  'File rows rejected': ['test/unit/lambdas/import-file.test.ts', 'a file is imported and counted'],
  'Events rejected': ['test/unit/lambdas/accept-events.test.ts', 'a call that is none, beside one'],
  'Data quality': [
    'test/unit/lambdas/resolve-identity.test.ts',
    'with defects counts them by source and rule',
  ],
  Quarantine: [
    'test/unit/lambdas/resolve-identity.test.ts',
    'that was applied is acknowledged, and counted',
  ],
  'Table throttles': 'a metric of AWS, which no local engine has',
  'Table system errors': 'a metric of AWS, which no local engine has',
  'Stream throttles': 'a metric of AWS, which no local engine has',
  'Write cost': 'a metric of AWS, which no local engine has',
  'Log cost': 'a metric of AWS, which no local engine has',
  'API server errors': [
    'test/unit/lambdas/get-profile.test.ts',
    'that cannot be written leaves nothing to answer',
  ],
  'API latency': 'a metric of AWS, which no local engine has',
  'Audit failures': [
    'test/unit/lambdas/rights.test.ts',
    'that cannot be recorded is refused, and counted',
  ],
  'Bulk reads': [
    'test/unit/serve/audit.test.ts',
    'is told once, by the batch that crosses the line',
  ],
  'View differences': [
    'test/unit/lambdas/upkeep.test.ts',
    'raises its metric by what does not fit',
  ],
  'Rekey stands still': [
    'test/unit/lambdas/rights.test.ts',
    'a rotation that stands still is told in minutes',
  ],
  'Erasures overdue': [
    'test/unit/lambdas/rights.test.ts',
    'rings when it is not done within a day',
  ],
  'Extracts failed': ['test/unit/lambdas/rights.test.ts', 'ends when its caller loses its role'],
  'Reconciliation silence': 'absence of data: the template says breaching',
};

describe('alarms and pages', () => {
  test('every alarm has a page, and every page has an alarm', () => {
    expect(pages.filter((heading) => alarmsOf(heading).length === 0)).toEqual([]);
    expect(pages.reduce((sum, heading) => sum + alarmsOf(heading).length, 0)).toBe(alarms.length);
  });

  test.each(pages)('something provokes "%s", or it is said why nothing can', (heading) => {
    const provoked = must(PROVOKED[heading], `what provokes ${heading}`);
    if (typeof provoked === 'string') return;
    const [file, title] = provoked;
    expect(readFileSync(join(root, file), 'utf8')).toContain(title);
  });

  test('nothing is said of alarms that are gone', () => {
    expect(Object.keys(PROVOKED).sort()).toEqual([...pages].sort());
  });
});

describe('metrics', () => {
  const watched = JSON.stringify(alarms.map(({ properties }) => properties));
  const isWatched = (metric: string) => watched.includes(`"MetricName":"${metric}"`);

  test.each(COUNT_METRICS)('%s is in an alarm, or it is said why not', (metric) => {
    expect([isWatched(metric), WITHOUT_ALARM[metric] !== undefined].sort()).toEqual([false, true]);
  });

  test('refused reads are counted by every function that records reads', () => {
    const recorders = allResources(synthesized, 'AWS::Lambda::Function').flatMap(
      ([, { Properties }]) => {
        const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
        return Variables['AUDIT_TABLE_NAME'] === undefined
          ? []
          : [String(Variables['FUNCTION_ID'])];
      },
    );
    // The one chains what others recorded, the other takes customers out of it.
    const others = ['serve/chain-audit', 'operate/erase-customers'];
    const own = JSON.stringify(alarmsOf('Audit failures'));
    const counted = [...own.matchAll(/"Name":"function","Value":"([^"]+)"/g)].map(([, id]) => id);
    expect(counted.sort()).toEqual(recorders.filter((id) => !others.includes(id)).sort());
  });
});

/** Works out an expression as CloudWatch does, of the operators and functions that the alarms use. */
const evaluate = (expression: string, values: Readonly<Record<string, number>>): number => {
  const body = expression.replaceAll(/\bIF\(/g, 'when(');
  const when = (is: boolean, then: number, otherwise: number) => (is ? then : otherwise);
  return new Function('when', ...Object.keys(values), `return ${body}`)(
    when,
    ...Object.values(values),
  );
};

describe('shares', () => {
  test.each([
    ['File rows rejected', { rejected: 1, published: 2 }, true],
    ['File rows rejected', { rejected: 4, published: 96 }, false],
    ['Events rejected', { rejected: 6, accepted: 94 }, true],
    ['Events rejected', { rejected: 9, accepted: 1 }, false],
    ['Events rejected', { rejected: 4, accepted: 96 }, false],
    ['Data quality', { defective: 25, received: 120, ignored: 20 }, true],
    ['Data quality', { defective: 15, received: 120, ignored: 20 }, false],
    ['Data quality', { defective: 9, received: 10, ignored: 0 }, false],
  ])('%s of %o rings: %s', (heading, values, rings) => {
    const [alarm] = alarmsOf(heading);
    const { properties, threshold } = must(alarm, heading);
    const metrics = properties['Metrics'] as { Expression?: string }[];
    const expression = must(metrics.find((one) => one.Expression)?.Expression, 'expression');
    expect(evaluate(expression, values) >= threshold).toBe(rings);
  });
});
