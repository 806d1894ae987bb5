/**
 * serve/get-profile: `GET /v1/profiles/{identifier}`.
 * @module
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import {
  getProfile,
  type ProfilePorts,
  type ProfileProblem,
} from '#application/serve/get-profile.ts';
import { presentProfile } from '#application/serve/present-profile.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { answer, type Problem, problemAnswer } from '../../shared/answer.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindDefinitions, bindPseudonymiser, bindTable, wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<ProfilePorts>, telemetry: Telemetry) =>
  withTelemetry(
    telemetry,
    async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
      const bound = await ports();
      const found = await getProfile(bound, event.pathParameters?.['identifier'] ?? '');
      telemetry.count('ProfilesRead', found.ok ? 1 : 0);
      if (!found.ok) return problemAnswer(problemOf(found.error), event.requestContext.requestId);
      const { definitions } = await bound.definitions();
      return answer(200, presentProfile(found.value, definitions.view));
    },
  );

const problemOf = (problem: ProfileProblem): Problem => {
  const { code } = problem;
  switch (code) {
    case 'bad-identifier':
      return { status: 400, code, title: 'Not an identifier', detail: problem.detail };
    case 'not-found':
      return {
        status: 404,
        code,
        title: 'No such customer',
        detail: 'Nobody is known by this identifier.',
      };
    case 'not-yet-visible':
      return {
        status: 425,
        code,
        title: 'Not yet visible',
        detail: 'The customer is known, the view follows within a second.',
      };
    case 'ambiguous':
      return {
        status: 409,
        code,
        title: 'The identifier names several customers',
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

const productionPorts = async (): Promise<ProfilePorts> => ({
  table,
  definitions: current,
  pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN),
  clock: wallClock,
});

/** Bound to the table. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
