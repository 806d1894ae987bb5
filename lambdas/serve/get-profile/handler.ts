/**
 * serve/get-profile: the routes that read customers.
 *
 * One function for all of them: they need the same rights, and stay warm together.
 * @module
 */
import { readPositions } from '#application/serve/read-freshness.ts';
import { makeApi } from '../../shared/api.ts';
import { countingAuditFailures } from '../../shared/audit-failures.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import {
  bindAudit,
  bindDefinitions,
  bindPseudonymiser,
  bindTable,
  boundForAWhile,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';
import { type CustomerPorts, customerAnswers } from './answers.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<CustomerPorts>, telemetry: Telemetry) =>
  makeApi(
    'customers',
    countingAuditFailures(customerAnswers(ports), telemetry, ({ ok }) =>
      telemetry.count('ProfilesRead', ok ? 1 : 0),
    ),
    { telemetry, clock: wallClock },
  );

const env = readEnvironment(
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'FUNCTION_ID',
  'PEPPER_SECRET_ARN',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Milliseconds by which positions may be behind. A busy environment reads them ten times a second and not with every answer. */
const POSITIONS_KEPT_MS = 100;
const positions = boundForAWhile(() => readPositions(table), POSITIONS_KEPT_MS);

/** Bound to the tables. */
export const handler = makeHandler(
  boundForAWhile(async (): Promise<CustomerPorts> => {
    const pseudonymise = await bindPseudonymiser(env.PEPPER_SECRET_ARN);
    const audit = bindAudit(env.AUDIT_TABLE_NAME, pseudonymise);
    // Cursors are signed under the pepper, with a namespace that no identifier has.
    const sign = (...parts: readonly string[]) =>
      pseudonymise('cursor', undefined, JSON.stringify(parts));
    return {
      table,
      definitions: current,
      pseudonymise,
      audit,
      sign,
      positions,
      clock: wallClock,
      sleep,
    };
  }),
  makeTelemetry(env.FUNCTION_ID),
);
