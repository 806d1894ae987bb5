/**
 * Middleware that every function runs in: context in the log, metrics written at the end, errors logged and passed on.
 * @module
 */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Telemetry } from './telemetry.ts';

/**
 * Wraps a handler. What it throws is logged and thrown on, so that Lambda counts and retries it. The event itself is
 * never logged.
 */
export const withTelemetry = <Event, Answer>(
  telemetry: Telemetry,
  handle: (event: Event, context: Context) => Promise<Answer>,
): MiddyfiedHandler<Event, Answer> =>
  middy<Event, Answer>()
    .use(injectLambdaContext(telemetry.logger, { logEvent: false }))
    .use(logMetrics(telemetry.metrics))
    .use({ onError: ({ error }) => telemetry.log.error('invocation failed', error) })
    .handler(handle);
