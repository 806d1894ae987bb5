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
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The clients, and the end of their connections. */
export interface CloudClients {
  readonly dynamodb: DynamoDBClient;
  readonly dynamodbStreams: DynamoDBStreamsClient;
  readonly kinesis: KinesisClient;
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

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/local/aws4_request, SignedHeaders=host, Signature=0';

const constantSigner = {
  sign: async <Request extends Signable>(request: Request): Promise<Request> => {
    request.headers['authorization'] = AUTHORIZATION;
    request.headers['x-amz-date'] = '20260101T000000Z';
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
    dynamodbStreams: new DynamoDBStreamsClient({ ...unsigned, endpoint: endpoints.dynamodb }),
    kinesis: new KinesisClient({ ...unsigned, endpoint: endpoints.kinesis }),
    // s3rver refuses a signature from another time, so this client signs.
    s3: new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true }),
  };
  // It walks through every answer to mask what nobody logs.
  for (const client of [clients.dynamodb, clients.dynamodbStreams, clients.kinesis]) {
    client.middlewareStack.remove('loggerMiddleware');
  }
  const close = () => {
    for (const client of Object.values(clients)) client.destroy();
  };
  return { ...clients, close };
};
