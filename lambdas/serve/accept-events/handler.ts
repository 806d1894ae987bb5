/**
 * serve/accept-events: the Tracking API, answers as Segment's do.
 * @module
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { sequenceDigits } from '#adapters/crypto/sha256.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import {
  type Acceptance,
  type AcceptPorts,
  acceptEvents,
  type TrackingRequest,
} from '#application/capture/accept-events.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { wallClock } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: AcceptPorts, telemetry: Telemetry) =>
  withTelemetry(
    telemetry,
    async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
      const request = trackingRequest(event);
      const outcome = await acceptEvents(ports, request);
      telemetry.count('EventsAccepted', outcome.ok ? outcome.value.accepted : 0);
      telemetry.count('EventsRejected', outcome.ok ? outcome.value.rejected.length : 1);
      return outcome.ok
        ? accepted(request, outcome.value)
        : answer(request, 400, { error: ERRORS[outcome.error] });
    },
  );

const accepted = (request: TrackingRequest, acceptance: Acceptance) => {
  if (!request.strict) return answer(request, 200, { success: true });
  const success = acceptance.rejected.length === 0;
  return answer(request, success ? 200 : 207, { success, ...acceptance });
};

const ERRORS = {
  'invalid-json': { code: 'invalid_request_error', message: 'The body is not JSON.' },
  'too-large': {
    code: 'invalid_request_error',
    message: 'A call has at most 32 KB, a batch at most 500 KB and 2500 calls.',
  },
} as const;

const trackingRequest = (event: APIGatewayProxyEventV2): TrackingRequest => ({
  requestId: event.requestContext.requestId,
  route: event.routeKey.slice(event.routeKey.lastIndexOf('/') + 1) as TrackingRequest['route'],
  body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString('utf8'),
  strict: event.headers?.['x-strict'] === '1',
});

const answer = (
  { requestId }: TrackingRequest,
  statusCode: number,
  body: object,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'request-id': requestId,
  },
  body: JSON.stringify(body),
});

const env = readEnvironment('FUNCTION_ID', 'STREAM_NAME');

/** Bound to the change stream. */
export const handler = makeHandler(
  {
    clock: wallClock,
    publish: makePublish(makeKinesisClient({}), env.STREAM_NAME),
    digits: sequenceDigits,
  },
  makeTelemetry(env.FUNCTION_ID),
);
