/**
 * Standing bill: what the stacks cost in a month in which nothing changes, counted from the synthesized templates.
 *
 * Left out, for they follow the data: storage, backups, metrics that functions write, and requests. List prices of us-east-1,
 * November 2026, as of prices.ts; AWS publishes what a DMS capacity unit costs on a page only, so that price is to be confirmed.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { JsonObject } from '#domain/shared/json.ts';
import { loadAssembly } from '../../local/cloud/template/assembly.ts';
import type { TemplateResource } from '../../local/cloud/template/types.ts';
import { synthesize } from '../../local/run/synthesize.ts';
import type { Figure, Section } from '../figure.ts';

const HOURS = 730;

/** What one environment costs, in the order of the bill. */
export interface StandingBill {
  readonly environment: string;
  readonly lines: readonly StandingLine[];
}

/** One line of it. */
export interface StandingLine {
  readonly what: string;
  readonly count: number;
  readonly usdPerMonth: number;
  readonly formula: string;
}

/** Something that is billed by the month: which resources, and how many units one of them has. */
interface Billed {
  readonly what: string;
  readonly type: string;
  readonly units: (properties: JsonObject) => number;
  readonly usd: number;
  readonly text: string;
}

const one = (): number => 1;
const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

const capacityUnits = ({ ComputeConfig }: JsonObject): number =>
  Number((ComputeConfig as JsonObject)['MinCapacityUnits']);
const isMultiAz = ({ ComputeConfig }: JsonObject): boolean =>
  (ComputeConfig as JsonObject)['MultiAZ'] === true;

// An alarm of an expression is billed for each metric in it.
const alarmMetrics = ({ Metrics }: JsonObject): number =>
  Math.max(1, ((Metrics ?? []) as readonly JsonObject[]).filter(isStatistic).length);
const isStatistic = (metric: JsonObject): boolean => 'MetricStat' in metric;

const BILLED: readonly Billed[] = [
  {
    ...{ what: 'DMS, one zone', type: 'AWS::DMS::ReplicationConfig' },
    units: (replication) => (isMultiAz(replication) ? 0 : capacityUnits(replication)),
    ...{ usd: 0.087 * HOURS, text: 'least capacity units, USD 0.087 an hour, to be confirmed' },
  },
  {
    ...{ what: 'DMS, several zones', type: 'AWS::DMS::ReplicationConfig' },
    units: (replication) => (isMultiAz(replication) ? capacityUnits(replication) : 0),
    ...{ usd: 0.175 * HOURS, text: 'least capacity units, USD 0.175 an hour, to be confirmed' },
  },
  {
    ...{ what: 'Kinesis', type: 'AWS::Kinesis::Stream', units: one },
    ...{ usd: 0.04 * HOURS, text: 'streams on demand, USD 0.04 an hour' },
  },
  {
    ...{ what: 'interface endpoints', type: 'AWS::EC2::VPCEndpoint' },
    units: ({ SubnetIds }) => lengthOf(SubnetIds),
    ...{ usd: 0.01 * HOURS, text: 'endpoints and zones, USD 0.01 an hour' },
  },
  {
    ...{ what: 'alarms', type: 'AWS::CloudWatch::Alarm', units: alarmMetrics },
    ...{ usd: 0.1, text: 'metrics in alarms, USD 0.10' },
  },
  {
    ...{ what: 'dashboards', type: 'AWS::CloudWatch::Dashboard', units: one },
    ...{ usd: 3, text: 'dashboards, USD 3' },
  },
  {
    ...{ what: 'keys', type: 'AWS::KMS::Key', units: one },
    ...{ usd: 1, text: 'keys, USD 1' },
  },
  {
    ...{ what: 'secrets', type: 'AWS::SecretsManager::Secret', units: one },
    ...{ usd: 0.4, text: 'secrets that the stacks make, USD 0.40' },
  },
];

/** The bill of some resources. Those that cost nothing while nothing happens are in no line. */
export const standingLines = (resources: readonly TemplateResource[]): readonly StandingLine[] =>
  BILLED.flatMap(({ what, type, units, usd, text }) => {
    const count = resources
      .filter(({ Type }) => Type === type)
      .reduce((sum, { Properties = {} }) => sum + units(Properties), 0);
    return count === 0
      ? []
      : [{ what, count, usdPerMonth: count * usd, formula: `${count} ${text}` }];
  });

/** The bills of these environments, whose stacks are synthesized for it. */
export const standingBills = async (
  environments: readonly string[],
  say: (line: string) => void,
): Promise<readonly StandingBill[]> => {
  const bills: StandingBill[] = [];
  for (const environment of environments) {
    say(`environment ${environment}`);
    bills.push({ environment, lines: standingLines(await resourcesOf(environment, say)) });
  }
  return bills;
};

const resourcesOf = async (
  environment: string,
  say: (line: string) => void,
): Promise<readonly TemplateResource[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-standing-'));
  try {
    const assembly = await synthesize(folder, resolve('definitions'), say, { environment });
    return loadAssembly(assembly).stacks.flatMap(({ template }) =>
      Object.values(template.Resources ?? {}),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** As sections of the table. */
export const standingSections = (bills: readonly StandingBill[]): readonly Section[] =>
  bills.map(({ environment, lines }) => ({
    title: `US dollars a month while nothing changes, environment ${environment}`,
    figures: [...lines.map(figureOf), totalOf(lines)],
  }));

const figureOf = ({ what, usdPerMonth, formula }: StandingLine): Figure => ({
  ...{ name: what, value: usdPerMonth, unit: 'USD' },
  how: formula,
});

const totalOf = (lines: readonly StandingLine[]): Figure => ({
  name: 'all together',
  value: lines.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0),
  unit: 'USD',
  how: 'sum; prices of us-east-1; storage, backups and metrics that functions write follow the data and are left out',
});
