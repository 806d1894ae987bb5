/**
 * serve/get-profile: the routes that read customers.
 *
 * One function for all of them: they need the same rights, and stay warm together.
 * @module
 */
import { awaitVersion } from '#application/serve/await-version.ts';
import {
  getProfile,
  type ProfilePorts,
  type ProfileProblem,
} from '#application/serve/get-profile.ts';
import { presentProfile } from '#application/serve/present-profile.ts';
import { pickFields } from '#domain/serve/pick-fields.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { failure, success } from '#domain/shared/result.ts';
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

/** What the routes need. */
export interface ReadPorts extends ProfilePorts {
  readonly sleep: (ms: number) => Promise<void>;
}

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<ReadPorts>, telemetry: Telemetry) =>
  makeApi(
    'customers',
    {
      getProfile: async (request) => {
        const answer = await answerProfile(await ports(), request);
        telemetry.count('ProfilesRead', answer.ok ? 1 : 0);
        return answer;
      },
    },
    { telemetry, clock: wallClock },
  );

const answerProfile = async (ports: ReadPorts, { parameters, query }: ApiRequest) => {
  const read = () => getProfile(ports, parameters['identifier'] ?? '');
  const { found, isCurrent } = await awaitVersion(ports, query, read, ({ revision }) => revision);
  if (!found.ok) return failure(problemOf(found.error));
  if (!isCurrent) return failure(NOT_YET);
  const { definitions } = await ports.definitions();
  const body = presentProfile(found.value, definitions.view);
  const picked = pickFields(body, query['fields'] as string | undefined, definitions.view);
  return picked.ok ? success({ body: picked.value }) : picked;
};

const NOT_YET: ApiProblem = {
  code: 'not-yet-visible',
  detail: 'The view follows its changes within a second.',
  retryAfterSeconds: 1,
};

const problemOf = (problem: ProfileProblem): ApiProblem => {
  const { code } = problem;
  switch (code) {
    case 'bad-identifier':
      return { code, detail: problem.detail };
    case 'not-found':
      return { code, detail: 'Nobody is known by this identifier.' };
    case 'not-yet-visible':
      return NOT_YET;
    case 'ambiguous':
      return {
        code,
        detail: problem.shared
          ? 'So many rows share this value that it names nobody.'
          : 'Several customers hold this value; the link between them waits for review.',
      };
    default:
      return assertNever(code);
  }
};

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
