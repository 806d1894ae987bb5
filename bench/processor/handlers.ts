/**
 * The functions' own handlers on given ports, with everything that Lambda would have them do except waiting.
 *
 * Their modules read the environment while they load, so it is set before. What they log is formatted and dropped.
 * @module
 */
import type { Context, DynamoDBStreamEvent, KinesisStreamEvent } from 'aws-lambda';
import type { ResolvePorts } from '#application/identity/resolve-batch.ts';
import type { FollowPorts } from '#application/profile/follow-table.ts';

/** Makes handlers that take an event as JSON. */
export interface Handlers {
  resolve(ports: ResolvePorts): (event: string) => Promise<void>;
  maintain(ports: FollowPorts): (event: string) => Promise<void>;
}

const VARIABLES = {
  AWS_REGION: 'ap-east-1',
  DEFINITIONS_BUCKET: 'definitions',
  ERASURE_KEY_SECRET_ARN: 'arn:marks',
  FUNCTION_ID: 'bench/function',
  ONE_ID_KEY_SECRET_ARN: 'arn:key',
  PEPPER_SECRET_ARN: 'arn:pepper',
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_METRICS_NAMESPACE: 'Tributary',
  POWERTOOLS_SERVICE_NAME: 'tributary',
  QUARANTINE_BUCKET: 'quarantine',
  TABLE_NAME: 'customer360',
};

const CONTEXT = {
  functionName: 'function',
  awsRequestId: 'r-1',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** Loads the handlers; from then on this process writes nothing to its console. */
export const loadHandlers = async (): Promise<Handlers> => {
  Object.assign(process.env, VARIABLES);
  silenceConsole();
  const [resolve, maintain, { makeTelemetry }] = await Promise.all([
    import('../../lambdas/identity/resolve-identity/handler.ts'),
    import('../../lambdas/profile/maintain-view/handler.ts'),
    import('../../lambdas/shared/telemetry.ts'),
  ]);
  return {
    resolve: (ports) => {
      const handler = resolve.makeHandler(async () => ports, makeTelemetry('bench/resolve'));
      return async (text) => {
        const answer = await handler(JSON.parse(text) as KinesisStreamEvent, CONTEXT);
        if (answer.batchItemFailures.length > 0) throw new Error('records failed');
      };
    },
    maintain: (ports) => {
      const telemetry = makeTelemetry('bench/maintain');
      const handler = maintain.makeHandler(ports, telemetry);
      return async (text) => {
        await handler(JSON.parse(text) as DynamoDBStreamEvent, CONTEXT);
      };
    },
  };
};

const silenceConsole = (): void => {
  const drop = (): void => undefined;
  Object.assign(console, { debug: drop, error: drop, info: drop, log: drop, warn: drop });
};
