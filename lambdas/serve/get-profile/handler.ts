/**
 * serve/get-profile: the routes that read customers.
 *
 * One function for all of them: they need the same rights, and stay warm together.
 * @module
 */
import {
  type ProfileRequest,
  type ReadPorts,
  readProfile,
} from '#application/serve/read-profile.ts';
import { success } from '#domain/shared/result.ts';
import { type ApiRequest, makeApi } from '../../shared/api.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import {
  bindAudit,
  bindDefinitions,
  bindPseudonymiser,
  bindTable,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<ReadPorts>, telemetry: Telemetry) =>
  makeApi(
    'customers',
    {
      getProfile: async (request) => {
        const read = await readProfile(await ports(), profileRequest(request));
        telemetry.count('ProfilesRead', read.ok ? 1 : 0);
        const isUnrecorded = !read.ok && read.error.code === 'audit-unavailable';
        telemetry.count('AuditFailures', isUnrecorded ? 1 : 0);
        return read.ok ? success({ body: read.value }) : read;
      },
    },
    { telemetry, clock: wallClock },
  );

const profileRequest = (request: ApiRequest): ProfileRequest => {
  const { parameters, query, caller, headers, requestId, operation } = request;
  return {
    requestId,
    operation: operation.id,
    identifier: parameters['identifier'] ?? '',
    caller,
    purpose: headers['x-purpose'],
    fields: query['fields'] as string | undefined,
    minVersion: query['minVersion'] as number | undefined,
    timeoutMs: query['timeoutMs'] as number | undefined,
  };
};

const env = readEnvironment(
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'FUNCTION_ID',
  'PEPPER_SECRET_ARN',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);
let binding: Promise<ReadPorts> | undefined;

const bind = async (): Promise<ReadPorts> => {
  const pseudonymise = await bindPseudonymiser(env.PEPPER_SECRET_ARN);
  const audit = bindAudit(env.AUDIT_TABLE_NAME, pseudonymise);
  return { table, definitions: current, pseudonymise, audit, clock: wallClock, sleep };
};

// Once per execution environment; a secret that could not be read is asked for again.
const productionPorts = (): Promise<ReadPorts> => {
  binding ??= bind().catch((error) => {
    binding = undefined;
    throw error;
  });
  return binding;
};

/** Bound to the tables. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
