/**
 * SDK clients of the local cloud's own parts (deploy, pollers, on-failure writer), pointed at the engines.
 *
 * Signing is the dearest step of a small SDK call and loopback engines read no signature, so these clients
 * carry a constant one; kinesalite wants the header to be there. The functions sign for themselves as on AWS.
 * Kinesis needs the HTTP/1 handler: the SDK's default speaks HTTP/2, which kinesalite does not.
 * @module
 */
import { Agent } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  AUTHORIZATION,
  AUTHORIZED_AT,
  type JsonCall,
  openService,
} from './event-sources/json-call.ts';

/** The clients, and the end of their connections. */
export interface CloudClients {
  readonly dynamodb: DynamoDBClient;
  readonly kinesis: KinesisClient;
  /** For reading streams. */
  readonly streams: { readonly kinesis: JsonCall; readonly dynamodb: JsonCall };
  readonly s3: S3Client;
  close(): void;
}

/** Where the engines answer. */
export interface EngineEndpoints {
  readonly dynamodb: string;
  readonly kinesis: string;
  readonly s3: string;
}

interface Signable {
  readonly headers: Record<string, string>;
}

const constantSigner = {
  sign: async <Request extends Signable>(request: Request): Promise<Request> => {
    request.headers['authorization'] = AUTHORIZATION;
    request.headers['x-amz-date'] = AUTHORIZED_AT;
    return request;
  },
};

/** Makes one client per service. */
export const cloudClients = (endpoints: EngineEndpoints, region: string): CloudClients => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const requestHandler = new NodeHttpHandler({
    httpAgent: new Agent({ keepAlive: true, maxSockets: 200 }),
  });
  const common = { region, credentials, requestHandler, maxAttempts: 10 };
  // The signer's declared type is the SDK's own; ours has the one method that is called.
  const unsigned = { ...common, signer: constantSigner } as unknown as typeof common;
  const clients = {
    dynamodb: new DynamoDBClient({ ...unsigned, endpoint: endpoints.dynamodb }),
    kinesis: new KinesisClient({ ...unsigned, endpoint: endpoints.kinesis }),
    // s3rver refuses a signature from another time, so this client signs.
    s3: new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true }),
  };
  // It walks through every answer to mask what nobody logs.
  for (const client of [clients.dynamodb, clients.kinesis]) {
    client.middlewareStack.remove('loggerMiddleware');
  }
  const services = {
    kinesis: openService({
      endpoint: endpoints.kinesis,
      target: 'Kinesis_20131202',
      contentType: 'application/x-amz-json-1.1',
    }),
    dynamodb: openService({
      endpoint: endpoints.dynamodb,
      target: 'DynamoDBStreams_20120810',
      contentType: 'application/x-amz-json-1.0',
    }),
  };
  const close = () => {
    for (const client of Object.values(clients)) client.destroy();
    for (const service of Object.values(services)) service.close();
  };
  const streams = { kinesis: services.kinesis.call, dynamodb: services.dynamodb.call };
  return { ...clients, streams, close };
};
