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
        return read.ok ? success({ body: read.value }) : read;
      },
    },
    { telemetry, clock: wallClock },
  );

const profileRequest = ({ parameters, query, caller, headers }: ApiRequest): ProfileRequest => ({
  identifier: parameters['identifier'] ?? '',
  caller,
  purpose: headers['x-purpose'],
  fields: query['fields'] as string | undefined,
  minVersion: query['minVersion'] as number | undefined,
  timeoutMs: query['timeoutMs'] as number | undefined,
});

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'PEPPER_SECRET_ARN', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

const productionPorts = async (): Promise<ReadPorts> => ({
  table,
  definitions: current,
  pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN),
  clock: wallClock,
  sleep,
});

/** Bound to the table. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
