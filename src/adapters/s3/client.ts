/**
 * The S3 client as every function uses it.
 *
 * Credentials, region and `AWS_ENDPOINT_URL_S3` come from the environment, as the SDK reads them by itself. A local
 * endpoint has no host name per bucket, so with one the bucket goes into the path.
 * @module
 */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { HTTP_OPTIONS } from '../shared/http-options.ts';

/**
 * Makes the client. Keep one per process: it holds the connections.
 * @param config what differs from the environment
 */
export const makeS3Client = (config: S3ClientConfig = {}): S3Client =>
  new S3Client({
    retryMode: 'standard',
    maxAttempts: 5,
    // Objects are larger than items: a batch of 6 MB may take its time.
    requestHandler: { ...HTTP_OPTIONS, requestTimeout: 20_000 },
    forcePathStyle: process.env['AWS_ENDPOINT_URL_S3'] !== undefined,
    ...config,
  });
