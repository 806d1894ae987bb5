/**
 * The Kinesis client of the tools that write to the stream.
 *
 * The SDK's own choice for Kinesis is HTTP/2, which local engines do not speak; AWS speaks both.
 * @module
 */
import { KinesisClient, type KinesisClientConfig } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HTTP_OPTIONS } from '../shared/http-options.ts';

/**
 * Makes the client; `AWS_ENDPOINT_URL_KINESIS` is read by the SDK itself.
 * @param config what differs from the environment
 */
export const makeKinesisClient = (config: KinesisClientConfig = {}): KinesisClient =>
  new KinesisClient({
    retryMode: 'standard',
    maxAttempts: 5,
    // A request carries up to 5 MB.
    requestHandler: new NodeHttpHandler({ ...HTTP_OPTIONS, requestTimeout: 20_000 }),
    ...config,
  });
