/**
 * serve/list-sources: `GET /v1/sources`, how fresh every source is, `GET /v1/schema`, which fields there are, and
 * `GET /v1/metrics/…`, figures of all customers.
 * @module
 */
import { loadMetrics, type StoredMetrics } from '#application/profile/metrics-store.ts';
import { readServable } from '#application/profile/servable.ts';
import { readFreshness } from '#application/serve/read-freshness.ts';
import {
  type MetricsPorts,
  readChannelConversion,
  readDuplicates,
  readMemberActivity,
  readSalesTrend,
} from '#application/serve/read-metrics.ts';
import type { DefinitionsSource } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import { continuousSources } from '#domain/definitions/continuous-sources.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { tablesQuality } from '#domain/profile/catalogue.ts';
import { decideAccess, type Grant, seesPart } from '#domain/serve/access.ts';
import { presentSchema } from '#domain/serve/present-schema.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { success } from '#domain/shared/result.ts';
import { type AnswerOperation, makeApi } from '../../shared/api.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindDefinitions, bindTable, wallClock } from '../../shared/wiring.ts';

/** What listing sources needs. */
export interface SourcesPorts {
  readonly table: Table;
  readonly definitions: DefinitionsSource['current'];
  readonly clock: Clock;
}

/** Makes the handler on given ports. */
export const makeHandler = ({ table, definitions, clock }: SourcesPorts, telemetry: Telemetry) =>
  makeApi(
    'sources',
    {
      listSources: async ({ caller, headers }) => {
        const { hash, definitions: current } = await definitions();
        // A token has the scope or gets no further; of who signs, the policy says it.
        const granted = decideAccess(current.access, caller, headers['x-purpose']);
        if (caller.signature && !granted.ok) return granted;
        const names = Object.keys(current.sources).sort();
        const { asOf, lagMs, positions } = await readFreshness(
          table,
          clock,
          names,
          continuousSources(current),
        );
        const [servable, stored] = await Promise.all([
          readServable(table, names),
          granted.ok && seesAll(granted.value) ? loadMetrics(table) : undefined,
        ]);
        const sources = names.map((source) => ({
          source,
          ...positions[source],
          ...(servable[source] ? { servable: servable[source] } : {}),
          ...(stored ? { tables: tablesOf(current, source, stored) } : {}),
        }));
        const counted = stored ? { countedAt: new Date(stored.startedAt).toISOString() } : {};
        return success({ body: { asOf, lagMs, definitions: hash, ...counted, sources } });
      },
      getSchema: async ({ caller, headers }) => {
        const { hash, definitions: current } = await definitions();
        const granted = decideAccess(current.access, caller, headers['x-purpose']);
        if (!granted.ok) return granted;
        const fields = presentSchema(current, granted.value);
        return success({ body: { definitions: hash, purpose: granted.value.purpose, fields } });
      },
      getMemberActivity: metric({ table, definitions, clock }, readMemberActivity),
      getChannelConversion: metric({ table, definitions, clock }, readChannelConversion),
      getSalesTrend: metric({ table, definitions, clock }, readSalesTrend),
      getIdentityMetrics: metric({ table, definitions, clock }, readDuplicates),
    },
    { telemetry, clock },
  );

/** Tables are counted over all rows. */
const seesAll = (grant: Grant): boolean => grant.customer === undefined && !seesPart(grant);

// Figures of a pass by former code have no catalogue.
const tablesOf = (definitions: Definitions, source: string, { metrics }: StoredMetrics) =>
  tablesQuality(definitions, source, metrics.catalogue ?? {});

const metric =
  (ports: MetricsPorts, read: typeof readSalesTrend): AnswerOperation =>
  async ({ caller, headers, query }) => {
    const figures = await read(ports, {
      caller,
      purpose: headers['x-purpose'],
      from: query['from'] as string | undefined,
      until: query['until'] as string | undefined,
    });
    return figures.ok ? success({ body: figures.value }) : figures;
  };

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  { table, definitions: current, clock: wallClock },
  makeTelemetry(env.FUNCTION_ID),
);
