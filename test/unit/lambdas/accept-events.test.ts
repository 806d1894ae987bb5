import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { aLambda, apiEvent, CONTEXT, metric } from '../../support/lambda.ts';
import { NOW } from '../../support/pipeline.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const CALL = { type: 'track', event: 'Product Viewed', anonymousId: 'a-1', messageId: 'm-1' };
const NO_CALL = { type: 'track', messageId: 'm-2' };

const post = async (route: string, body: unknown, headers: Record<string, string> = {}) => {
  const { makeHandler } = await import('../../../lambdas/serve/accept-events/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const ports = { clock: () => NOW, publish: async () => {}, digits: () => '0'.repeat(19) };
  const handler = makeHandler(ports, makeTelemetry('serve/accept-events'));
  const event = apiEvent(`POST /v1/${route}`, { body, headers, key: 'web' });
  return (await handler(event, CONTEXT)) as APIGatewayProxyStructuredResultV2;
};

test.each([
  ['a call', { batch: [CALL] }, {}, 200, 1, 0],
  ['a call that is none, beside one', { batch: [CALL, NO_CALL] }, {}, 200, 1, 1],
  ['a call that is none, to a strict caller', { batch: [NO_CALL] }, { 'x-strict': '1' }, 207, 0, 1],
  ['a body that is no JSON', '{"batch":', {}, 400, 0, 1],
])('%s is counted', async (_name, body, headers, status, accepted, rejected) => {
  expect((await post('batch', body, headers)).statusCode).toBe(status);
  expect([metric(lines, 'EventsAccepted'), metric(lines, 'EventsRejected')]).toEqual([
    accepted,
    rejected,
  ]);
});
